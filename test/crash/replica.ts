import { type ChildProcess, spawn } from 'node:child_process';
import { note, noteSecretSettings } from '../support/secret-scan.js';
import { freePort } from '../support/service.js';
import { type Order, type Point, reportIn } from './messages.js';
import { until } from './until.js';

/** One process of the service, with a hand on its failpoint. */
export class Replica {
  /** The name under which it claims; null before it has claimed for the first time. */
  owner: string | null = null;
  /** Claims so far. */
  claims = 0;
  /** Where it stands and waits; null while it runs. */
  standsAt: Point | null = null;
  /** Questions that it has been asked, which it may answer from memory now. */
  questions = 0;
  private isReady = false;
  private hasEnded = false;
  private understood = 0;
  private output = '';
  private readonly ended: Promise<void>;

  private constructor(
    readonly name: string,
    readonly url: string,
    private readonly child: ChildProcess,
  ) {
    const hear = (chunk: Buffer): void => {
      this.output += chunk.toString();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.on('message', (message) => {
      this.take(message);
    });
    this.ended = new Promise((resolve) => {
      child.on('close', () => {
        this.hasEnded = true;
        note('output', this.output);
        resolve();
      });
    });
  }

  /** Starts one and waits until it listens. @param name for people */
  static async start(
    name: string,
    entry: string,
    folder: string,
    env: Readonly<Record<string, string>>,
  ): Promise<Replica> {
    const port = await freePort();
    noteSecretSettings(env);
    const child = spawn(process.execPath, [entry], {
      cwd: folder,
      env: { PATH: process.env['PATH'], PORT: String(port), ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Ctrl+C ends the rounds, not the processes in the middle of one.
      detached: true,
    });
    const replica = new Replica(name, `http://127.0.0.1:${port}`, child);
    await until(`${name} listens`, () => {
      if (replica.hasEnded) throw new Error(`${name} ended before it listened:\n${replica.output}`);
      return replica.isReady;
    });
    return replica;
  }

  get isAlive(): boolean {
    return !this.hasEnded;
  }

  /** Makes it stop when it comes by this point next; null takes any order back. Resolves when it knows. */
  stopAt(at: Point | null): Promise<void> {
    return this.orderFor({ kind: 'stop', at });
  }

  /** Makes it kill itself when it comes by this point next. Resolves when it knows. */
  dieAt(at: Point): Promise<void> {
    return this.orderFor({ kind: 'die', at });
  }

  /** Lets it go on from where it stands. */
  go(): void {
    this.standsAt = null;
    this.order({ kind: 'go' });
  }

  /** Resolves when it is gone and all that it said has arrived. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Asks it to end. @throws Error with its output when it does not end well */
  async stop(): Promise<void> {
    if (this.standsAt !== null) this.go();
    this.child.kill('SIGTERM');
    await until(`${this.name} ends`, () => this.hasEnded).catch(() => this.kill());
    if (this.child.exitCode !== 0) throw new Error(`${this.name} ended with ${this.child.exitCode}:\n${this.output}`);
  }

  private async orderFor(order: Order): Promise<void> {
    const before = this.understood;
    this.order(order);
    await until(`${this.name} understands`, () => this.understood > before);
  }

  private order(order: Order): void {
    this.child.send(order);
  }

  private take(message: unknown): void {
    const report = reportIn(message);
    switch (report.kind) {
      case 'ready':
        this.isReady = true;
        break;
      case 'understood':
        this.understood += 1;
        break;
      case 'claimed':
        this.owner = report.owner;
        this.claims += 1;
        break;
      case 'stands':
        this.standsAt = report.at;
        break;
    }
  }
}
