import { longestIncreasing } from '../archive/longest-increasing.js';

/** Beyond so many pairs of equal entries the first is taken for the first, the second for the second. */
const MOST_PAIRS = 500_000;

/** An entry as it should be there. */
export interface WantedEntry {
  /** The same for the same thing; empty for what has no name of its own any more. */
  key: string;
  /** Whether it can be put in again. */
  canAdd: boolean;
}

/** Entries beside each other, with how many stand before them. */
export interface Run {
  position: number;
  keys: string[];
}

export interface PlaylistSteps {
  /** To be put in one after another, before anything is taken out. */
  inserts: Run[];
  /** To be taken out one after another; none moves those that come after. */
  removals: Run[];
  /** What is not there and cannot be put in, by its place among the wanted. */
  lacking: number[];
  /** How many stand elsewhere than they should and are left there. */
  misplaced: number;
  /** How many should not be there and cannot be taken out. */
  stuck: number;
}

/**
 * What makes a playlist have what it should have, with the fewest changes: of the longest part that is in order already
 * nothing is touched.
 *
 * @param present keys of what is there, in order
 * @param removeOthers takes out what should not be there, and puts what stands elsewhere into its place; else nothing is taken out
 */
export function playlistSteps(
  present: readonly string[],
  wanted: readonly WantedEntry[],
  removeOthers: boolean,
): PlaylistSteps {
  const placeOf = inOrder(present, wanted);
  const isSettled = new Uint8Array(wanted.length);
  for (const place of placeOf) if (place !== -1) isSettled[place] = 1;

  /** What is there out of order, by key: the places in which it is there. */
  const loose = new Map<string, number[]>();
  for (const [at, key] of present.entries()) {
    if (placeOf[at] === -1) note(loose, key, at);
  }
  const steps: PlaylistSteps = { inserts: [], removals: [], lacking: [], misplaced: 0, stuck: 0 };
  const isInserted = new Uint8Array(wanted.length);
  const stays = new Uint8Array(present.length);
  for (const [place, { key, canAdd }] of wanted.entries()) {
    if (isSettled[place] === 1) continue;
    const elsewhere = loose.get(key)?.pop();
    if (elsewhere === undefined) {
      if (canAdd) isInserted[place] = 1;
      else steps.lacking.push(place);
    } else if (removeOthers && canAdd) {
      // Put in first and then taken out at its old place: whatever happens in between, it is there.
      isInserted[place] = 1;
    } else {
      stays[elsewhere] = 1;
      steps.misplaced += 1;
    }
  }

  /** All there is before anything is taken out. */
  let length = 0;
  const insertFrom = (first: number): void => {
    for (let place = first; place < wanted.length && isSettled[place] === 0; place += 1) {
      const entry = wanted[place];
      if (!entry || isInserted[place] === 0) continue;
      extend(steps.inserts, length, entry.key);
      length += 1;
    }
  };
  insertFrom(0);
  for (const [at, key] of present.entries()) {
    const place = placeOf[at] ?? -1;
    if (removeOthers && place === -1 && stays[at] === 0) {
      if (key === '') steps.stuck += 1;
      else extend(steps.removals, length, key);
    }
    length += 1;
    if (place !== -1) insertFrom(place + 1);
  }
  steps.removals.reverse();
  return steps;
}

/** For each that is there its place among the wanted, as many as can be so that the places only rise; -1 for the others. */
function inOrder(present: readonly string[], wanted: readonly WantedEntry[]): Int32Array {
  const places = new Map<string, number[]>();
  for (const [place, { key }] of wanted.entries()) note(places, key, place);
  const pairs = present.reduce((sum, key) => sum + (places.get(key)?.length ?? 0), 0);
  const candidates: { at: number; place: number }[] = [];
  const seen = new Map<string, number>();
  for (const [at, key] of present.entries()) {
    const own = places.get(key) ?? [];
    if (pairs <= MOST_PAIRS) {
      // From the last to the first: a row that rises takes one of them at most.
      for (const place of own.toReversed()) candidates.push({ at, place });
      continue;
    }
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    const place = own[nth];
    if (place !== undefined) candidates.push({ at, place });
  }
  const isIn = longestIncreasing(candidates.map(({ place }) => place));
  const placeOf = new Int32Array(present.length).fill(-1);
  for (const [index, { at, place }] of candidates.entries()) if (isIn[index] === 1) placeOf[at] = place;
  return placeOf;
}

function note(places: Map<string, number[]>, key: string, place: number): void {
  const known = places.get(key);
  if (known) known.push(place);
  else places.set(key, [place]);
}

function extend(runs: Run[], position: number, key: string): void {
  const last = runs.at(-1);
  if (last && last.position + last.keys.length === position) last.keys.push(key);
  else runs.push({ position, keys: [key] });
}
