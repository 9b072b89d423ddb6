import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { link, readFile, readdir, readlink, realpath, rename, rm } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DatabaseError } from '../database-error.js';
import type { DatabaseLog } from '../database-log.js';
import { errorCode } from '../error-code.js';
import { programEnvironment } from './run-program.js';

const POLL_MS = 10;
const QUIT_MS = 5_000;
/** What Linux says of a folder in which somebody works and which is gone. */
const DELETED = ' (deleted)';

/** What a Postgres server writes into the `postmaster.pid` of its cluster. */
export interface PidFile {
  /** The server's process id. */
  pid: number;
  /** The TCP port; 0 while it is not written yet. */
  port: number;
  /** `starting`, `ready`, `stopping`; empty while it is not written yet. */
  status: string;
  /** The whole file. */
  text: string;
}

/** Reads `postmaster.pid`; absent when there is none, or none with a process id in it yet. */
export async function readPidFile(cluster: string): Promise<PidFile | undefined> {
  const text = await readFile(pidFilePath(cluster), 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  });
  // One value per line; port and status are the fourth and the last.
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3] ?? 0), status: lines[7] ?? '', text };
}

/**
 * Whether process `pid` is the running server of this cluster. Process ids are given out anew, so a living process proves
 * nothing: it has to be a postgres that works in, or was started with, this folder. Ended ones that nobody has collected
 * yet (in a container without init) count as ended.
 * @param cluster absolute path without links
 */
export async function isPostmaster(pid: number, cluster: string): Promise<boolean> {
  if (process.platform !== 'linux') return isPostmasterInPs(pid, cluster);
  const server = await serverInProc(pid);
  return server !== undefined && [server.startedWith, server.worksIn].includes(cluster);
}

/**
 * Ends servers of other folders that write into this cluster, and those of this folder that write elsewhere: a folder was
 * moved, copied back or deleted while the server that a killed service had left was in it. Postgres works in the folder
 * wherever that is, but writes its control file to the path that it was started with, and would spoil what is there now.
 * Nothing is lost by it: the folder recovers at its next start. Only Linux tells where a process works.
 * @param cluster absolute path without links; it need not exist
 * @throws DatabaseError `server_unresponsive` when one does not end
 */
export async function endDisplacedServers(cluster: string, log: DatabaseLog): Promise<void> {
  if (process.platform !== 'linux') return;
  // Without /proc nobody can tell, as on other systems.
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter((pid) => pid > 0);
  // One after the other: a machine may have more processes than this one may open files.
  for (const pid of pids) {
    if (!(await isDisplaced(pid, cluster))) continue;
    log.warn(`A Postgres (process ${pid}) still ran in a folder that was moved from or to ${cluster}; it is ended.`);
    await quit(pid, cluster);
  }
}

async function quit(pid: number, cluster: string): Promise<void> {
  const deadline = performance.now() + QUIT_MS;
  try {
    // At once: an orderly end would write the control file.
    process.kill(pid, 'SIGQUIT');
    while (performance.now() < deadline) {
      if ((await serverInProc(pid)) === undefined) return;
      await delay(POLL_MS);
    }
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return;
    if (errorCode(error) !== 'EPERM') throw error;
  }
  throw new DatabaseError(
    'server_unresponsive',
    `A Postgres (process ${pid}) runs in a folder that was moved from or to ${cluster}, and cannot be ended.`,
    `End it, so that it does not write into the database there: kill -QUIT ${pid}. Then start again.`,
  );
}

/** Whether a server has only one of both in common with the cluster: what it was started with, and where it works. */
async function isDisplaced(pid: number, cluster: string): Promise<boolean> {
  const server = await serverInProc(pid);
  if (server?.worksIn === undefined || server.startedWith === undefined) return false;
  if ((server.startedWith === cluster) === (server.worksIn === cluster)) return false;
  // A path means something else where another root is, and one that has just been started has not gone to its folder yet.
  if (!(await hasOurFiles(pid))) return false;
  if (server.worksIn.endsWith(DELETED)) return true;
  // What nobody may read any more says nothing, and must keep no other folder from starting.
  return (await readPidFile(server.worksIn).catch(() => undefined))?.pid === pid;
}

/** Whether a process sees the same files by the same paths: not one in a container, nor with a root of its own. */
async function hasOurFiles(pid: number): Promise<boolean> {
  const rootOf = (id: number | 'self'): Promise<string[]> =>
    Promise.all([readlink(`/proc/${id}/root`), readlink(`/proc/${id}/ns/mnt`)]);
  try {
    return String(await rootOf(pid)) === String(await rootOf('self'));
  } catch {
    return false;
  }
}

interface ServerInProc {
  /** Its data folder as it was told, absolute and without links; absent when that does not stand in its command. */
  startedWith: string | undefined;
  /** Absent: we may not look, as root without all rights in a container. */
  worksIn: string | undefined;
}

/** Absent: no server, or none any more. */
async function serverInProc(pid: number): Promise<ServerInProc | undefined> {
  try {
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    if (basename(command[0] ?? '') !== 'postgres') return undefined;
    const worksIn = await readlink(`/proc/${pid}/cwd`).catch((error: unknown) => {
      if (['EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return undefined;
      throw error;
    });
    const option = command.findIndex((argument) => argument.startsWith('-D'));
    const told = command[option]?.slice(2) || command[option + 1] || '';
    const isTold = option > 0 && isAbsolute(told);
    return { startedWith: isTold ? await realpath(told).catch(() => told) : undefined, worksIn };
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

async function isPostmasterInPs(pid: number, cluster: string): Promise<boolean> {
  try {
    const args = ['-ww', '-o', 'command=', '-p', String(pid)];
    const { stdout } = await promisify(execFile)('ps', args, { env: programEnvironment() });
    return /^\S*postgres /.test(stdout) && stdout.includes(cluster);
  } catch (error) {
    // ps ends with status 1 when there is no such process.
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 1) return false;
    throw error;
  }
}

/**
 * Takes away a `postmaster.pid` whose process is not the server. Postgres does that by itself unless any process of the same
 * user has that id now; then it would refuse to start until that one ends. The file is checked once more after it has
 * been moved, so that the one of a server that started meanwhile is put back.
 */
export async function removeStalePidFile(cluster: string, stale: PidFile): Promise<void> {
  const path = pidFilePath(cluster);
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== stale.text) await link(aside, path);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

function pidFilePath(cluster: string): string {
  return join(cluster, 'postmaster.pid');
}
