import { diffArrays } from 'diff';
import { longestIncreasing } from './longest-increasing.js';

/** What may be spent on finding out what two lists have in common. */
interface Effort {
  /** Pairs of equal entries that are weighed against each other. */
  pairs: number;
  /** Entries that are in one of the two alone; to find them takes time with the square of how many they are. */
  differences: number;
}

const ALL: Effort = { pairs: 500_000, differences: 1_000 };

/** An entry of one list, and an equal one of the other. */
interface Pair {
  at: number;
  place: number;
}

/**
 * What two lists have in the same order: as much as can be. Where some entries stand in both many hundred times, and a
 * thousand changes lie between, to weigh all of their pairs would take too long: it is nearly as much then.
 *
 * @param list may have an entry more than once, as `other` may
 * @returns for each entry of `list` its place in `other`; -1 for what is not there, or in another order
 */
export function commonOrder<Key>(list: readonly Key[], other: readonly Key[]): Int32Array {
  return betweenEnds(list, other, (one, its) => {
    const whole = wholeOrder(one, its, ALL);
    if (whole) return whole;
    // Where the others have all changed places, those that stand everywhere have most in common.
    const [rareFirst, nearby] = [orderOfRareFirst(one, its), orderOf(one, pairsNearby(one, its, ALL.pairs))];
    return sizeOf(rareFirst) < sizeOf(nearby) ? nearby : rareFirst;
  });
}

/** Where each stands, from the first; without those that are left out. */
export function placesByKey<Key>(
  keys: readonly Key[],
  isLeftOut: (place: number) => boolean = () => false,
): Map<Key, number[]> {
  const placesOf = new Map<Key, number[]>();
  for (const [place, key] of keys.entries()) {
    if (isLeftOut(place)) continue;
    const own = placesOf.get(key);
    if (own) own.push(place);
    else placesOf.set(key, [place]);
  }
  return placesOf;
}

/** @param order of what is left without that which both begin and end with */
function betweenEnds<Key>(
  list: readonly Key[],
  other: readonly Key[],
  order: (list: readonly Key[], other: readonly Key[]) => Int32Array,
): Int32Array {
  const most = Math.min(list.length, other.length);
  let start = 0;
  while (start < most && list[start] === other[start]) start += 1;
  let end = 0;
  while (end < most - start && list.at(-1 - end) === other.at(-1 - end)) end += 1;

  const places = new Int32Array(list.length).fill(-1);
  for (let at = 0; at < start; at += 1) places[at] = at;
  for (let left = end; left > 0; left -= 1) places[list.length - left] = other.length - left;
  if (start + end < most) {
    const between = order(list.slice(start, list.length - end), other.slice(start, other.length - end));
    for (const [at, place] of between.entries()) if (place !== -1) places[start + at] = start + place;
  }
  return places;
}

/** As much as can be; null when that takes more than may be spent. */
function wholeOrder<Key>(list: readonly Key[], other: readonly Key[], effort: Effort): Int32Array | null {
  const placesOf = placesByKey(other);
  return tooFrequent(list, placesOf, effort.pairs).size === 0
    ? orderOf(list, pairsOf(list, placesOf))
    : orderOfFewChanges(list, other, effort.differences);
}

/** However often an entry is there: what differs has to be little. */
function orderOfFewChanges<Key>(list: readonly Key[], other: readonly Key[], most: number): Int32Array | null {
  const changes = diffArrays([...other], [...list], { maxEditLength: most });
  if (!changes) return null;
  const places = new Int32Array(list.length).fill(-1);
  let at = 0;
  let place = 0;
  for (const { added, removed, count } of changes) {
    if (!added && !removed) for (let nth = 0; nth < count; nth += 1) places[at + nth] = place + nth;
    if (!removed) at += count;
    if (!added) place += count;
  }
  return places;
}

/** Those that stand too often have their places between the others. */
function orderOfRareFirst<Key>(list: readonly Key[], other: readonly Key[]): Int32Array {
  const placesOf = placesByKey(other);
  for (const key of tooFrequent(list, placesOf, ALL.pairs)) placesOf.delete(key);
  const places = orderOf(list, pairsOf(list, placesOf));
  let [at, place] = [0, 0];
  for (const [end, itsEnd] of [...places.entries(), [list.length, other.length] as const]) {
    if (itsEnd === -1) continue;
    const share = (end - at) / list.length;
    const effort = { pairs: share * ALL.pairs, differences: Math.sqrt(share) * ALL.differences };
    const between = betweenEnds(
      list.slice(at, end),
      other.slice(place, itsEnd),
      (one, its) => wholeOrder(one, its, effort) ?? orderOf(one, pairsNearby(one, its, effort.pairs)),
    );
    for (const [nth, its] of between.entries()) if (its !== -1) places[at + nth] = place + its;
    [at, place] = [end + 1, itsEnd + 1];
  }
  return places;
}

/** Those of which not all pairs can be weighed within what may be: the rarest come first. */
function tooFrequent<Key>(
  list: readonly Key[],
  placesOf: ReadonlyMap<Key, readonly number[]>,
  mostPairs: number,
): Set<Key> {
  const pairsByKey = new Map<Key, number>();
  for (const key of list) pairsByKey.set(key, (pairsByKey.get(key) ?? 0) + (placesOf.get(key)?.length ?? 0));
  let pairs = 0;
  const frequent = [...pairsByKey]
    .sort(([, one], [, other]) => one - other)
    .filter(([, own]) => (pairs += own) > mostPairs);
  return new Set(frequent.map(([key]) => key));
}

/** Each with each. */
function pairsOf<Key>(list: readonly Key[], placesOf: ReadonlyMap<Key, readonly number[]>): Pair[] {
  const pairs: Pair[] = [];
  for (const [at, key] of list.entries()) {
    const own = placesOf.get(key) ?? [];
    // From the last to the first: a row that rises takes one of them at most.
    for (let nth = own.length - 1; nth >= 0; nth -= 1) pairs.push({ at, place: own[nth] ?? -1 });
  }
  return pairs;
}

/** Each with those that stand about where it stands itself, as many as may be. */
function pairsNearby<Key>(list: readonly Key[], other: readonly Key[], mostPairs: number): Pair[] {
  const placesOf = placesByKey(other);
  const most = Math.max(1, Math.floor(mostPairs / list.length));
  const pairs: Pair[] = [];
  for (const [at, key] of list.entries()) {
    const own = placesOf.get(key) ?? [];
    const first = Math.min(firstFrom(own, (at * other.length) / list.length) - (most >> 1), own.length - most);
    for (const place of own.slice(Math.max(0, first), Math.max(0, first) + most).reverse()) pairs.push({ at, place });
  }
  return pairs;
}

/** How many of them come before. @param rising as they stand */
function firstFrom(rising: readonly number[], value: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The most of these pairs that stand in one order. */
function orderOf(list: readonly unknown[], pairs: readonly Pair[]): Int32Array {
  const isIn = longestIncreasing(pairs.map(({ place }) => place));
  const places = new Int32Array(list.length).fill(-1);
  for (const [index, { at, place }] of pairs.entries()) if (isIn[index] === 1) places[at] = place;
  return places;
}

function sizeOf(places: Int32Array): number {
  return places.reduce((size, place) => (place === -1 ? size : size + 1), 0);
}
