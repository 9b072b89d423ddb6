import { createHash } from 'node:crypto';
import type { LibraryEntry, LibraryList, LibraryPlaylist, Profile } from '#listening';
import { Archive } from './archive.js';
import { ArchiveError } from './archive-error.js';
import { CSV_HEADER, csvRows } from './csv.js';
import type {
  ArchivedList,
  ArchivedOmission,
  ArchivedPlaylist,
  ListHead,
  Manifest,
  ManifestDocument,
  PlaylistHead,
  PlaylistsHead,
  ProfileDocument,
} from './documents.js';
import { entryLine } from './entry-document.js';
import {
  listFiles,
  MANIFEST,
  MANIFEST_SUM,
  PlaylistFileNames,
  PLAYLISTS,
  PROFILE,
  README,
  SCHEMA,
  type EntryFiles,
} from './file-names.js';
import { LineDocumentWriter } from './line-document.js';
import { manifestDocument, playlistLine } from './manifest-document.js';
import type { OutputFile } from './output-file.js';
import { PartialFolder } from './partial-folder.js';
import { README_TEXT } from './readme-text.js';
import { ARCHIVE_SCHEMA, FORMAT, FORMAT_VERSION } from './schema.js';

/** Entries that are made into rows at once. */
const ROWS = 256;

/** How something was read. */
export interface ReadFacts {
  readAt: Date;
  /** How many the upstream counted then; null when it does not tell. */
  total: number | null;
  /** Why there are not as many as it counted; null when there are. */
  missing: string | null;
}

export type ListFacts = Pick<LibraryList, 'name' | 'title' | 'order'> & ReadFacts;

/** What only its end tells of a backup. */
export interface BackupFacts {
  id: string;
  provider: { id: string; name: string };
  account: { id: string; name: string };
  startedAt: Date;
  finishedAt: Date;
  /** How the playlists were listed; null when they were not. */
  playlists: ReadFacts | null;
  omissions: readonly ArchivedOmission[];
  /** What writes it, with its version. */
  software: string;
}

/**
 * Writes a backup beside the others, and puts it among them when it is whole. One call at a time, playlists in the owner's
 * order. After any rejection nothing of it is left and no call but `abandon` makes sense; it is an `ArchiveError` for what
 * the disk refuses, and whatever the entries came to grief with.
 */
export class ArchiveWriter {
  private readonly lists: ArchivedList[] = [];
  private readonly playlistNames = new PlaylistFileNames();
  private readonly playlistIds = new Set<string>();
  private playlistsFile: OutputFile | null = null;
  private playlistsDocument: LineDocumentWriter | null = null;
  private playlistCount = 0;
  private playlistsUnread = 0;
  private playlistEntryCount = 0;
  private state: 'open' | 'finished' | 'abandoned' = 'open';

  private constructor(
    private readonly folder: string,
    private readonly name: string,
    private readonly partial: PartialFolder,
  ) {}

  /**
   * @param folder of all backups; made when it is missing
   * @param earlier whose files are shared where they are the same
   * @throws ArchiveError `exists` when there is a finished backup of that name
   */
  static async begin(folder: string, name: string, earlier: readonly Archive[]): Promise<ArchiveWriter> {
    return new ArchiveWriter(folder, name, await PartialFolder.create(folder, name, earlier));
  }

  /** @param entries in the order of the list */
  async writeList(list: ListFacts, entries: AsyncIterable<LibraryEntry>): Promise<void> {
    await this.keepOrClear(async () => {
      const files = this.filesOfList(list.name);
      const head: ListHead = { list: list.name, title: list.title, order: list.order, entries: [] };
      const count = await this.writeEntries(files, head, entries);
      this.lists.push({
        name: list.name,
        title: list.title,
        order: list.order,
        ...files,
        count,
        total: list.total,
        readAt: list.readAt,
        missing: list.missing,
      });
    });
  }

