import { randomUUID } from 'node:crypto';
import { link, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { syncFolder } from '#database';
import { type Archive } from './archive.js';
import { ArchiveError, codeOf, writeFailure } from './archive-error.js';
import { isArchiveName } from './archive-name.js';
import type { ArchivedFile } from './documents.js';
import type { EntryFiles } from './file-names.js';
import { hasHash } from './has-hash.js';
import { chunks } from './lines.js';
import { OutputFile } from './output-file.js';

/** Answers of disks that cannot share a file between folders, have shared it too often, or have it no more. */
const CANNOT_LINK = new Set(['EXDEV', 'EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'ENOENT']);
/** What a removal that was cut short has left. */
const REMOVED = /^\.[A-Za-z0-9][A-Za-z0-9._-]*\.removed$/;
const REMOVAL_RETRIES = 5;
const PARTIAL = /^\.(?<name>.+)\.[0-9a-f-]{36}\.partial$/;

interface Known extends ArchivedFile {
  folder: string;
}

/** The folder in which a backup is written: hidden beside the others, until it is put among them. */
export class PartialFolder {
  /** What is written, by its path. */
  readonly files = new Map<string, ArchivedFile>();
  private readonly opened = new Set<OutputFile>();
  /** Of each attempt another: who was slow and goes on must not get at what another process writes by now. */
  readonly path: string;

  private constructor(
    /** Of all backups. */
    private readonly folder: string,
    private readonly name: string,
    /** Files of earlier backups by their hash. */
    private readonly known: ReadonlyMap<string, Known>,
  ) {
    this.path = `${folder}/.${name}.${randomUUID()}.partial`;
  }

  /**
   * @param earlier whose files are shared where they are the same
   * @throws ArchiveError `exists` when there is a finished backup of that name; nothing is left then
   */
  static async create(folder: string, name: string, earlier: readonly Archive[]): Promise<PartialFolder> {
    if (!isArchiveName(name)) throw new Error('The name of a backup cannot be that of a folder.');
    const partial = new PartialFolder(folder, name, await filesByHash(earlier));
    try {
      await onDisk('creating the backup', async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await sweep(folder, name);
        if (await isThere(`${folder}/${name}`)) throw existsAlready(name);
        for (const part of ['', '/lists', '/playlists']) await mkdir(`${partial.path}${part}`, { mode: 0o700 });
      });
    } catch (error) {
      // What went wrong first is what has to be told.
      await partial.remove().catch((leftBehind: unknown) => leftBehind);
      throw error;
    }
    return partial;
  }

  async writeText(path: string, content: string): Promise<void> {
    const file = await this.open(path);
    await file.write(content);
    await this.settle(file);
  }

  async open(path: string): Promise<OutputFile> {
    const file = await OutputFile.create(this.path, path);
    this.opened.add(file);
    return file;
  }

  /** Ends a file, and shares that of an earlier backup if it is the same. */
  async settle(file: OutputFile): Promise<void> {
    const written = await file.end();
    if (!(await this.share(written))) await file.sync();
    this.opened.delete(file);
    await file.close();
    this.files.set(written.path, written);
  }

  /** Takes files of an earlier backup over. @returns false when one of them is not what it was; neither is taken then */
  async carryFiles(from: Archive, source: EntryFiles, target: EntryFiles): Promise<boolean> {
    const json = await this.carryFile(from, source.json, target.json);
    const csv = json && (await this.carryFile(from, source.csv, target.csv));
    if (json && csv) {
      for (const file of [json, csv]) this.files.set(file.path, file);
      return true;
    }
    if (json) await this.dropFile(json.path);
    return false;
  }

  /** Puts it among the others; from then on it is a backup, whatever happens to the machine. */
  async publish(): Promise<void> {
    for (const part of ['/lists', '/playlists', '']) {
      await onDisk('finishing the backup', () => syncFolder(`${this.path}${part}`));
    }
    try {
      await rename(this.path, `${this.folder}/${this.name}`);
    } catch (error) {
      if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) throw existsAlready(this.name);
      throw writeFailure(error, 'finishing the backup');
    }
    await onDisk('finishing the backup', () => syncFolder(this.folder));
  }

  /** Removes all of it. */
  async remove(): Promise<void> {
    // What cannot be closed is removed all the same.
    await Promise.allSettled([...this.opened].map((file) => file.close()));
    this.opened.clear();
    await onDisk('removing an unfinished backup', () => rm(this.path, { recursive: true, force: true }));
  }

  /** Puts a file of an earlier backup in the place of the same one of this. @returns false when it stays as it is */
  private async share(written: ArchivedFile): Promise<boolean> {
    const same = this.known.get(written.sha256);
    if (!same || !(await hasHash(same.folder, same))) return false;
    const shared = `${this.path}/.shared`;
    if (!(await tryLink(`${same.folder}/${same.path}`, shared))) return false;
    await onDisk(`writing ${written.path}`, () => rename(shared, `${this.path}/${written.path}`));
    return true;
  }

  private async carryFile(from: Archive, source: string, path: string): Promise<ArchivedFile | null> {
    // That one may have been removed or damaged since it was opened.
    const file = await from.file(source).catch((error: unknown) => {
      if (error instanceof ArchiveError) return null;
      throw error;
    });
    if (!file || !(await hasHash(from.path, file))) return null;
    if (await tryLink(`${from.path}/${source}`, `${this.path}/${path}`)) return { ...file, path };
    const written = await this.copyFile(from, source, path);
    if (written?.sha256 === file.sha256) return written;
    await this.dropFile(path);
    return null;
  }

  /** Null when it is gone. */
  private async copyFile(from: Archive, source: string, path: string): Promise<ArchivedFile | null> {
    const copy = await this.open(path);
    try {
      for await (const chunk of chunks(from.path, source)) await copy.write(chunk);
      const written = await copy.end();
      await copy.sync();
      return written;
    } catch (error) {
      if (error instanceof ArchiveError && error.code === 'damaged') return null;
      throw error;
    } finally {
      this.opened.delete(copy);
      await copy.close();
    }
  }

  private async dropFile(path: string): Promise<void> {
    await onDisk(`removing ${path}`, () => rm(`${this.path}/${path}`));
  }
}

/** Removes what attempts of that name have left. @throws ArchiveError */
export async function discardPartials(folder: string, name: string): Promise<void> {
  if (!isArchiveName(name)) throw new Error('The name of a backup cannot be that of a folder.');
  await onDisk('removing an unfinished backup', async () => {
    if (await isThere(folder)) await removeIn(folder, (entry) => isPartialOf(entry, name));
  });
}

/**
 * Removes what attempts have left that nobody will go on with.
 *
 * @param underWay names of backups
 * @param before of what was begun later nobody can say so
 * @throws ArchiveError
 */
export async function discardForgotten(folder: string, underWay: ReadonlySet<string>, before: Date): Promise<void> {
  await onDisk('removing an unfinished backup', async () => {
    if (!(await isThere(folder))) return;
    const old = new Set<string>();
    for (const entry of await readdir(folder)) {
      const name = PARTIAL.exec(entry)?.groups?.['name'];
      if (name === undefined || underWay.has(name)) continue;
      const { mtime } = await lstat(`${folder}/${entry}`);
      if (mtime < before) old.add(entry);
    }
    await removeIn(folder, (entry) => old.has(entry));
  });
}

function isPartialOf(entry: string, name: string): boolean {
  return PARTIAL.exec(entry)?.groups?.['name'] === name;
}

async function removeIn(folder: string, isOver: (entry: string) => boolean): Promise<void> {
  for (const entry of (await readdir(folder)).filter(isOver)) {
    // Whoever still writes into it has not heard yet that it is over.
    await rm(`${folder}/${entry}`, { recursive: true, force: true, maxRetries: REMOVAL_RETRIES });
  }
}

function existsAlready(name: string): ArchiveError {
  return new ArchiveError('exists', `There is a backup "${name}" already.`);
}

async function filesByHash(archives: readonly Archive[]): Promise<Map<string, Known>> {
  const known = new Map<string, Known>();
  // Of the same file in several, the newest counts.
  for (const archive of archives.toSorted((one, other) =>
    one.manifest.startedAt < other.manifest.startedAt ? 1 : -1,
  )) {
    try {
      for (const file of await archive.files()) {
        if (!known.has(file.sha256)) known.set(file.sha256, { ...file, folder: archive.path });
      }
    } catch (error) {
      // One that is gone or damaged has nothing to share.
      if (!(error instanceof ArchiveError)) throw error;
    }
  }
  return known;
}

/** Removes what earlier attempts of this backup, and removals that were cut short, have left. */
async function sweep(folder: string, name: string): Promise<void> {
  await removeIn(folder, (entry) => isPartialOf(entry, name) || REMOVED.test(entry));
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** @returns false when this disk cannot, or the file has just been removed */
async function tryLink(source: string, target: string): Promise<boolean> {
  try {
    await link(source, target);
    return true;
  } catch (error) {
    if (CANNOT_LINK.has(codeOf(error))) return false;
    throw writeFailure(error, 'linking a file of an earlier backup');
  }
}

async function onDisk<Result>(doing: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw writeFailure(error, doing);
  }
}
