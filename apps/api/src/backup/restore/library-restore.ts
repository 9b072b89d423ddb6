import type { EntryKind, LibraryEntry, LibraryList, LibraryPlaylist, LibraryShape } from '#listening';
import type { Archive } from '../archive/archive.js';
import { ArchiveError } from '../archive/archive-error.js';
import type { ArchivedPlaylist } from '../archive/documents.js';
import { PLAYLISTS } from '../archive/file-names.js';
import { playlistIn, playlistList, unknownPlaylistList } from '../archive/list-names.js';
import type { Account } from '../backup-row.js';
import { lackOf } from '../reading/backup-before.js';
import { isToldTwice } from '../reading/lacks.js';
import { PLAYLIST_INDEX } from '../reading/reading-store.js';
import { type MadeAnew, targetOf } from './playlist-memory.js';
import { type PlaylistSteps, type PresentEntry, movesOf, playlistSteps, sizeOf } from './playlist-steps.js';
import { InDoubt, type PresentLibrary, type PresentPlaylists } from './present-library.js';
import { RefusedParts, isClosed, isFinal } from './refusal.js';
import { type Wanted, addCannot, addExample, emptyReport } from './restore-report.js';
import { type ListWork, type PlaylistWork, type Work, nameOf, nothingFor, playlistWork } from './work.js';

/** What can be put into a playlist. */
const PLAYABLE: ReadonlySet<EntryKind> = new Set(['track', 'episode']);

export interface LibraryRestoreParts {
  archive: Archive;
  /** For people. */
  displayName: string;
  shape: LibraryShape;
  present: PresentLibrary;
  /** Into whose library. */
  account: Account;
  wanted: Wanted;
  /** A part is refused: whether that is told, and the part passed over. Else it is an error, which may pass. */
  isPassedOver: (part: string) => Promise<boolean>;
  /** Playlists that stand in for those that are gone, by the id in the backup. */
  madeAnew: () => Promise<Map<string, MadeAnew>>;
}

/** Works out what lacks of a backup, list by list, each from what is there when its turn comes. Changes nothing. */
export class LibraryRestore {
  private readonly refused = new RefusedParts();

  constructor(private readonly parts: LibraryRestoreParts) {}

  /** @param skip parts that need no look any more @throws ProviderError, ArchiveError */
  async *work(skip: ReadonlySet<string> = new Set()): AsyncGenerator<Work> {
    await this.expectIntact(skip);
    const { shape } = this.parts;
    for (const list of shape.lists) {
      if (!this.isWanted(list) || skip.has(list.name)) continue;
      const work = await this.refused.orLater(() => this.listWork(list));
      if (work) yield work;
    }
    if (this.hasPlaylistsWanted) yield* this.playlistsWork(skip);
    if (this.refused.reason) throw this.refused.reason;
  }

  /**
   * Holds all that will be read of the backup against its checksums, and nothing else: a list that is whole can be
   * restored by itself.
   *
   * @param skip parts that need no look any more
   * @throws ArchiveError `damaged`, or `not_kept` when the backup lacks something that was asked for
   */
  async expectIntact(skip: ReadonlySet<string> = new Set()): Promise<void> {
    const { archive, shape, wanted } = this.parts;
    const unknown = new Set(wanted.lists);
    const meant = new Set<string>();
    for (const list of shape.lists) {
      const kept = archive.list(list.name);
      if (kept) unknown.delete(list.name);
      if (kept && this.isWanted(list) && this.isOpen(list) && !skip.has(list.name)) meant.add(kept.json);
    }
    if (this.hasPlaylistsWanted) meant.add(PLAYLISTS);
    await archive.expectIntact((path) => meant.has(path));
    if (archive.manifest.playlists) unknown.delete(PLAYLIST_INDEX);
    // It says whose the files are, and is what it was.
    const entries = new Set<string>();
    if (this.hasPlaylistsWanted) {
      for await (const kept of archive.playlists()) {
        unknown.delete(partOf(kept));
        if (kept.json !== null && this.isOwn(kept) && this.isDue(partOf(kept), skip)) entries.add(kept.json);
      }
    }
    const [strange] = unknown;
    if (strange !== undefined) throw notKept(strange);
    if (entries.size > 0) await archive.expectIntact((path) => entries.has(path));
  }

