import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseError } from '../database-error.js';
import type { DatabaseLog } from '../database-log.js';
import { errorCode } from '../error-code.js';
import type { Binaries } from './binaries.js';
import { LOCK_HELD, clusterLock } from './cluster-lock.js';
import type { Placement } from './placement.js';
import { isPostmaster, readPidFile, removeStalePidFile } from './postmaster.js';
import { programEnvironment, tail } from './run-program.js';

/** A server that has said it is ready. */
export interface RunningServer {
  pid: number;
  /** TCP port on 127.0.0.1. */
  port: number;
  /** Started by this call, not found. */
  started: boolean;
}

/** What a server is started from. */
export interface ServerSite {
  placement: Placement;
  binaries: Binaries;
  log: DatabaseLog;
}

/** With the words that its lock puts before a command. */
interface LockedSite extends ServerSite {
  lock: readonly string[];
}

const POLL_MS = 10;
const RETRY_MS = 100;
/** How long children of a killed server may take to end, and a server that was just started to write its pid file. */
const LOCK_GRACE_MS = 10_000;
const LOG_LIMIT = 1_048_576;
const STOP_MS = 20_000;
const QUIT_MS = 5_000;

/** Small, local, durable, and silent about the statements and values it is given. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  // A service takes up to six; several may share one.
  'max_connections=150',
  'shared_buffers=32MB',
  'max_wal_size=256MB',
  'io_method=sync',
  'jit=off',
  'fsync=on',
  'full_page_writes=on',
  'password_encryption=scram-sha-256',
  'timezone=UTC',
  'log_timezone=UTC',
  'log_min_messages=log',
  'log_error_verbosity=terse',
  'log_checkpoints=off',
];

/** Another process started it first; backends of a killed server are still ending. */
const PASSING = ['lock file "postmaster.pid"', 'pre-existing shared memory block'];

/** Somebody else took the port between our choice and the start. Only worth another try when another port will do. */
const PORT_TAKEN = 'could not create any TCP/IP sockets';

/**
 * Finds the running server of the cluster, or starts one, and waits until it is ready. A server that a killed service left
 * behind is as good as a new one.
 * @param port the port to start on; absent: any free one
 * @param deadline when to give up, on the clock of `performance.now()`
 * @throws DatabaseError `server_start_failed`, `server_unresponsive`
 */
export async function ensureServer(
  site: ServerSite,
  port: number | undefined,
  deadline: number,
): Promise<RunningServer> {
  const { cluster } = site.placement;
  let heldSince: number | undefined;
  for (;;) {
    const found = await readPidFile(cluster);
    if (found && (await isPostmaster(found.pid, cluster))) {
      if (found.status === 'ready') return { pid: found.pid, port: found.port, started: false };
      if (performance.now() > deadline) throw unresponsive(site, found.pid, found.status || 'starting');
      await delay(POLL_MS);
      continue;
    }
    const lock = await clusterLock(site.placement);
    if (lock === 'held') {
      heldSince ??= performance.now();
      if (performance.now() > Math.min(deadline, heldSince + LOCK_GRACE_MS)) throw heldElsewhere(site);
    } else {
      heldSince = undefined;
      if (found) await removeStalePidFile(cluster, found);
      const started = await start({ ...site, lock }, port, deadline);
      if (started) return started;
    }
    await delay(RETRY_MS);
  }
}

/** Asks the server to end (open connections are closed, nothing is lost) and waits until it is gone. */
export async function stopServer({ placement: { cluster }, log }: ServerSite, pid: number): Promise<void> {
  if (await signalAndWait(pid, cluster, 'SIGINT', STOP_MS)) return;
  log.warn(`The embedded Postgres (process ${pid}) did not end in ${STOP_MS / 1000} s; ending it at once.`);
  if (await signalAndWait(pid, cluster, 'SIGQUIT', QUIT_MS)) return;
  log.warn(`The embedded Postgres (process ${pid}) is still there. It will be used again at the next start.`);
}

