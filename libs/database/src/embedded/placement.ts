import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseError } from '../database-error.js';
import type { DatabaseLog } from '../database-log.js';
import { errorCode } from '../error-code.js';
import { postgresAccount } from './account.js';
import { exists } from './exists.js';
import { endDisplacedServers } from './postmaster.js';
import { type Account, runProgram } from './run-program.js';

/** Where things are kept that the account of Postgres cannot reach where they would belong. Only ever used as root. */
export const MACHINE_FOLDER = '/var/lib/tonearm';

const LOCATION_FILE = 'postgres.location';
/** The other way round: beside a cluster that is elsewhere, whose it is. */
const OWNER_FILE = 'data.location';

/** Where the cluster of a DATA_DIR is, and who runs it. */
export interface Placement {
  /** DATA_DIR, absolute and without links. */
  dataDir: string;
  /** The folder that holds the cluster, its log and unfinished clusters: DATA_DIR, or one below {@link MACHINE_FOLDER}. */
  home: string;
  /** `home`/postgres, whether it exists yet or not. */
  cluster: string;
  /** Absent: this process' own user. */
  account: Account | undefined;
}

/**
 * Decides where the cluster of `dataDir` belongs, and makes the folders that lead there. As an ordinary user that is
 * DATA_DIR. As root it is DATA_DIR if the account of Postgres can enter it, otherwise a folder of the machine, and
 * `postgres.location` in DATA_DIR remembers it. A cluster that exists is never left behind for a new one.
 * @throws DatabaseError `data_dir_unusable`, `account_missing`
 */
export async function placeCluster(dataDir: string, log: DatabaseLog): Promise<Placement> {
  // Others may pass through DATA_DIR when root made it, or the account could not; they cannot list it.
  const created = await mkdir(dataDir, { recursive: true, mode: isRoot() ? 0o711 : 0o700 });
  if (created !== undefined && isRoot()) await chmod(dataDir, 0o711);
  const real = await realpath(dataDir);

  const recorded = await readLocation(real);
  if (recorded !== undefined) await own(recorded, real);
  const home = recorded ?? real;
  const cluster = join(home, 'postgres');
  if (recorded !== undefined || (await exists(join(cluster, 'PG_VERSION')))) {
    const account = await postgresAccount((await exists(cluster)) ? cluster : undefined);
    if (!(await canEnter(home, account))) throw unreachable(home);
    return { dataDir: real, home, cluster, account };
  }

  const account = await postgresAccount(undefined);
  if (await canEnter(real, account)) return { dataDir: real, home: real, cluster, account };
  const elsewhere = await moveOut(real, log);
  return { dataDir: real, home: elsewhere, cluster: join(elsewhere, 'postgres'), account };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

async function readLocation(dataDir: string): Promise<string | undefined> {
  const file = join(dataDir, LOCATION_FILE);
  const text = await readFile(file, 'utf8').catch(absent);
  if (text === undefined) return undefined;
  const home = text.split('\n', 1)[0] ?? '';
  if (home.startsWith('/') && (await exists(home))) return home;
  throw new DatabaseError(
    'data_dir_unusable',
    `${file} says that the database is in ${home}, and that folder does not exist.`,
    `Restore that folder. To begin with an empty database instead, delete ${file}.`,
  );
}

/**
 * Notes whose cluster is there. A DATA_DIR that was moved takes its cluster along; one that was copied leads to the same one
 * as the original, and what is tried with the copy would be done to that.
 * @throws DatabaseError `data_dir_unusable` for a copy
 */
async function own(home: string, dataDir: string): Promise<void> {
  const owner = await otherOwner(home, dataDir);
  if (owner === undefined) {
    await replace(join(home, OWNER_FILE), `${dataDir}\n`, 0o600);
    return;
  }
  throw new DatabaseError(
    'data_dir_unusable',
    `${dataDir} is a copy of ${owner}: both lead to the same database, in ${home}.`,
    `Delete ${join(dataDir, LOCATION_FILE)} and postgres.password beside it to begin with an empty database there, or use the original.`,
  );
}

/** The DATA_DIR that leads there too; absent when none does any more, and when it is the same one by another path. */
async function otherOwner(home: string, dataDir: string): Promise<string | undefined> {
  const text = await readFile(join(home, OWNER_FILE), 'utf8').catch(absent);
  const owner = text?.split('\n', 1)[0] ?? '';
  if (owner === '' || owner === dataDir) return undefined;
  try {
    const [theirs, ours] = await Promise.all([stat(owner), stat(dataDir)]);
    if (theirs.dev === ours.dev && theirs.ino === ours.ino) return undefined;
    return (await readLocation(owner)) === home ? owner : undefined;
  } catch (error) {
    // One that is gone leads nowhere; one that cannot be looked at may.
    if (!(error instanceof DatabaseError)) absent(error);
    return undefined;
  }
}

function absent(error: unknown): undefined {
  if (!['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw error;
}

async function replace(file: string, text: string, mode: number): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, text, { mode });
  await rename(draft, file);
}

/** Tried as the account itself rather than judged by mode bits: that also covers access lists and mounts. */
async function canEnter(folder: string, account: Account | undefined): Promise<boolean> {
  if (!account) return true;
  const { ok, spawnError } = await runProgram('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], account);
  if (spawnError === undefined) return ok;
  throw new DatabaseError(
    'account_missing',
    `Tonearm runs as root, Postgres refuses to run as root, and nothing can be run as user ${account.uid} (${spawnError}).`,
    'Start Tonearm as an ordinary user, or set DATABASE_URL.',
  );
}

function unreachable(home: string): DatabaseError {
  return new DatabaseError(
    'data_dir_unusable',
    `The database is in ${home}, and the user that Postgres runs as cannot enter that folder any more.`,
    `Allow others to pass through it and the folders above it (chmod o+x), or move DATA_DIR to such a place.`,
  );
}

async function moveOut(dataDir: string, log: DatabaseLog): Promise<string> {
  const usual = join(MACHINE_FOLDER, `data-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`);
  // Of a folder that was here before, and has its database there still.
  const isTaken = (await otherOwner(usual, dataDir)) !== undefined;
  const home = isTaken ? `${usual}-${randomUUID().slice(0, 8)}` : usual;
  await mkdir(home, { recursive: true });
  for (const folder of [MACHINE_FOLDER, home]) await chmod(folder, 0o711);
  if ((await readLocation(dataDir)) === undefined) await setAside(home, log);
  const why =
    `Tonearm was started as root and Postgres does not run as root. The user it runs as cannot enter\n` +
    `${dataDir}, so the database is in the folder named above. Back up both.\n`;
  const file = join(dataDir, LOCATION_FILE);
  await own(home, dataDir);
  await replace(file, `${home}\n\n${why}`, 0o644);
  log.info(`The database is kept in ${home}, because the user that Postgres runs as cannot enter ${dataDir}.`);
  return home;
}

/**
 * A cluster in this place without a location file in DATA_DIR: somebody deleted DATA_DIR, and with it the password, to begin
 * anew. Nothing is thrown away here, only renamed. A server still in it is ended; where that cannot be told, it ends by
 * itself once its pid file is gone.
 */
async function setAside(home: string, log: DatabaseLog): Promise<void> {
  const cluster = join(home, 'postgres');
  if (!(await exists(cluster))) return;
  const aside = `${cluster}.deserted-${Date.now()}`;
  await rename(cluster, aside);
  await endDisplacedServers(cluster, log);
  await rm(join(aside, 'postmaster.pid'), { force: true });
  log.warn(`A database without its DATA_DIR was found and put aside: ${aside}. Delete it if it is not needed.`);
}
