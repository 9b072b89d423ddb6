import { createHash } from 'node:crypto';
import type { LibraryList, LibraryShape } from '#listening';
import type { Archive } from './archive/archive.js';
import type { Manifest } from './archive/documents.js';
import { type PlaylistBefore, playlistList } from './backup-before.js';

/** So many may be asked for a library that has not changed, and one for each 50 playlists. */
const CALLS_WHEN_UNCHANGED = 10;
const DAY_MS = 86_400_000;
/**
 * Charts move every day and say little: an earlier one is taken for so long at least. A week, but for what a weekly schedule
 * may be early.
 */
const CHART_AGE_MS = 6.5 * DAY_MS;

/** Whether a backup is so old that the next one takes no turns. */
export function isOfLastWeek({ startedAt }: Pick<Manifest, 'startedAt'>, at: number): boolean {
  return at - startedAt.getTime() >= CHART_AGE_MS;
}

/** What takes turns beside charts and closed playlists. */
export interface Turns {
  /** How much may be read again. */
  room: number;
  /** Names of lists of several parts in which something new may stand anywhere. */
  long: string[];
}

/** @param earlier the backup before */
export function turnsOf({ lists, hasPlaylists }: LibraryShape, earlier: Pick<Archive, 'list'>): Turns {
  const asked = lists.filter(({ order }) => order !== 'chart');
  const isLong = ({ name, order, pageSize }: LibraryList): boolean =>
    order === 'none' && (earlier.list(name)?.count ?? 0) > pageSize;
  // The profile, the first part of each list, and that of the playlists.
  const room = CALLS_WHEN_UNCHANGED - 1 - asked.length - (hasPlaylists ? 1 : 0);
  return { room, long: asked.filter(isLong).map(({ name }) => name) };
}

/**
 * Of charts, of what others have closed, and of long lists in no order it cannot be said at once whether they are still as
 * they were. For all of it to be read again in each backup would cost more than the rest of a library that has not changed,
 * so it is read by turns: they draw lots for the day, so that each has its turn whatever the schedule. Of charts those come
 * first that were read longest ago, a week at least. Who makes a backup once in a week or less has all charts in it that
 * are due.
 *
 * @param earlier the backup before
 * @param before its playlists
 * @param account the id of whose library it is
 * @param at epoch milliseconds
 * @returns names of lists
 */
export function readAgain(
  earlier: Pick<Manifest, 'lists' | 'startedAt'>,
  before: ReadonlyMap<string, PlaylistBefore>,
  { account, at, room, long }: Turns & { account: string; at: number },
): ReadonlySet<string> {
  const charts = earlier.lists
    .filter(({ order, readAt }) => order === 'chart' && at - readAt.getTime() >= CHART_AGE_MS)
    .sort((one, other) => one.readAt.getTime() - other.readAt.getTime())
    .map(({ name }) => name);
  const isClosed = ([, { closed, owner }]: [string, PlaylistBefore]): boolean => closed !== null && owner !== account;
  const closed = drawn(
    [...before].filter(isClosed).map(([id]) => playlistList(id)),
    at,
  ).slice(0, 1);
  if (isOfLastWeek(earlier, at)) return new Set([...charts, ...closed, ...long]);
  const lots = drawn([...charts.slice(0, 1), ...closed, ...long], at).slice(0, room);
  const others = lots.filter((lot) => lot !== charts[0]);
  // Charts have what nothing else has a use for.
  const more = others.length < lots.length ? charts.slice(0, room - others.length) : [];
  return new Set([...others, ...more]);
}

/** In an order that is another one each day. */
export function drawn<Lot extends string | number>(lots: readonly Lot[], at: number): Lot[] {
  const day = Math.floor(at / DAY_MS);
  return lots
    .map((lot) => ({ lot, number: createHash('sha256').update(`${day} ${lot}`).digest('hex') }))
    .sort((one, other) => (one.number < other.number ? -1 : 1))
    .map(({ lot }) => lot);
}
