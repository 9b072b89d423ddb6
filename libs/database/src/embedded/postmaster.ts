import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { link, readFile, readlink, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from '../error-code.js';
import { programEnvironment } from './run-program.js';

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
  return process.platform === 'linux' ? isPostmasterInProc(pid, cluster) : isPostmasterInPs(pid, cluster);
}

async function isPostmasterInProc(pid: number, cluster: string): Promise<boolean> {
  try {
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    if (basename(command[0] ?? '') !== 'postgres') return false;
    if (command.includes(cluster)) return true;
    // Started with another spelling of the path, or moved since.
    return (await readlink(`/proc/${pid}/cwd`)) === cluster;
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return false;
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
