import { entryAt } from './random.js';

/** The account's first play. */
export const foundedMs = Date.UTC(2019, 5, 20, 8, 0, 0);

/** How many plays lie in the early years, when there was a pause after each. */
const earlyPlays = 40_000;

/** When each of an endless row of plays starts. The lengths repeat in a fixed cycle, so any play is found without counting. */
export interface Timeline {
  /** Start of play `number` (from 0) in epoch milliseconds, always a whole second. */
  startMs(number: number): number;
  /** Number of the first play that starts at `ms` or later. */
  firstFrom(ms: number): number;
}

/**
 * `lengths`: seconds of each play of one cycle. The early years end at `steadySinceMs` (a whole second); from then on a
 * song always plays. They keep the periods of top lists apart, and the total from growing with the age of the account.
 */
export function buildTimeline(lengths: ArrayLike<number>, steadySinceMs: number): Timeline {
  const cycle = lengths.length;
  const offsets = new Float64Array(cycle + 1);
  for (let at = 0; at < cycle; at += 1) offsets[at + 1] = entryAt(offsets, at) + entryAt(lengths, at);
  const cycleSeconds = entryAt(offsets, cycle);

  const secondsBefore = (number: number): number =>
    Math.floor(number / cycle) * cycleSeconds + entryAt(offsets, number % cycle);
  const earlySeconds = secondsBefore(earlyPlays);
  const stretch = (steadySinceMs - foundedMs) / 1000 / earlySeconds;

  const startMs = (number: number): number =>
    number < earlyPlays
      ? foundedMs + Math.floor(secondsBefore(number) * stretch) * 1000
      : steadySinceMs + (secondsBefore(number) - earlySeconds) * 1000;

  const firstFrom = (ms: number): number => {
    let low = 0;
    let high = cycle;
    while (startMs(high) < ms) high *= 2;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (startMs(middle) < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return { startMs, firstFrom };
}
