import { longestIncreasing } from './longest-increasing.js';

/** So many pairs of equal entries are weighed against each other. */
const MOST_PAIRS = 500_000;

/**
 * What two lists have in the same order: as much as can be. Where equal entries are so many that weighing all of their
 * pairs would take too long, the first of them is taken for the first, the second for the second; those that stand before
 * all changes, or after them, are right all the same.
 *
 * @param list may have an entry more than once, as `other` may
 * @returns for each entry of `list` its place in `other`; -1 for what is not there, or in another order
 */
export function commonOrder<Key>(list: readonly Key[], other: readonly Key[]): Int32Array {
  const most = Math.min(list.length, other.length);
  let start = 0;
  while (start < most && list[start] === other[start]) start += 1;
  let end = 0;
  while (end < most - start && list.at(-1 - end) === other.at(-1 - end)) end += 1;

  const places = new Int32Array(list.length).fill(-1);
  for (let at = 0; at < start; at += 1) places[at] = at;
  for (let left = end; left > 0; left -= 1) places[list.length - left] = other.length - left;
  const between = orderBetween(list.slice(start, list.length - end), other.slice(start, other.length - end));
  for (const [at, place] of between.entries()) if (place !== -1) places[start + at] = start + place;
  return places;
}

function orderBetween<Key>(list: readonly Key[], other: readonly Key[]): Int32Array {
  const placesOf = new Map<Key, number[]>();
  for (const [place, key] of other.entries()) {
    const own = placesOf.get(key);
    if (own) own.push(place);
    else placesOf.set(key, [place]);
  }
  const frequent = tooFrequent(list, placesOf);
  const candidates: { at: number; place: number }[] = [];
  const seen = new Map<Key, number>();
  for (const [at, key] of list.entries()) {
    const own = placesOf.get(key) ?? [];
    if (frequent.has(key)) {
      const nth = seen.get(key) ?? 0;
      seen.set(key, nth + 1);
      const place = own[nth];
      if (place !== undefined) candidates.push({ at, place });
      continue;
    }
    // From the last to the first: a row that rises takes one of them at most.
    for (let nth = own.length - 1; nth >= 0; nth -= 1) candidates.push({ at, place: own[nth] ?? -1 });
  }
  const isIn = longestIncreasing(candidates.map(({ place }) => place));
  const places = new Int32Array(list.length).fill(-1);
  for (const [index, { at, place }] of candidates.entries()) if (isIn[index] === 1) places[at] = place;
  return places;
}

/** Those of which not all pairs can be weighed within what may be: the rarest come first. */
function tooFrequent<Key>(list: readonly Key[], placesOf: ReadonlyMap<Key, readonly number[]>): Set<Key> {
  const pairsOf = new Map<Key, number>();
  for (const key of list) pairsOf.set(key, (pairsOf.get(key) ?? 0) + (placesOf.get(key)?.length ?? 0));
  let pairs = 0;
  const frequent = [...pairsOf]
    .sort(([, one], [, other]) => one - other)
    .filter(([, own]) => (pairs += own) > MOST_PAIRS);
  return new Set(frequent.map(([key]) => key));
}