  /**
   * Looks whether somebody else has changed a playlist while it was filled: then there is something to do again.
   *
   * @param id of the one that was filled, with nothing of it refused
   * @returns what is to be told; null when it is what it should be
   * @throws ProviderError, ArchiveError
   */
  async lookAgain({ playlist, mayLack, usualLack }: PlaylistWork, id: string): Promise<string | null> {
    if (playlist === null) return null;
    let there: PresentEntry[];
    try {
      there = await this.parts.present.playlistEntries({ id, version: '' }, usualLack);
    } catch (error) {
      // What it says of what is put in is of no use any more.
      if (error instanceof InDoubt || isFinal(error) || isClosed(error))
        return 'It is filled, and nobody can see whether it stayed so.';
      throw error;
    }
    const { steps } = await this.stepsTo(playlist, there, mayLack);
    const hasChanged = steps.inserts.length > 0 || steps.removals.length > 0 || movesOf(steps) > 0;
    return hasChanged ? 'It was changed while it was restored. Restore it once more.' : null;
  }

  private isWanted(list: LibraryList): boolean {
    const { archive, wanted } = this.parts;
    if (wanted.lists.length > 0) return wanted.lists.includes(list.name);
    return archive.list(list.name) !== null && this.isOpen(list);
  }

  /** Whether things can be put into it. */
  private isOpen({ name }: LibraryList): boolean {
    return this.parts.shape.writes?.lists.includes(name) === true;
  }

  private get hasPlaylistsWanted(): boolean {
    const { shape, wanted } = this.parts;
    const { lists } = wanted;
    const isAnyNamed = lists.some((part) => part === PLAYLIST_INDEX || playlistIn(part) !== null);
    return shape.hasPlaylists && (lists.length === 0 || isAnyNamed);
  }

  /** @param part a playlist */
  private isDue(part: string, skip: ReadonlySet<string>): boolean {
    const { lists } = this.parts.wanted;
    const isWanted = lists.length === 0 || lists.includes(PLAYLIST_INDEX) || lists.includes(part);
    return isWanted && !skip.has(part);
  }

  /** What is somebody else's is followed, and its entries are left alone. */
  private isOwn({ playlist }: ArchivedPlaylist): boolean {
    return playlist?.owner.id === this.parts.archive.manifest.account.id;
  }

  private async listWork(list: LibraryList): Promise<ListWork> {
    const report = emptyReport(list.name, list.title, null);
    const work: ListWork = { kind: 'list', report, save: [], remove: [] };
    if (!this.isOpen(list)) {
      const reason =
        list.order === 'chart'
          ? `A chart is worked out by ${this.parts.displayName}; nothing can be put into it.`
          : `${this.parts.displayName} lets nobody put things into it.`;
      addCannot(report, { what: list.title, reason });
      return work;
    }
    await this.unlessClosed(work, () => this.compareList(list, work));
    return work;
  }

  private async compareList(list: LibraryList, { report, save, remove }: ListWork): Promise<void> {
    const { archive, present, wanted } = this.parts;
    const kept = archive.list(list.name);
    if (kept === null) throw notKept(list.name);
    const head = await this.head(list);
    const there = await present.list(
      list,
      (first, total) =>
        list.order === 'newest' && total === kept.count && first.every((uri, place) => uri === head[place]),
      lackOf(kept),
    );
    if (there === null) return;
    const left = new Map<string, number>();
    for (const uri of there) left.set(uri, (left.get(uri) ?? 0) + 1);
    /** Whether something that is newer stays where it is. */
    let isBelow = false;
    /** How many of the backup have no name of their own, and are not there as such. */
    let unnamed = 0;
    /** What is there twice while something changes is no other thing. */
    const belongs = new Set<string>();
    for await (const entry of archive.entries(list.name)) {
      const key = entry.uri ?? '';
      // What the upstream has shown twice is there once.
      if (key !== '' && belongs.has(key)) continue;
      belongs.add(key);
      const count = left.get(key) ?? 0;
      if (count > 0) {
        left.set(key, count - 1);
        isBelow = true;
        continue;
      }
      const reason = this.whyNotSaved(entry);
      if (reason !== null || entry.uri === null) {
        if (entry.uri === null) unnamed += 1;
        addCannot(report, { what: nameOf(entry), reason: reason ?? GONE });
        continue;
      }
      const isMisplaced = isBelow && list.order === 'newest';
      save.push({ uri: entry.uri, name: nameOf(entry), isMisplaced });
      addExample(report, nameOf(entry));
      if (isMisplaced) report.misplaced += 1;
    }
    report.add = save.length;
    if (!wanted.removeOthers) return;
    if (kept.missing !== null || unnamed > 0) {
      addCannot(report, { what: list.title, reason: kept.missing === null ? MAY_BE_UNNAMED : MAY_BELONG });
      return;
    }
    for (const [uri, count] of left) {
      if (uri !== '' && count > 0 && !belongs.has(uri)) remove.push(uri);
    }
    report.remove = remove.length;
  }

