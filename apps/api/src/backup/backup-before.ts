import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { LibraryEntry, LibraryPlaylist } from '#listening';
import type { Archive } from './archive/archive.js';
import { ArchiveError } from './archive/archive-error.js';
import type { ArchivedPlaylist } from './archive/documents.js';

const DAY_MS = 86_400_000;

/** Whether these are the first entries of a list. What cannot be read of it is read anew. */
export async function beginsWith(archive: Archive, list: string, entries: readonly LibraryEntry[]): Promise<boolean> {
  let at = 0;
  try {
    for await (const entry of archive.entries(list)) {
      if (at === entries.length) break;
      if (!isDeepStrictEqual(entry, entries[at])) return false;
      at += 1;
    }
  } catch (error) {
    if (error instanceof ArchiveError) return false;
    throw error;
  }
  return at === entries.length;
}

/** Whether nothing lacks of what the upstream counted. */
export function isAll({ count, total, missing }: Pick<ArchivedPlaylist, 'count' | 'total' | 'missing'>): boolean {
  return missing === null && (total === null || total === count);
}

/** A playlist of the backup before. */
export interface PlaylistBefore {
  version: string;
  /** Why its entries could not be read; null when they were. */
  closed: string | null;
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
      if (json !== null && !isAll(facts)) continue;
      const closed = json === null ? (missing ?? 'It could not be read.') : null;
      playlists.set(playlist.id, { version: playlist.version, closed });
    }
  } catch (error) {
    // Those of a damaged list are read anew.
    if (!(error instanceof ArchiveError)) throw error;
    return new Map();
  }
  return playlists;
}

/**
 * What others have closed may be open some day: one of them is asked for again each day, for many would cost more than all
 * the rest of a library that has not changed. It is drawn, so that each has its day whatever the schedule.
 *
 * @param playlists as they are now
 * @param account the id of whose library it is
 * @param at epoch milliseconds
 * @returns the id of the one that is drawn; undefined when there are none
 */
export function askedAgain(
  before: ReadonlyMap<string, PlaylistBefore>,
  playlists: readonly LibraryPlaylist[],
  { account, at }: { account: string; at: number },
): string | undefined {
  const closed = playlists.filter(({ id, owner, version }) => {
    const known = before.get(id);
    return known?.version === version && known.closed !== null && owner.id !== account;
  });
  const day = Math.floor(at / DAY_MS);
  const lots = closed.map(({ id }) => ({ id, lot: createHash('sha256').update(`${day} ${id}`).digest('hex') }));
  return lots.sort((one, other) => (one.lot < other.lot ? -1 : 1))[0]?.id;
}