  /**
   * Takes a list over from an earlier backup, with when it was read there.
   *
   * @returns false when that one has it not, or not whole; nothing is taken then
   */
  async carryList(name: string, from: Archive): Promise<boolean> {
    return await this.keepOrClear(async () => {
      const list = from.list(name);
      const files = this.filesOfList(name);
      if (!list || !(await this.partial.carryFiles(from, list, files))) return false;
      this.lists.push({ ...list, ...files });
      return true;
    });
  }

  async writePlaylist(
    playlist: LibraryPlaylist,
    facts: ReadFacts,
    entries: AsyncIterable<LibraryEntry>,
  ): Promise<void> {
    await this.keepOrClear(async () => {
      this.admitPlaylist(playlist.id);
      const files = this.playlistNames.for(playlist.id);
      const head: PlaylistHead = { playlist: playlist.id, entries: [] };
      const count = await this.writeEntries(files, head, entries);
      await this.addPlaylist({
        playlist,
        ...files,
        count,
        total: facts.total,
        readAt: facts.readAt,
        missing: facts.missing,
      });
    });
  }

  /**
   * Takes the entries of a playlist over from an earlier backup, with when they were read there.
   *
   * @param playlist as it is now
   * @returns false when that one has them not, or not whole; nothing is taken then
   */
  async carryPlaylist(playlist: LibraryPlaylist, from: Archive): Promise<boolean> {
    return await this.keepOrClear(async () => {
      if (this.playlistIds.has(playlist.id)) throw new Error('The playlist is there already.');
      const earlier = await from.playlist(playlist.id).catch((error: unknown) => {
        if (error instanceof ArchiveError) return null;
        throw error;
      });
      if (!earlier || earlier.json === null || earlier.csv === null) return false;
      const files = this.playlistNames.for(playlist.id);
      if (!(await this.partial.carryFiles(from, { json: earlier.json, csv: earlier.csv }, files))) return false;
      this.admitPlaylist(playlist.id);
      const { count, total, readAt, missing } = earlier;
      await this.addPlaylist({ playlist, ...files, count, total, readAt, missing });
      return true;
    });
  }

  /** @param playlist null for one that the upstream lists and tells nothing about */
  async addUnreadPlaylist(playlist: LibraryPlaylist | null, reason: string): Promise<void> {
    await this.keepOrClear(async () => {
      if (playlist) this.admitPlaylist(playlist.id);
      this.playlistsUnread += 1;
      const total = playlist?.total ?? null;
      await this.addPlaylist({ playlist, json: null, csv: null, count: null, total, readAt: null, missing: reason });
    });
  }

  async writeProfile(profile: Profile): Promise<void> {
    await this.keepOrClear(async () => {
      const document: ProfileDocument = {
        name: profile.name,
        displayName: profile.displayName,
        url: profile.url,
        imageUrl: profile.imageUrl,
        playcount: profile.playcount,
        artistCount: profile.artistCount,
        trackCount: profile.trackCount,
        albumCount: profile.albumCount,
        registeredAt: profile.registeredAt?.toISOString() ?? null,
      };
      await this.partial.writeText(PROFILE, `${JSON.stringify(document, null, 2)}\n`);
    });
  }

  /** From its return on there is a backup, whatever happens to the machine. */
  async finish(facts: BackupFacts): Promise<Archive> {
    return await this.keepOrClear(async () => {
      await this.partial.writeText(README, README_TEXT);
      await this.partial.writeText(SCHEMA, `${JSON.stringify(ARCHIVE_SCHEMA, null, 2)}\n`);
      if (facts.playlists) await this.startPlaylists();
      await this.endPlaylists();
      await this.writeManifest(facts);
      await this.partial.publish();
      this.state = 'finished';
      return await Archive.open(this.folder, this.name);
    });
  }

  /** Removes all that was written. Does nothing after `finish`, or after a rejection. */
  async abandon(): Promise<void> {
    if (this.state !== 'open') return;
    this.state = 'abandoned';
    await this.partial.remove();
  }

