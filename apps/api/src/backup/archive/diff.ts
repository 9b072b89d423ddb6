import type { LibraryPlaylist } from '#listening';
import type { Archive, KeptPlaylist } from './archive.js';
import { PLAYLISTS } from './file-names.js';
import { playlistList } from './list-names.js';
import { type Group, type SequenceDiff, diffSequences, group, include } from './sequence-diff.js';

export interface DiffPlaylist {
  id: string;
  uri: string;
  name: string;
}

export interface PlaylistChange extends DiffPlaylist, SequenceDiff {}

export interface PlaylistsDiff {
  added: Group<DiffPlaylist>;
  removed: Group<DiffPlaylist>;
  renamed: Group<DiffPlaylist & { was: string }>;
  /** Those of which the entries are not the same. */
  changed: Group<PlaylistChange>;
  /** Those of which one of the backups has no entries, so that nothing can be said. */
  unread: Group<DiffPlaylist>;
}

/** That what seems to have changed of a list may only not be in one of the two. */
export interface MayLack {
  /** Its name; of a playlist `playlist:` and its id; `playlists` of which there are. */
  list: string;
  /** For people. */
  what: string;
  /** Which of the two. */
  backup: 'from' | 'to';
  reason: string;
}

export interface ArchiveDiff {
  /** By name: the lists that both have. */
  lists: Record<string, SequenceDiff>;
  /** The names of lists that one of them lacks: nothing can be said of those. */
  notInEarlier: string[];
  notInLater: string[];
  /** Null when one of them has no playlists. */
  playlists: PlaylistsDiff | null;
  /** Of what has changed, and is named. */
  mayLack: MayLack[];
}

/**
 * What became of a library from one backup to another.
 *
 * @param limit how many of each group are named, of all playlists together as of each list; all are counted
 * @throws ArchiveError `damaged` when one of them has a file of what both have that is not what it was
 */
export async function diff(earlier: Archive, later: Archive, limit: number): Promise<ArchiveDiff> {
  await expectIntact(earlier, later);
  const lists: [string, SequenceDiff][] = [];
  const mayLack: MayLack[] = [];
  for (const list of earlier.manifest.lists) {
    const other = later.list(list.name);
    if (!other) continue;
    const change = await diffLists(earlier, later, { one: list, other, limit });
    lists.push([list.name, change]);
    if (isChange(change)) mayLack.push(...lacksOf({ list: list.name, what: list.title }, list, other));
  }
  return {
    lists: Object.fromEntries(lists),
    notInEarlier: namesMissing(later, earlier),
    notInLater: namesMissing(earlier, later),
    playlists: havePlaylists(earlier, later) ? await diffPlaylists(earlier, later, limit, mayLack) : null,
    mayLack,
  };
}

/** What is the same by its checksum is not read, and is held against it all the same. */
async function expectIntact(earlier: Archive, later: Archive): Promise<void> {
  const pairs = [
    [earlier, later],
    [later, earlier],
  ] as const;
  const comparesPlaylists = havePlaylists(earlier, later);
  for (const [archive, other] of pairs) {
    const meant = new Set<string>();
    for (const { name, json } of archive.manifest.lists) if (other.list(name)) meant.add(json);
    if (comparesPlaylists) meant.add(PLAYLISTS);
    await archive.expectIntact((path) => meant.has(path));
  }
  if (!comparesPlaylists) return;
  // By both lists of playlists, now that they are what they were.
  for (const [archive, other] of pairs) {
    const meant = new Set<string>();
    for await (const { playlist, json } of archive.playlists()) {
      if (playlist && json !== null && hasEntries(await other.playlist(playlist.id))) meant.add(json);
    }
    await archive.expectIntact((path) => meant.has(path));
  }
}

function havePlaylists(earlier: Archive, later: Archive): boolean {
  return earlier.manifest.playlists !== null && later.manifest.playlists !== null;
}

