import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { ArchiveError, codeOf, readFailure } from './archive-error.js';

/** What the system says of a link that is not followed, of a socket, and of a device that is not there. */
const NO_FILE: ReadonlySet<string> = new Set(['ELOOP', 'ENXIO', 'ENODEV']);

/**
 * Opens a file of a backup. Whoever can put a folder among the backups could have any file of the machine handed out
 * through a link, or let the service wait for ever at a pipe: what is no regular file of its folder is not read.
 *
 * @param folder of the backup
 * @param file within it
 * @throws ArchiveError
 */
export async function openOwnFile(folder: string, file: string): Promise<FileHandle> {
  await expectFolders(folder, file);
  const handle = await attempt(file, () =>
    open(`${folder}/${file}`, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK),
  );
  try {
    expectFile(await attempt(file, () => handle.stat()), file);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** All of a file that is read at once. @param longest in bytes */
export async function readText(folder: string, file: string, longest: number): Promise<string> {
  const handle = await openOwnFile(folder, file);
  try {
    const { size } = await handle.stat();
    if (size > longest) throw new ArchiveError('damaged', `${file} is longer than any of a backup.`);
    return await handle.readFile('utf8');
  } catch (error) {
    throw readFailure(error, file);
  } finally {
    await handle.close();
  }
}

/** What the disk says of a file of a backup. @throws ArchiveError also for what would not be opened */
export async function statOwnFile(folder: string, file: string): Promise<Stats> {
  await expectFolders(folder, file);
  const stats = await attempt(file, () => lstat(`${folder}/${file}`));
  expectFile(stats, file);
  return stats;
}

/** Whether it is a folder itself, and no link to one. @throws ArchiveError when nothing can be said */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return false;
    throw readFailure(error, 'The folder of the backup');
  }
}

async function expectFolders(folder: string, file: string): Promise<void> {
  const part = file.includes('/') ? file.slice(0, file.indexOf('/')) : null;
  for (const path of part === null ? [folder] : [folder, `${folder}/${part}`]) {
    const stats = await attempt(file, () => lstat(path));
    if (!stats.isDirectory()) throw new ArchiveError('damaged', `${file} does not lie in a folder of the backup.`);
  }
}

function expectFile(stats: Stats, file: string): void {
  if (!stats.isFile()) throw notRegular(file);
}

async function attempt<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw NO_FILE.has(codeOf(error)) ? notRegular(file, error) : readFailure(error, file);
  }
}

function notRegular(file: string, cause?: unknown): ArchiveError {
  return new ArchiveError('damaged', `${file} is no regular file.`, cause);
}
