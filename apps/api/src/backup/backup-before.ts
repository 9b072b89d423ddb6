import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { LibraryEntry } from '#listening';
import type { Archive } from './archive/archive.js';
import { ArchiveError } from './archive/archive-error.js';
import type { ArchivedPlaylist } from './archive/documents.js';

const DAY_MS = 86_400_000;
/** Charts move every day and say little: an earlier one is taken for so long at least. */
const CHART_AGE_MS = 7 * DAY_MS;

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
  /** The id of the account whose it is. */
  owner: string;
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
      playlists.set(playlist.id, { version: playlist.version, owner: playlist.owner.id, closed });
    }
  } catch (error) {
    // Those of a damaged list are read anew.
    if (!(error instanceof ArchiveError)) throw error;
    return new Map();
  }
  return playlists;
}

/**
 * Of charts, and of what others have closed, the index does not tell whether it is still as it was. One of them is read
 * again in a backup, for all of them would cost more than the rest of a library that has not changed. By lots it is the
 * chart that was read longest ago, unless that was in these days, or one of the closed playlists: drawn for the day, so that
 * each has its turn whatever the schedule.
 *
 * @param before the playlists of it
 * @param account the id of whose library it is
 * @param at epoch milliseconds
 * @returns the name of its list; undefined when there is none
 */
export function readAgain(
  { lists }: Pick<Archive['manifest'], 'lists'>,
  before: ReadonlyMap<string, PlaylistBefore>,
  { account, at }: { account: string; at: number },
): string | undefined {
  const due = lists.filter(({ order, readAt }) => order === 'chart' && at - readAt.getTime() >= CHART_AGE_MS);
  const [chart] = due.sort((one, other) => one.readAt.getTime() - other.readAt.getTime());
  const closed = [...before].flatMap(([id, known]) =>
    known.closed !== null && known.owner !== account ? [playlistList(id)] : [],
  );
  const day = Math.floor(at / DAY_MS);
  const drawn = (lots: readonly string[]): string | undefined => {
    const numbered = lots.map((lot) => ({ lot, number: createHash('sha256').update(`${day} ${lot}`).digest('hex') }));
    return numbered.sort((one, other) => (one.number < other.number ? -1 : 1))[0]?.lot;
  };
  if (!chart || closed.length === 0) return chart?.name ?? drawn(closed);
  return drawn(['chart', 'closed']) === 'chart' ? chart.name : drawn(closed);
}

/** The name of the list that has the entries of a playlist. */
export function playlistList(id: string): string {
  return `playlist:${id}`;
}
