import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { LibraryEntry } from '#listening';
import type { Archive } from './archive/archive.js';
import { ArchiveError } from './archive/archive-error.js';
import type { ArchivedPlaylist, Manifest } from './archive/documents.js';

const DAY_MS = 86_400_000;
/**
 * Charts move every day and say little: an earlier one is taken for so long at least. A week, but for what a weekly schedule
 * may be early.
 */
const CHART_AGE_MS = 6.5 * DAY_MS;

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
 * Of charts, and of what others have closed, no index tells whether it is still as it was. For all of it to be read again in
 * each backup would cost more than the rest of a library that has not changed, so it is read by turns: of charts those that
 * were read longest ago, a week at least, and of closed playlists one, drawn for the day so that each has its turn whatever
 * the schedule. Where there is no room for both, they draw lots. Who makes a backup once in a week or less has all charts
 * in it that are due.
 *
 * @param earlier the backup before
 * @param before its playlists
 * @param account the id of whose library it is
 * @param at epoch milliseconds
 * @param room how much may be read again
 * @returns names of lists
 */
export function readAgain(
  { lists, startedAt }: Pick<Manifest, 'lists' | 'startedAt'>,
  before: ReadonlyMap<string, PlaylistBefore>,
  { account, at, room }: { account: string; at: number; room: number },
): ReadonlySet<string> {
  const charts = lists
    .filter(({ order, readAt }) => order === 'chart' && at - readAt.getTime() >= CHART_AGE_MS)
    .sort((one, other) => one.readAt.getTime() - other.readAt.getTime())
    .map(({ name }) => name);
  const closed = [...before].flatMap(([id, known]) =>
    known.closed !== null && known.owner !== account ? [playlistList(id)] : [],
  );
  const isSeldom = at - startedAt.getTime() >= CHART_AGE_MS;
  if (isSeldom) return new Set([...charts, ...drawn(closed, at)]);
  const [kind] = drawn(['closed', 'charts'], at);
  const first = charts.length === 0 || kind === 'closed' ? drawn(closed, at) : [];
  return new Set([...first, ...charts.slice(0, room - first.length)]);
}

/** One of them, the same all day; none of none. */
function drawn(lots: readonly string[], at: number): string[] {
  const day = Math.floor(at / DAY_MS);
  const numbered = lots.map((lot) => ({ lot, number: createHash('sha256').update(`${day} ${lot}`).digest('hex') }));
  const [first] = numbered.sort((one, other) => (one.number < other.number ? -1 : 1));
  return first ? [first.lot] : [];
}

/** The name of the list that has the entries of a playlist. */
export function playlistList(id: string): string {
  return `playlist:${id}`;
}
