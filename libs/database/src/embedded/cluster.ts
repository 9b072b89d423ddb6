import { chown, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseError } from '../database-error.js';
import type { DatabaseLog } from '../database-log.js';
import { syncFolder } from '../durable-file.js';
import { errorCode, errorText } from '../error-code.js';
import type { Binaries } from './binaries.js';
import { exists } from './exists.js';
import type { Placement } from './placement.js';
import { runProgram } from './run-program.js';

/** The superuser of every embedded cluster. */
export const SUPERUSER = 'tonearm';

/** Names of folders in which a cluster is being made. */
const UNFINISHED = 'postgres.init-';

/** Whether the cluster is there; an unfinished one never is. */
export function clusterExists({ cluster }: Placement): Promise<boolean> {
  return exists(join(cluster, 'PG_VERSION'));
}

/**
 * Makes the cluster if there is none. It is built beside its place and renamed into it, so being killed leaves no half
 * cluster, and of several processes the first one's cluster stays.
 * @throws DatabaseError `cluster_init_failed`, `cluster_version`, `data_dir_unusable`
 */
export async function ensureCluster(
  placement: Placement,
  binaries: Binaries,
  password: string,
  log: DatabaseLog,
): Promise<void> {
  if (!(await clusterExists(placement))) {
    const started = performance.now();
    await makeCluster(placement, binaries, password);
    log.debug(`Made the database cluster in ${placement.cluster} (${Math.round(performance.now() - started)} ms).`);
  }
  const version = (await readFile(join(placement.cluster, 'PG_VERSION'), 'utf8')).trim();
  if (version === binaries.major) return;
  throw new DatabaseError(
    'cluster_version',
    `The database in ${placement.cluster} was made by Postgres ${version}; this Tonearm brings Postgres ${binaries.major}.`,
    'Start the Tonearm that ran before, make a backup with it, and restore that into an empty DATA_DIR of this one.',
  );
}

/**
 * Removes what killed processes left of unfinished clusters. Only for the service that holds the cluster's lock. What cannot
 * be removed now (an initdb outlives the process that started it by a second) is left for the next start.
 */
export async function removeUnfinished({ home }: Placement, log: DatabaseLog): Promise<void> {
  try {
    const names = (await readdir(home)).filter((name) => name.startsWith(UNFINISHED));
    await Promise.all(names.map((name) => rm(join(home, name), { recursive: true, force: true, maxRetries: 3 })));
  } catch (error) {
    log.debug(`An unfinished database cluster stays in ${home} until the next start (${errorText(error)}).`);
  }
}

async function makeCluster(placement: Placement, binaries: Binaries, password: string): Promise<void> {
  const { account, home } = placement;
  const work = await mkdtemp(join(home, UNFINISHED));
  try {
    // initdb takes a password from a file only, or from a terminal. Nobody else can enter this folder.
    const passwordFile = join(work, 'password');
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (account) {
      await chown(passwordFile, account.uid, account.gid);
      await chown(work, account.uid, account.gid);
    }
    const cluster = join(work, 'cluster');
    const { ok, output, spawnError } = await runProgram(
      binaries.initdb,
      [
        ['-D', cluster, '-U', SUPERUSER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--data-checksums'],
        // Postgres' own C.UTF-8: sorts the same on every machine, whatever its libc and its locales.
        ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
      ].flat(),
      account,
    );
    // A process that was faster may have finished, and removed this folder as left over.
    if (!ok && (await clusterExists(placement))) return;
    if (!ok) throw initFailed(placement, output || `initdb could not be run (${spawnError ?? 'killed'})`);
    await moveIn(cluster, placement);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function moveIn(made: string, placement: Placement): Promise<void> {
  try {
    await rename(made, placement.cluster);
    await syncFolder(placement.home);
  } catch (error) {
    if (await clusterExists(placement)) return;
    if (!['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw error;
    throw new DatabaseError(
      'data_dir_unusable',
      `${placement.cluster} is in the way: it is not a database.`,
      'Move it away, or set DATA_DIR to another folder.',
    );
  }
}

function initFailed({ home }: Placement, output: string): DatabaseError {
  return new DatabaseError(
    'cluster_init_failed',
    `Making a database in ${home} failed:\n${output}`,
    'Look for the cause above (often a full or read-only disk), or set DATABASE_URL to a Postgres server.',
  );
}
