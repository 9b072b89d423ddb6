import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve as resolvePath } from 'node:path';
import { note, noteKeyFile, noteSecretSettings } from './secret-scan.js';
import { ServiceHost } from './service-host.js';

/** Commands run in the root of the checkout. */
const MAIN = join(process.cwd(), 'dist/service/main.js');
const START_PATIENCE_MS = 30_000;

/** The built service, running. */
export interface Service {
  url: string;
  /** Everything that it, and those beside it, have printed since it was started. */
  output: () => string;
  stop: () => Promise<unknown>;
}

/** The built service alone in a process, which has loaded it before. */
export interface LoneService extends Service {
  /** Ends the process without a word. */
  kill: () => Promise<void>;
}

/** The built service as its users start it. */
export interface ServiceProcess extends Service {
  pid: number;
  /** Sends a signal and waits for the end. @returns the exit code; null when the signal itself ended it */
  stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/** A folder that an unprivileged user can reach too: as root, the embedded Postgres runs as one. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tonearm-test-'));
  chmodSync(folder, 0o755);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Ports below those that the system hands to outgoing connections, so that none is taken between asking and listening. */
const FIRST_PORT = 20_000;
const PORTS_PER_WORKER = 1_000;
const WORKERS = 12;
/** Two runs on one machine begin elsewhere. */
let asked = process.pid % PORTS_PER_WORKER;

/** Whether a service of a test may listen there. */
export function isServicePort(port: number): boolean {
  return port >= FIRST_PORT && port < FIRST_PORT + WORKERS * PORTS_PER_WORKER;
}

/** A port that no other worker of this run asks for. */
export async function freePort(): Promise<number> {
  const worker = Number(process.env['VITEST_POOL_ID'] ?? 0) % WORKERS;
  for (let attempt = 0; attempt < PORTS_PER_WORKER; attempt += 1) {
    const port = FIRST_PORT + worker * PORTS_PER_WORKER + (asked % PORTS_PER_WORKER);
    asked += 1;
    if (await isFree(port)) return port;
  }
  throw new Error('There is no free port.');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer().on('error', () => {
      resolve(false);
    });
    probe.listen(port, '127.0.0.1', () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });
}

/** What is left of a start that failed. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';

  constructor(
    readonly exitCode: number | null,
    readonly output: string,
  ) {
    super(`The service ended with ${String(exitCode)} before it listened:\n${output}`);
  }
}

let host: Promise<ServiceHost> | undefined;

/**
 * Starts the built service beside those that this worker has started before, in one process, and waits until it listens.
 *
 * @param folder the data lie in its `data` unless DATA_DIR is given
 */
export async function startService(folder: string, env: Readonly<Record<string, string>> = {}): Promise<Service> {
  if (host === undefined || (await host).isOver) host = ServiceHost.open();
  return startIn(await host, folder, env);
}

/** Where nothing runs at the moment. */
const idle: ServiceHost[] = [];

/** The same alone in a process, to be killed, or heard by itself. */
export async function startAlone(folder: string, env: Readonly<Record<string, string>> = {}): Promise<LoneService> {
  const own = idle.pop() ?? (await ServiceHost.open());
  const service = await startIn(own, folder, env);
  let isStopped = false;
  return {
    ...service,
    stop: async () => {
      if (isStopped) return;
      isStopped = true;
      await service.stop();
      if (!own.isOver) idle.push(own);
    },
    kill: async () => {
      isStopped = true;
      await own.kill();
      noteKeyFile(dataDirOf(folder, env));
    },
  };
}

function dataDirOf(folder: string, env: Readonly<Record<string, string>>): string {
  return resolvePath(folder, env['DATA_DIR'] ?? 'data');
}

async function startIn(into: ServiceHost, folder: string, env: Readonly<Record<string, string>>): Promise<Service> {
  const port = env['PORT'] ?? String(await freePort());
  noteSecretSettings(env);
  const dataDir = dataDirOf(folder, env);
  const { output, stop } = await into.start({ ...env, DATA_DIR: dataDir, PORT: port });
  return {
    url: `http://127.0.0.1:${port}`,
    output,
    stop: async () => {
      await stop();
      noteKeyFile(dataDir);
    },
  };
}

/** The built service as its users start it, from its first moment. */
export interface StartedProcess {
  child: ChildProcess;
  url: string;
  output: () => string;
  /** The exit code; null when a signal ended it. */
  ended: Promise<number | null>;
}

/**
 * Begins to start the built service as its users do.
 *
 * @param folder working directory, so that no .env of the checkout is read; the data lie in its `data` unless DATA_DIR is given
 */
export async function beginProcess(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<StartedProcess> {
  const port = env['PORT'] ?? String(await freePort());
  const child = spawn(process.execPath, [MAIN], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORT: port, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  noteSecretSettings(env);
  const hear = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      note('output', output);
      noteKeyFile(dataDirOf(folder, env));
      resolve(code);
    });
  });
  return { child, url: `http://127.0.0.1:${port}`, output: () => output, ended };
}

/**
 * The same, waiting until it listens; to be ended by signals.
 *
 * @throws StartFailure when it ends instead
 */
export async function startProcess(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServiceProcess> {
  const { child, url, output, ended } = await beginProcess(folder, env);
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`The service did not listen within ${START_PATIENCE_MS} ms:\n${output()}`));
    }, START_PATIENCE_MS);
    const look = (): void => {
      if (!output().includes('Tonearm listens on')) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', look);
    void ended.then((code) => {
      clearTimeout(timer);
      reject(new StartFailure(code, output()));
    });
  });
  return {
    url,
    pid: pidOf(child),
    output,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('The service has no process id.');
  return pid;
}