  private filesOfList(name: string): EntryFiles {
    if (this.lists.some((list) => list.name === name)) throw new Error(`The list ${name} is there already.`);
    return listFiles(name);
  }

  private admitPlaylist(id: string): void {
    if (this.playlistIds.has(id)) throw new Error('The playlist is there already.');
    this.playlistIds.add(id);
  }

  private async writeEntries(files: EntryFiles, head: object, entries: AsyncIterable<LibraryEntry>): Promise<number> {
    const json = await this.partial.open(files.json);
    const csv = await this.partial.open(files.csv);
    const document = await LineDocumentWriter.begin(json, head);
    await csv.write(CSV_HEADER);
    let waiting: LibraryEntry[] = [];
    let position = 1;
    const flush = async (): Promise<void> => {
      await csv.write(csvRows(waiting, position));
      position += waiting.length;
      waiting = [];
    };
    for await (const entry of entries) {
      await document.item(entryLine(entry));
      waiting.push(entry);
      if (waiting.length === ROWS) await flush();
    }
    if (waiting.length > 0) await flush();
    const count = await document.end();
    await this.partial.settle(json);
    await this.partial.settle(csv);
    return count;
  }

  private async addPlaylist(playlist: Omit<ArchivedPlaylist, 'position'>): Promise<void> {
    const document = await this.startPlaylists();
    this.playlistCount += 1;
    this.playlistEntryCount += playlist.count ?? 0;
    await document.item(playlistLine({ position: this.playlistCount, ...playlist }));
  }

  private async startPlaylists(): Promise<LineDocumentWriter> {
    if (this.playlistsDocument) return this.playlistsDocument;
    const head: PlaylistsHead = { playlists: [] };
    this.playlistsFile = await this.partial.open(PLAYLISTS);
    return (this.playlistsDocument = await LineDocumentWriter.begin(this.playlistsFile, head));
  }

  private async endPlaylists(): Promise<void> {
    if (!this.playlistsFile || !this.playlistsDocument) return;
    await this.playlistsDocument.end();
    await this.partial.settle(this.playlistsFile);
  }

  private async writeManifest(facts: BackupFacts): Promise<void> {
    if (!facts.playlists && this.playlistsFile)
      throw new Error('There are playlists, and nothing of how they were read.');
    const manifest: Manifest = {
      format: FORMAT,
      formatVersion: FORMAT_VERSION,
      software: facts.software,
      id: facts.id,
      name: this.name,
      provider: facts.provider,
      account: facts.account,
      startedAt: facts.startedAt,
      finishedAt: facts.finishedAt,
      lists: this.lists,
      playlists: facts.playlists && {
        json: PLAYLISTS,
        count: this.playlistCount,
        unread: this.playlistsUnread,
        entries: this.playlistEntryCount,
        total: facts.playlists.total,
        readAt: facts.playlists.readAt,
        missing: facts.playlists.missing,
      },
      profile: this.partial.files.has(PROFILE) ? PROFILE : null,
      omissions: [...facts.omissions],
    };
    const document: ManifestDocument = { ...manifestDocument(manifest), files: [...this.partial.files.values()] };
    const text = `${JSON.stringify(document, null, 1)}\n`;
    await this.partial.writeText(MANIFEST, text);
    const sum = createHash('sha256').update(text).digest('hex');
    await this.partial.writeText(MANIFEST_SUM, `${sum}  ${MANIFEST}\n`);
  }

  /** Whatever goes wrong, nothing stays behind. */
  private async keepOrClear<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.state !== 'open') throw new Error('This backup is over.');
    try {
      return await work();
    } catch (error) {
      // What cannot be removed now is removed by the next attempt; what went wrong first is what has to be told.
      await this.abandon().catch((leftBehind: unknown) => leftBehind);
      throw error;
    }
  }
}
