import { createHash } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { syncFolder } from '#database';
import type { LibraryEntry, Profile } from '#listening';
import { ArchiveError, type ArchiveErrorCode, codeOf, readFailure, writeFailure } from './archive-error.js';
import { isArchiveName } from './archive-name.js';
import {
  ENTRY_GUARD,
  LIST_GUARD,
  MANIFEST_GUARD,
  PLAYLIST_FACTS_GUARD,
  PLAYLIST_GUARD,
  PLAYLISTS_GUARD,
  PROFILE_GUARD,
  type ArchivedFile,
  type ArchivedList,
  type ArchivedPlaylist,
  type Manifest,
  type ManifestDocument,
} from './documents.js';
import { entryFrom } from './entry-document.js';
import { MANIFEST, MANIFEST_SUM } from './file-names.js';
import { hasHash } from './has-hash.js';
import { parse, readItems } from './line-document.js';
import { manifestFrom, playlistFrom } from './manifest-document.js';
import { isFolder, openOwnFile, readText, statOwnFile } from './own-file.js';

/** What a file is named by a reader: a path of a backup never leads out of it. */
const OWN_FILE = /^((lists|playlists)\/)?[A-Za-z0-9_-]{1,64}\.(json|csv|txt|sha256)$/;

/** A library of a hundred thousand playlists has no longer one; what is longer would fill the memory. */
const LONGEST_MANIFEST = 48 * 1024 * 1024;
const LONGEST_PROFILE = 1024 * 1024;
/** Clocks differ by so much at most. */
const DAY_MS = 86_400_000;

const PASSED_OVER: ReadonlySet<ArchiveErrorCode> = new Set(['not_an_archive', 'damaged']);

/** What is kept of a playlist, without what the playlist says of itself. */
export interface KeptPlaylist extends Omit<ArchivedPlaylist, 'position' | 'playlist'> {
  version: string;
}

/** A finished backup on disk. All methods reject with an `ArchiveError` and nothing else. */
export class Archive {
  private knownFiles: ReadonlyMap<string, ArchivedFile> | undefined;
  private knownPlaylists: ReadonlyMap<string, KeptPlaylist> | undefined;

  private constructor(
    /** Of all backups. */
    readonly folder: string,
    readonly name: string,
    readonly manifest: Manifest,
  ) {}

  /** @throws ArchiveError `not_an_archive` when there is no backup of that name, `damaged` when it cannot be read */
  static async open(folder: string, name: string): Promise<Archive> {
    if (!isArchiveName(name)) throw noArchive(name);
    return new Archive(folder, name, manifestFrom(await readManifest(`${folder}/${name}`, name)));
  }

  get path(): string {
    return `${this.folder}/${this.name}`;
  }

  /** Whether it says that it was made on a day that is to come: it would be the newest for ever. */
  isAhead(now: Date): boolean {
    const { startedAt, finishedAt } = this.manifest;
    return Math.max(startedAt.getTime(), finishedAt.getTime()) > now.getTime() + DAY_MS;
  }

  /** All files but the manifest and its checksum. Read anew: there may be thousands. */
  async files(): Promise<readonly ArchivedFile[]> {
    return (await readManifest(this.path, this.name)).files;
  }

  /** What the manifest says of one of them; null when it does not. @param path within the backup */
  async file(path: string): Promise<ArchivedFile | null> {
    this.knownFiles ??= new Map((await this.files()).map((file) => [file.path, file]));
    return this.knownFiles.get(path) ?? null;
  }

  /** Null when it has no such list. */
  list(name: string): ArchivedList | null {
    return this.manifest.lists.find((list) => list.name === name) ?? null;
  }

  /** In the order of the list. @throws ArchiveError `not_kept` when it has no such list */
  async *entries(list: string): AsyncGenerator<LibraryEntry> {
    const file = this.list(list)?.json;
    if (file === undefined) throw new ArchiveError('not_kept', `The backup has no list "${list}".`);
    const document = { folder: this.path, file, head: LIST_GUARD, item: ENTRY_GUARD };
    for await (const { item } of readItems(document)) yield entryFrom(item);
  }