/** The server runs but gives no answer. */
export function unresponsive({ placement }: ServerSite, pid: number, state: string): DatabaseError {
  return new DatabaseError(
    'server_unresponsive',
    `The Postgres of ${placement.cluster} (process ${pid}, ${state}) runs but accepts no connection.`,
    `Look into ${logFile(placement)}. If it recovers from a crash, give it time; if it hangs, end it: kill -QUIT ${pid}`,
  );
}

function heldElsewhere({ placement }: ServerSite): DatabaseError {
  return new DatabaseError(
    'data_dir_in_use',
    `A Postgres that cannot be seen from here, as one in another container, or that is still ending, is running on DATA_DIR ${placement.dataDir}.`,
    'Stop the Tonearm there first, wait for what ends, or give this one a DATA_DIR of its own. Several services share a database by DATABASE_URL.',
  );
}

async function signalAndWait(pid: number, cluster: string, signal: NodeJS.Signals, waitMs: number): Promise<boolean> {
  const deadline = performance.now() + waitMs;
  if (await isPostmaster(pid, cluster)) send(pid, signal);
  while (await isPostmaster(pid, cluster)) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended between the look and the signal.
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

function logFile({ home }: Placement): string {
  return join(home, 'postgres.log');
}

/** Absent: it did not start for a reason that may be over at the next attempt. */
async function start(site: LockedSite, port: number | undefined, deadline: number): Promise<RunningServer | undefined> {
  const { placement, log } = site;
  const began = performance.now();
  const output = await open(logFile(placement), 'a', 0o600);
  try {
    if ((await output.stat()).size > LOG_LIMIT) await output.truncate();
    const { size } = await output.stat();
    const child = spawnServer(site, port ?? (await freePort()), output.fd);
    const failure = watchEnd(child);
    while (failure() === undefined) {
      const file = await readPidFile(placement.cluster);
      if (file?.status === 'ready' && file.pid === child.pid) {
        log.debug(`Started Postgres on port ${file.port} (${Math.round(performance.now() - began)} ms).`);
        return { pid: file.pid, port: file.port, started: true };
      }
      if (performance.now() > deadline) throw unresponsive(site, child.pid ?? 0, file?.status ?? 'starting');
      await delay(POLL_MS / 2);
    }
    if (failure() === endOf(LOCK_HELD)) return undefined;
    const said = (await readFile(logFile(placement))).subarray(size).toString('utf8');
    const retry = port === undefined ? [...PASSING, PORT_TAKEN] : PASSING;
    if (retry.some((line) => said.includes(line)) && performance.now() < deadline) return undefined;
    throw startFailed(site, failure() ?? '', said);
  } finally {
    await output.close();
  }
}

function spawnServer({ placement, binaries, lock }: LockedSite, port: number, output: number): ChildProcess {
  const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
  const command = [...lock, binaries.postgres, '-D', placement.cluster, '-p', String(port), ...settings];
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    ...placement.account,
    cwd: '/',
    env: programEnvironment(),
    // A session of its own: Ctrl-C in the terminal reaches us, and we end it in order.
    detached: true,
    stdio: ['ignore', output, output],
  });
  child.unref();
  return child;
}

/** Tells how the process ended; undefined while it runs. */
function watchEnd(child: ChildProcess): () => string | undefined {
  let end: string | undefined;
  child.once('error', (error) => (end = error.message));
  child.once('exit', (status, signal) => (end = endOf(status ?? signal ?? 'unknown')));
  return () => end;
}

function endOf(status: number | string): string {
  return `status ${status}`;
}

function startFailed({ placement }: ServerSite, end: string, output: string): DatabaseError {
  return new DatabaseError(
    'server_start_failed',
    `The embedded Postgres ended while starting (${end}):\n${tail(output)}`,
    `The whole log is ${logFile(placement)}. Remove the cause, or set DATABASE_URL to a Postgres server.`,
  );
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || address === null) throw new TypeError('A listening TCP server has a port.');
  return address.port;
}
