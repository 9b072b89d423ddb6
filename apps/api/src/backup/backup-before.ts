import { isDeepStrictEqual } from 'node:util';
import type { LibraryEntry, LibraryList } from '#listening';
import type { Archive } from './archive/archive.js';
import { ArchiveError } from './archive/archive-error.js';
import type { ArchivedPlaylist } from './archive/documents.js';

/**
 * Whether these entries stand in a list one after another.
 *
 * @param from how many come before them
 * @returns false also when the list cannot be read
 */
export async function standsIn(
  archive: Archive,
  list: string,
  entries: readonly LibraryEntry[],
  from = 0,
): Promise<boolean> {
  let at = 0;
  try {
    for await (const entry of archive.entries(list)) {
      if (at === from + entries.length) break;
      if (at >= from && !isDeepStrictEqual(entry, entries[at - from])) return false;
      at += 1;
    }
  } catch (error) {
    if (error instanceof ArchiveError) return false;
    throw error;
  }
  return at === from + entries.length;
}

/** Where the part of a list begins that follows so many entries, as `LibraryReads.list` takes it; null when nobody can say. */
export async function partAfter(archive: Archive, list: LibraryList, count: number): Promise<string | null> {
  if (list.byOffset) return String(count);
  let at = 0;
  try {
    for await (const entry of archive.entries(list.name)) {
      at += 1;
      if (at === count) return list.partAfter?.(entry) ?? null;
    }
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
  }
  return null;
}

/** Whether nothing lacks of what the upstream counted. */
export function isAll({ count, total, missing }: Pick<ArchivedPlaylist, 'count' | 'total' | 'missing'>): boolean {
  return missing === null && (total === null || total === count);
}

/** What is told of a list that counts other than it shows, which it does each time; null of every other. */
export function miscounted({
  count,
  total,
  missing,
}: Pick<ArchivedPlaylist, 'count' | 'total' | 'missing'>): string | null {
  return count !== null && total !== null && count !== total ? missing : null;
}

/** A playlist of the backup before. */
export interface PlaylistBefore {
  version: string;
  /** The id of the account whose it is. */
  owner: string;
  /** Why its entries could not be read; null when they were. */
  closed: string | null;
  /** What is told of it beside that; null when nothing is. */
  doubt: string | null;
}

/** By their id: those of which can be said whether they have changed. */
export async function playlistsIn(archive: Archive | null): Promise<Map<string, PlaylistBefore>> {
  const playlists = new Map<string, PlaylistBefore>();
  if (archive === null) return playlists;
  try {
    for await (const facts of archive.playlists()) {
      const { playlist, json, missing } = facts;
      // Without a version nothing can be said.
      if (!playlist || playlist.version === '') continue;
      const doubt = json === null ? null : miscounted(facts);
      if (json !== null && !isAll(facts) && doubt === null) continue;
      const closed = json === null ? (missing ?? 'It could not be read.') : null;
      playlists.set(playlist.id, { version: playlist.version, owner: playlist.owner.id, closed, doubt });
    }
  } catch (error) {
    // Those of a damaged list are read anew.
    if (!(error instanceof ArchiveError)) throw error;
    return new Map();
  }
  return playlists;
}

/** The name of the list that has the entries of a playlist. */
export function playlistList(id: string): string {
  return `playlist:${id}`;
}