  /** In the owner's order, those included whose entries could not be read. */
  async *playlists(): AsyncGenerator<ArchivedPlaylist> {
    if (!this.manifest.playlists) return;
    const file = this.manifest.playlists.json;
    const document = { folder: this.path, file, head: PLAYLISTS_GUARD, item: PLAYLIST_FACTS_GUARD };
    for await (const { item } of readItems(document)) yield playlistFrom(item);
  }

  /** Where the entries of a playlist are and how they were read; null when it has none of that id. */
  async playlist(id: string): Promise<KeptPlaylist | null> {
    if (!this.knownPlaylists) {
      const known = new Map<string, KeptPlaylist>();
      for await (const { playlist, json, csv, count, total, readAt, missing } of this.playlists()) {
        if (playlist) known.set(playlist.id, { version: playlist.version, json, csv, count, total, readAt, missing });
      }
      this.knownPlaylists = known;
    }
    return this.knownPlaylists.get(id) ?? null;
  }

  /** @throws ArchiveError `not_kept` when there is no such playlist, or its entries could not be read */
  async *playlistEntries(id: string): AsyncGenerator<LibraryEntry> {
    const file = (await this.playlist(id))?.json ?? null;
    if (file === null) throw new ArchiveError('not_kept', 'The backup has no entries of that playlist.');
    const document = { folder: this.path, file, head: PLAYLIST_GUARD, item: ENTRY_GUARD };
    for await (const { item } of readItems(document)) yield entryFrom(item);
  }

  /** Null when it was not read. */
  async profile(): Promise<Profile | null> {
    const file = this.manifest.profile;
    if (file === null) return null;
    const value = parse(await readText(this.path, file, LONGEST_PROFILE));
    if (!PROFILE_GUARD.accepts(value)) throw new ArchiveError('damaged', `${file}: ${PROFILE_GUARD.fault}.`);
    return { ...value, registeredAt: value.registeredAt === null ? null : new Date(value.registeredAt) };
  }

  /**
   * Reads the manifest and these files, and holds them against their checksums.
   *
   * @param isMeant by a path within the backup
   * @throws ArchiveError `damaged` when one of them is not what it was
   */
  async expectIntact(isMeant: (path: string) => boolean): Promise<void> {
    if (!(await this.isManifestIntact()))
      throw new ArchiveError('damaged', `${MANIFEST} of ${this.name} is not what it was.`);
    for (const file of await this.files()) {
      if (!isMeant(file.path) || (await hasHash(this.path, file))) continue;
      throw new ArchiveError('damaged', `${file.path} of ${this.name} is missing, or not what it was.`);
    }
  }

  /** Whether the manifest is what its checksum says. */
  async isManifestIntact(): Promise<boolean> {
    const [text, sum] = await Promise.all(
      [MANIFEST, MANIFEST_SUM].map((file) => readText(this.path, file, LONGEST_MANIFEST)),
    );
    const hash = createHash('sha256')
      .update(text ?? '')
      .digest('hex');
    return sum === `${hash}  ${MANIFEST}\n`;
  }

  /** A file as it is. @param path within the backup, as the manifest and `playlists` have it */
  async read(path: string): Promise<{ bytes: number; stream: Readable }> {
    if (!OWN_FILE.test(path)) throw new ArchiveError('not_kept', 'The backup has no such file.');
    const file = await openOwnFile(this.path, path);
    try {
      return { bytes: (await file.stat()).size, stream: file.createReadStream() };
    } catch (error) {
      await file.close();
      throw readFailure(error, path);
    }
  }

  /** How many bytes it has, those too that it shares with other backups. */
  async size(): Promise<number> {
    let bytes = 0;
    for (const { path } of [...(await this.files()), { path: MANIFEST }, { path: MANIFEST_SUM }]) {
      bytes += (await statOwnFile(this.path, path)).size;
    }
    return bytes;
  }
}

