import type { NowPlaying } from '#listening';

/** A start that moves by less has not moved. */
const WOBBLE_MS = 2_000;

export function isSameSong(one: NowPlaying | null, other: NowPlaying | null): boolean {
  return songOf(one) === songOf(other);
}

/**
 * A start that is worked out from how far a song has come is off by as long as the answer took to arrive: it stays as it
 * was first told, so that the answer stays the same for a whole song.
 *
 * @param before what was told last
 */
export function steadyStart(before: NowPlaying | null, told: NowPlaying | null): NowPlaying | null {
  const start = told?.startedAt;
  const known = before?.startedAt;
  if (!told || !start || !known || !isSameSong(before, told)) return told;
  return Math.abs(start.getTime() - known.getTime()) < WOBBLE_MS ? { ...told, startedAt: known } : told;
}

function songOf(playing: NowPlaying | null): string {
  return JSON.stringify([playing?.artist, playing?.title, playing?.durationMs]);
}