function namesMissing(from: Archive, to: Archive): string[] {
  return from.manifest.lists.map(({ name }) => name).filter((name) => !to.list(name));
}

async function diffLists(
  earlier: Archive,
  later: Archive,
  { one, other, limit }: { one: { name: string; json: string }; other: { json: string }; limit: number },
): Promise<SequenceDiff> {
  if (await isSame(earlier, one.json, later, other.json)) return unchanged();
  return await diffSequences(
    () => earlier.entries(one.name),
    () => later.entries(one.name),
    limit,
  );
}

/** @param mayLack is filled */
async function diffPlaylists(
  earlier: Archive,
  later: Archive,
  limit: number,
  mayLack: MayLack[],
): Promise<PlaylistsDiff> {
  const found: PlaylistsDiff = {
    added: group(),
    removed: group(),
    renamed: group(),
    changed: group(),
    unread: group(),
  };
  const names = new Map<string, string>();
  /** Of a library in which everything has changed, no more may be held than of one list. */
  let room = limit;
  for await (const { playlist } of earlier.playlists()) {
    if (!playlist) continue;
    names.set(playlist.id, playlist.name);
    if (!(await later.playlist(playlist.id))) include(found.removed, limit, () => told(playlist));
  }
  for await (const { playlist } of later.playlists()) {
    if (!playlist) continue;
    const was = names.get(playlist.id);
    if (was === undefined) {
      include(found.added, limit, () => told(playlist));
      continue;
    }
    if (was !== playlist.name) include(found.renamed, limit, () => ({ ...told(playlist), was }));
    const [one, other] = [await earlier.playlist(playlist.id), await later.playlist(playlist.id)];
    if (!hasEntries(one) || !hasEntries(other)) {
      include(found.unread, limit, () => told(playlist));
      continue;
    }
    if (await isSame(earlier, one.json, later, other.json)) continue;
    const change = await diffSequences(
      () => earlier.playlistEntries(playlist.id),
      () => later.playlistEntries(playlist.id),
      room,
    );
    if (!isChange(change)) continue;
    include(found.changed, limit, () => {
      mayLack.push(...lacksOf({ list: playlistList(playlist.id), what: `Playlist “${playlist.name}”` }, one, other));
      return { ...told(playlist), ...change };
    });
    const { added, removed, moved, renamed } = change;
    room -= Math.max(...[added, removed, moved, renamed].map(({ items }) => items.length));
  }
  if (found.added.count + found.removed.count > 0) {
    const of = { list: 'playlists', what: 'Playlists' };
    mayLack.unshift(...lacksOf(of, earlier.manifest.playlists, later.manifest.playlists));
  }
  return found;
}

interface MayBeMissing {
  missing: string | null;
}

function lacksOf(of: Pick<MayLack, 'list' | 'what'>, one: MayBeMissing | null, other: MayBeMissing | null): MayLack[] {
  return [
    { backup: 'from' as const, reason: one?.missing },
    { backup: 'to' as const, reason: other?.missing },
  ].flatMap(({ backup, reason }) => (reason ? [{ ...of, backup, reason }] : []));
}

function hasEntries(playlist: KeptPlaylist | null): playlist is KeptPlaylist & { json: string } {
  return playlist !== null && playlist.json !== null;
}

async function isSame(earlier: Archive, one: string, later: Archive, other: string): Promise<boolean> {
  const [before, after] = [await earlier.file(one), await later.file(other)];
  return before !== null && before.sha256 === after?.sha256;
}

/** What differs may be no more than when something was added, or how long it is. */
function isChange({ added, removed, moved, renamed }: SequenceDiff): boolean {
  return added.count + removed.count + moved.count + renamed.count > 0;
}

function unchanged(): SequenceDiff {
  return { added: group(), removed: group(), moved: group(), renamed: group() };
}

function told({ id, uri, name }: LibraryPlaylist): DiffPlaylist {
  return { id, uri, name };
}
