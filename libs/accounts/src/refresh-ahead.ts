const AHEAD_MS = 5 * 60_000;

/**
 * How long before its end an access token is refreshed: five to ten minutes, so that not all come at once, and never more
 * than half of its life.
 *
 * @param lifeS seconds that the token lives
 * @param random a number from 0 to 1
 * @returns milliseconds
 */
export function refreshAheadMs(lifeS: number, random: number): number {
  return Math.min(AHEAD_MS + random * AHEAD_MS, (lifeS * 1000) / 2);
}
