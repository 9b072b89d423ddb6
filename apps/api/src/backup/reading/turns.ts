import { createHash } from 'node:crypto';
import type { LibraryList, LibraryShape } from '#listening';
import type { Archive } from '../archive/archive.js';
import { playlistList } from '../archive/list-names.js';
import type { PlaylistBefore } from './backup-before.js';

/** So many may be asked for a library that has not changed, and one for each 50 playlists. */
const CALLS_WHEN_UNCHANGED = 10;
const DAY_MS = 86_400_000;
/**
 * Charts move every day and say little: an earlier one is taken for so long at least. A week, but for what a weekly schedule
 * may be early.
 */
const CHART_AGE_MS = 6.5 * DAY_MS;
/** A chart of all time is taken for one of so many days. */
const MOST_CHART_DAYS = 365;

/** What takes turns beside closed playlists. */
export interface Turns {
  /** How much may be read again. */
  room: number;
  /** Names of those that are due, first those that are overdue, from the one that is oldest for the time that it tells of. */
  charts: string[];
  /** How many of these are as old as the time that they tell of, but for what a schedule may be early. */
  overdue: number;
  /** Names of lists of several parts in which something new may stand anywhere. */
  long: string[];
}

/**
 * @param earlier the backup before
 * @param at epoch milliseconds
 */
export function turnsOf({ lists, hasPlaylists }: LibraryShape, earlier: Pick<Archive, 'list'>, at: number): Turns {
  const due = lists.flatMap(({ name, order, days = MOST_CHART_DAYS }) => {
    const known = order === 'chart' ? earlier.list(name) : null;
    const age = known ? at - known.readAt.getTime() : 0;
    return age >= CHART_AGE_MS ? [{ name, share: age / days, isOverdue: age >= (days - 1) * DAY_MS }] : [];
  });
  const charts = due
    .sort((one, other) => Number(other.isOverdue) - Number(one.isOverdue) || other.share - one.share)
    .map(({ name }) => name);
  const overdue = due.filter(({ isOverdue }) => isOverdue).length;
  const asked = lists.filter(({ order }) => order !== 'chart');
  const isLong = ({ name, order, pageSize }: LibraryList): boolean =>
    order === 'none' && (earlier.list(name)?.count ?? 0) > pageSize;
  // The profile, the first part of each list, and that of the playlists.
  const room = CALLS_WHEN_UNCHANGED - 1 - asked.length - (hasPlaylists ? 1 : 0);
  return { room, charts, overdue, long: asked.filter(isLong).map(({ name }) => name) };
}

/**
 * Of charts, of what others have closed, and of long lists in no order it cannot be said at once whether they are still as
 * they were. For all of it to be read again in each backup would cost more than the rest of a library that has not changed,
 * so it is read by turns: they draw lots for the day, so that each has its turn whatever the schedule. Charts that are
 * overdue draw none, and leave one place to the lots. Of a library that has had weeks to change, and has, all charts and
 * long lists are read.
 *
 * @param before playlists of the backup before
 * @param account the id of whose library it is
 * @param at epoch milliseconds
 * @param hasMoved whether it has had weeks to change, and has
 * @returns names of lists
 */
export function readAgain(
  before: ReadonlyMap<string, PlaylistBefore>,
  { account, at, hasMoved, room, charts, overdue, long }: Turns & { account: string; at: number; hasMoved: boolean },
): ReadonlySet<string> {
  const isClosed = ([, { owner, standing }]: [string, PlaylistBefore]): boolean =>
    standing === 'closed' && owner !== account;
  const closed = drawn(
    [...before].filter(isClosed).map(([id]) => playlistList(id)),
    at,
  ).slice(0, 1);
  if (hasMoved) return new Set([...charts, ...closed, ...long]);
  const first = charts.slice(0, Math.min(overdue, room - 1));
  const rest = charts.slice(first.length);
  const lots = drawn([...rest.slice(0, 1), ...closed, ...long], at).slice(0, room - first.length);
  const others = lots.filter((lot) => lot !== rest[0]);
  // Charts have what nothing else has a use for.
  const more = others.length < lots.length ? rest.slice(0, room - first.length - others.length) : [];
  return new Set([...first, ...others, ...more]);
}

/** In an order that is another one each day. */
export function drawn<Lot extends string | number>(lots: readonly Lot[], at: number): Lot[] {
  const day = Math.floor(at / DAY_MS);
  return lots
    .map((lot) => ({ lot, number: createHash('sha256').update(`${day} ${lot}`).digest('hex') }))
    .sort((one, other) => (one.number < other.number ? -1 : 1))
    .map(({ lot }) => lot);
}