  /** The first part of a list as the backup has it. */
  private async head({ name, pageSize }: LibraryList): Promise<string[]> {
    const head: string[] = [];
    for await (const { uri } of this.parts.archive.entries(name)) {
      head.push(uri ?? '');
      if (head.length === pageSize) break;
    }
    return head;
  }

  /** Null for what can be saved. */
  private whyNotSaved({ kind }: LibraryEntry): string | null {
    if (kind === 'gone') return GONE;
    return kind === 'local' ? this.local : null;
  }

  private get local(): string {
    return `It is a file of your own, and only the app of ${this.parts.displayName} can put it in.`;
  }

  /** From the last to the first: a new one comes on top of those that are there. */
  private async *playlistsWork(skip: ReadonlySet<string>): AsyncGenerator<PlaylistWork> {
    const { archive, present, madeAnew } = this.parts;
    const due: { part: string; kept: ArchivedPlaylist }[] = [];
    for await (const kept of archive.playlists()) {
      const part = partOf(kept);
      if (this.isDue(part, skip)) due.push({ part, kept });
    }
    if (due.length === 0) return;
    due.reverse();
    let there: PresentPlaylists;
    try {
      there = await present.playlists(this.usualLack);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (!(await this.isTold(error, PLAYLIST_INDEX))) {
        this.refused.waitFor(error);
        return;
      }
      for (const { part, kept } of due) yield nothingFor(part, kept, error.message);
      return;
    }
    const anew = await madeAnew();
    for (const { part, kept } of due) {
      const work = await this.refused.orLater(() => this.playlistWork(part, kept, there, anew));
      if (work) yield work;
    }
  }

  private async playlistWork(
    part: string,
    kept: ArchivedPlaylist,
    { byId: there, isWhole }: PresentPlaylists,
    anew: Map<string, MadeAnew>,
  ): Promise<PlaylistWork> {
    const { account } = this.parts;
    const { playlist, json, missing } = kept;
    const work = playlistWork(part, kept);
    const { report } = work;
    if (playlist === null) return nothingFor(part, kept, 'The backup knows nothing about it.');
    if (!this.isOwn(kept)) {
      if (!there.has(playlist.id)) {
        if (!isWhole) return nothingFor(part, kept, MAY_BE_THERE);
        report.action = 'follow';
        report.add = 1;
      }
      return work;
    }
    if (json === null) return nothingFor(part, kept, missing ?? 'The backup has no entries of it.');
    const own = [...there.values()].filter(({ owner }) => owner.id === account.id);
    const namesakes = own.filter(({ name }) => name.trim() === playlist.name.trim()).map(({ id }) => id);
    const target = targetOf(playlist, own, namesakes, anew);
    if (target === null && !isWhole) return nothingFor(part, kept, MAY_BE_THERE);
    work.namesakes = namesakes;
    work.target = target?.id ?? null;
    // No other of its name is taken for the same.
    if (target && target.id !== playlist.id) anew.set(playlist.id, { targetId: target.id, knownBefore: [] });
    if (target && target.name !== playlist.name) {
      addCannot(report, { what: 'Its name', reason: `It is called “${target.name}” by now, and stays so.` });
    }
    if (target?.id === playlist.id && target.version === playlist.version) return work;
    work.mayLack = missing !== null;
    work.usualLack = lackOf(kept);
    await this.unlessClosed(work, async () => {
      await this.comparePlaylist(work, playlist, target);
    });
    return work;
  }

