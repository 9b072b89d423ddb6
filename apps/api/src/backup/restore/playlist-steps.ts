import { commonOrder, placesByKey } from '../archive/common-order.js';
import { longestIncreasing } from '../archive/longest-increasing.js';

/** An entry that is there. */
export interface PresentEntry {
  /** The same for the same thing; empty for what has no name of its own any more. */
  key: string;
  canRemove: boolean;
}

/** An entry as it should be there. */
export interface WantedEntry {
  key: string;
  /** Whether it can be put in again. */
  canAdd: boolean;
}

/** Entries beside each other, with how many stand before them. */
export interface Run {
  position: number;
  keys: string[];
}

/** Entries beside each other that come to stand elsewhere. */
export interface Move {
  from: number;
  count: number;
  /** How many stand before the place they come to, while they are where they were. */
  to: number;
}

export interface PlaylistSteps {
  /** Keys of which all entries are taken out, before anything is put in, and how many that are. */
  removals: { key: string; count: number }[];
  /** To be put in one after another. */
  inserts: Run[];
  /** What stands there after that, to be put in order: for each its place among the wanted, -1 for what is none of them. */
  order: number[];
  /** What is not there and cannot be put in, by its place among the wanted. */
  lacking: number[];
  /** How many stand elsewhere than they should and are left there. */
  misplaced: number;
  /** How many should not be there, or not as often, and cannot be taken out. */
  stuck: number;
}

/**
 * What makes a playlist have what it should have. Nothing is taken out at a position: an upstream may pass over that, and
 * take out all that are the same.
 *
 * @param present what is there, in order
 * @param isExact takes out what should not be there, and puts what stands elsewhere into its place; else nothing of what is
 * there is touched
 */
export function playlistSteps(
  present: readonly PresentEntry[],
  wanted: readonly WantedEntry[],
  isExact: boolean,
): PlaylistSteps {
  const surplus = isExact ? tooMany(present, wanted) : { removals: new Map<string, number>(), stuck: 0 };
  const rest = present.flatMap(({ key }) => (surplus.removals.has(key) ? [] : [key]));
  const placeOf = commonOrder(
    rest,
    wanted.map(({ key }) => key),
  );
  const isThere = new Uint8Array(wanted.length);
  for (const place of placeOf) if (place !== -1) isThere[place] = 1;

  /** What is there out of order, by key: where it is. */
  const loose = placesByKey(rest, (at) => placeOf[at] !== -1);
  const rank = placeOf.slice();
  const isInserted = new Uint8Array(wanted.length);
  const lacking: number[] = [];
  let misplaced = 0;
  for (const [place, { key, canAdd }] of wanted.entries()) {
    if (isThere[place] === 1) continue;
    const elsewhere = loose.get(key)?.shift();
    if (elsewhere !== undefined) {
      if (isExact) rank[elsewhere] = place;
      else misplaced += 1;
    } else if (canAdd) isInserted[place] = 1;
    else lacking.push(place);
  }

  const inserts: Run[] = [];
  const order: number[] = [];
  const insertFrom = (first: number): void => {
    for (let place = first; place < wanted.length && isThere[place] === 0; place += 1) {
      const entry = wanted[place];
      if (!entry || isInserted[place] === 0) continue;
      extend(inserts, order.length, entry.key);
      order.push(place);
    }
  };
  insertFrom(0);
  for (const [at, place] of placeOf.entries()) {
    order.push(rank[at] ?? -1);
    if (place !== -1) insertFrom(place + 1);
  }
  const removals = [...surplus.removals].map(([key, count]) => ({ key, count }));
  return { removals, inserts, order: isExact ? order : [], lacking, misplaced, stuck: surplus.stuck };
}

/**
 * What there is more of than there should be. Only what is not wanted at all can go: with one of several that are the same
 * all would, and whether the others can be put in again nobody knows before. Nothing goes while something is wanted that
 * has no name and is not there: it may have one by now, or had one when it was put in.
 */
function tooMany(
  present: readonly PresentEntry[],
  wanted: readonly WantedEntry[],
): { removals: Map<string, number>; stuck: number } {
  const due = new Map<string, number>();
  for (const { key } of wanted) due.set(key, (due.get(key) ?? 0) + 1);
  const kinds = new Map<string, { there: number; canRemove: boolean }>();
  for (const { key, canRemove } of present) {
    const { there, canRemove: others } = kinds.get(key) ?? { there: 0, canRemove: true };
    kinds.set(key, { there: there + 1, canRemove: others && canRemove });
  }
  const isOneUnnamed = (due.get('') ?? 0) > (kinds.get('')?.there ?? 0);
  const removals = new Map<string, number>();
  let stuck = 0;
  for (const [key, { there, canRemove }] of kinds) {
    const count = due.get(key) ?? 0;
    if (count === 0 && canRemove && !isOneUnnamed) removals.set(key, there);
    else stuck += Math.max(0, there - count);
  }
  return { removals, stuck };
}

/**
 * The moves that put entries in order, one after another: of the longest row that is in order already nothing is touched.
 *
 * @param order the place that each should have among the others, each at most once; -1 for those that may stand anywhere
 * @param atOnce so many entries are moved together at most
 */
export function movesInto(order: readonly number[], atOnce: number): Move[] {
  const placed = order.flatMap((place, at) => (place === -1 ? [] : [{ place, at }]));
  const inRow = longestIncreasing(placed.map(({ place }) => place));
  const stays = new Set(placed.flatMap(({ at }, index) => (inRow[index] === 1 ? [at] : [])));
  const sorted = placed.toSorted((one, other) => one.place - other.place).map(({ at }) => at);
  const current = order.map((_, at) => at);
  const moves: Move[] = [];
  let to = 0;
  for (let next = 0; next < sorted.length;) {
    const at = sorted[next] ?? 0;
    const from = stays.has(at) ? current.indexOf(at, to) : current.indexOf(at);
    if (stays.has(at)) {
      to = from + 1;
      next += 1;
      continue;
    }
    let count = 1;
    while (
      count < atOnce &&
      next + count < sorted.length &&
      isBeside(current, from + count, sorted[next + count], stays)
    ) {
      count += 1;
    }
    moves.push({ from, count, to });
    const block = current.splice(from, count);
    if (from > to) to += count;
    current.splice(to - count, 0, ...block);
    next += count;
  }
  return moves;
}

function isBeside(
  current: readonly number[],
  where: number,
  at: number | undefined,
  stays: ReadonlySet<number>,
): boolean {
  return at !== undefined && !stays.has(at) && current[where] === at;
}

function extend(runs: Run[], position: number, key: string): void {
  const last = runs.at(-1);
  if (last && last.position + last.keys.length === position) last.keys.push(key);
  else runs.push({ position, keys: [key] });
}

/** How many entries all of them put in. */
export function sizeOf(runs: PlaylistSteps['inserts']): number {
  return runs.reduce((sum, { keys }) => sum + keys.length, 0);
}

/** How many entries are moved. */
export function movesOf({ order }: PlaylistSteps): number {
  return movesInto(order, Number.POSITIVE_INFINITY).reduce((sum, { count }) => sum + count, 0);
}