/**
 * Removes a backup, also one that is damaged. Killed in between, it is no backup any more, and the next `begin` sweeps up.
 *
 * @throws ArchiveError `not_an_archive` when there is none of that name
 */
export async function removeArchive(folder: string, name: string): Promise<void> {
  if (!isArchiveName(name) || !(await isOurs(`${folder}/${name}`))) throw noArchive(name);
  const doomed = `${folder}/.${name}.removed`;
  try {
    await rm(doomed, { recursive: true, force: true });
    await rename(`${folder}/${name}`, doomed);
    await syncFolder(folder);
    await rm(doomed, { recursive: true, force: true });
  } catch (error) {
    throw writeFailure(error, `removing ${name}`);
  }
}

/** All backups of a folder, the newest first. What is half done, damaged, ahead of its time or something else is passed over. */
export async function listArchives(folder: string, now = new Date()): Promise<Archive[]> {
  const archives: Archive[] = [];
  for (const name of await archiveNames(folder)) {
    try {
      const archive = await Archive.open(folder, name);
      if (!archive.isAhead(now)) archives.push(archive);
    } catch (error) {
      if (!(error instanceof ArchiveError && PASSED_OVER.has(error.code))) throw error;
    }
  }
  return archives.sort((one, other) => other.manifest.startedAt.getTime() - one.manifest.startedAt.getTime());
}

/** The names of what may be backups in a folder; none before it is there. @throws ArchiveError */
export async function archiveNames(folder: string): Promise<string[]> {
  try {
    const found = await readdir(folder, { withFileTypes: true });
    return found.filter((entry) => entry.isDirectory() && isArchiveName(entry.name)).map(({ name }) => name);
  } catch (error) {
    // Before the first backup there is no folder.
    if (codeOf(error) === 'ENOENT') return [];
    if (codeOf(error) === 'ENOTDIR') throw new ArchiveError('not_readable', 'BACKUP_DIR is no folder.', error);
    throw readFailure(error, 'The folder of backups');
  }
}

/**
 * Why backups are not where they were; null when one of these at least is there.
 *
 * @param names of those that should be there
 */
export async function folderFault(folder: string, names: readonly string[]): Promise<ArchiveError | null> {
  try {
    const there = new Set(await archiveNames(folder));
    if (names.length === 0 || names.some((name) => there.has(name))) return null;
    return new ArchiveError('folder_away', 'The folder of backups is missing, or has none of those that are known.');
  } catch (error) {
    return readFailure(error, 'The folder of backups');
  }
}

async function readManifest(path: string, name: string): Promise<ManifestDocument> {
  let text: string;
  try {
    text = await readText(path, MANIFEST, LONGEST_MANIFEST);
  } catch (error) {
    if (!(error instanceof ArchiveError && error.code === 'damaged')) throw error;
    if (await isOurs(path)) {
      throw new ArchiveError('damaged', `The backup "${name}" has no manifest any more: ${error.message}`, error);
    }
    throw noArchive(name, error);
  }
  const value = parse(text);
  if (MANIFEST_GUARD.accepts(value)) return value;
  if (!(await isOurs(path))) throw noArchive(name);
  throw new ArchiveError('damaged', `The manifest of the backup "${name}" is none that can be read.`);
}

/** Whether it was written by us, whatever has become of it. */
async function isOurs(path: string): Promise<boolean> {
  if (!(await isFolder(path))) return false;
  try {
    // Whatever has become of it: what is removed is never followed.
    return !(await lstat(`${path}/${MANIFEST_SUM}`)).isDirectory();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw readFailure(error, MANIFEST_SUM);
  }
}

function noArchive(name: string, cause?: unknown): ArchiveError {
  return new ArchiveError('not_an_archive', `There is no backup "${name}".`, cause);
}