  private async comparePlaylist(
    work: PlaylistWork,
    playlist: LibraryPlaylist,
    target: LibraryPlaylist | null,
  ): Promise<void> {
    const { present, wanted } = this.parts;
    const { mayLack, report, usualLack } = work;
    const there = target ? await present.playlistEntries(target, usualLack) : [];
    const { entries, steps } = await this.stepsTo(playlist, there, mayLack);
    const names = new Map<string, string>();
    const inserted = new Set(steps.inserts.flatMap(({ keys }) => keys));
    for (const entry of entries) {
      if (entry.uri !== null && inserted.has(entry.uri)) names.set(entry.uri, nameOf(entry));
    }
    for (const place of steps.lacking) {
      const entry = entries[place];
      if (!entry) continue;
      addCannot(report, { what: `${nameOf(entry)} (${place + 1})`, reason: this.whyNotInserted(entry) });
    }
    if (steps.stuck > 0) {
      const what = `${steps.stuck} entries too many`;
      const reason =
        'They cannot be taken out by themselves: files of your own, what has left the catalogue, one of several that are the same, and what may be an entry that the backup has without a name.';
      addCannot(report, { what, reason });
    }
    if (wanted.removeOthers && mayLack) {
      addCannot(report, { what: report.title, reason: MAY_BELONG });
    }
    report.add = sizeOf(steps.inserts);
    for (const { count } of steps.removals) report.remove += count;
    report.move = movesOf(steps);
    report.misplaced = steps.misplaced;
    for (const name of names.values()) addExample(report, name);
    report.action = target === null ? 'create' : report.add + report.remove + report.move > 0 ? 'fill' : 'nothing';
    work.steps = steps;
    work.names = names;
  }

  private async stepsTo(
    playlist: LibraryPlaylist,
    there: readonly PresentEntry[],
    mayLack: boolean,
  ): Promise<{ entries: LibraryEntry[]; steps: PlaylistSteps }> {
    const { archive, wanted } = this.parts;
    const entries: LibraryEntry[] = [];
    for await (const entry of archive.playlistEntries(playlist.id)) entries.push(entry);
    const keys = entries.map(({ uri, kind }) => ({ key: uri ?? '', canAdd: uri !== null && PLAYABLE.has(kind) }));
    return { entries, steps: playlistSteps(there, keys, wanted.removeOthers && !mayLack) };
  }

  private whyNotInserted({ kind, uri }: LibraryEntry): string {
    if (kind === 'local') return this.local;
    return kind === 'gone' || uri === null ? GONE : 'Things of this kind cannot be put into a playlist.';
  }

  /** A list that the upstream keeps closed, or of which nobody knows what is in it, is told, and the others go on. */
  private async unlessClosed(work: Work, compare: () => Promise<void>): Promise<void> {
    const { report } = work;
    try {
      await compare();
    } catch (error) {
      if (!(error instanceof Error) || !(await this.isTold(error, report.part))) throw error;
      work.isUnseen = true;
      addCannot(report, { what: report.title, reason: error.message });
    }
  }

  /** Of the list of playlists, as two backups running have found it. */
  private get usualLack(): number | null {
    const { playlists } = this.parts.archive.manifest;
    return playlists?.missing && isToldTwice(playlists.missing) ? lackOf(playlists) : null;
  }

  /** Whether it is told why nothing is done with a part, and the others go on. */
  private async isTold(error: Error, part: string): Promise<boolean> {
    if (isClosed(error) || error instanceof InDoubt) return true;
    return isFinal(error) && this.parts.isPassedOver(part);
  }
}

const GONE = 'It has left the catalogue.';
const MAY_BE_THERE =
  'The provider counts more playlists than it shows: it is not made or followed anew, for it may be there.';
const MAY_BELONG = 'Nothing is taken out, for the backup may lack something that belongs here.';
const MAY_BE_UNNAMED =
  'Nothing is taken out: the backup has entries without a name of their own, and what is there may be one of them.';

function notKept(list: string): ArchiveError {
  return new ArchiveError('not_kept', `The backup has no list "${list}".`);
}

/** How a playlist is named as a part. */
function partOf({ playlist, position }: ArchivedPlaylist): string {
  return playlist ? playlistList(playlist.id) : unknownPlaylistList(position);
}
