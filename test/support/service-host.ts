import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { note } from './secret-scan.js';

/** Commands run in the root of the checkout. */
const SERVICE = join(process.cwd(), 'dist/service/service.js');
const PROGRAM = fileURLToPath(new URL('service-host.mjs', import.meta.url));

/** How a start or a stop has ended; `fault` is null when it has worked. */
interface Outcome {
  id: number;
  fault: string | null;
}

/** A process in which services of tests run side by side. */
export class ServiceHost {
  private readonly waiting = new Map<number, (fault: string | null) => void>();
  private numbers = 0;
  /** Whether the process has ended, or is about to. */
  isOver = false;
  private readonly gone: Promise<void>;
  private output = '';
  /** Up to there it is noted: whole lines, so that no secret is in two halves. */
  private noted = 0;

  private constructor(private readonly child: ChildProcess) {
    const hear = (chunk: Buffer): void => {
      this.output += chunk.toString();
      const end = this.output.lastIndexOf('\n') + 1;
      note('output', this.output.slice(this.noted, end));
      this.noted = Math.max(this.noted, end);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.on('error', () => {
      this.isOver = true;
    });
    child.on('message', (message) => {
      const { id, fault } = message as Outcome;
      this.settle(id, fault);
    });
    this.gone = new Promise((resolve) => {
      child.on('close', () => {
        this.isOver = true;
        note('output', this.output.slice(this.noted));
        for (const id of [...this.waiting.keys()]) this.settle(id, `The host of services has ended:\n${this.output}`);
        resolve();
      });
    });
  }

  /** Starts one that ends with this process. */
  static async open(): Promise<ServiceHost> {
    const child = fork(PROGRAM, [SERVICE], { env: { PATH: process.env['PATH'] }, execArgv: [], silent: true });
    const host = new ServiceHost(child);
    await host.ended(0);
    return host;
  }

  /** Ends it without a word. What is asked of it after that is over, and `stop` has nothing to do. */
  async kill(): Promise<void> {
    this.isOver = true;
    this.child.kill('SIGKILL');
    await this.gone;
  }

  /** Starts a service. `output` is what all of them have printed since. */
  async start(env: Readonly<Record<string, string>>): Promise<{ output: () => string; stop: () => Promise<void> }> {
    this.numbers += 1;
    const id = this.numbers;
    const before = this.output.length;
    await this.ask(id, { id, env });
    return { output: () => this.output.slice(before), stop: () => this.stop(id) };
  }

  private async stop(id: number): Promise<void> {
    if (!this.isOver) await this.ask(id, { id });
  }

  private ask(id: number, message: object): Promise<void> {
    const ended = this.ended(id);
    this.child.send(message);
    return ended;
  }

  private ended(id: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.set(id, (fault) => {
        if (fault === null) resolve();
        else reject(new Error(fault));
      });
    });
  }

  private settle(id: number, fault: string | null): void {
    this.waiting.get(id)?.(fault);
    this.waiting.delete(id);
  }
}
