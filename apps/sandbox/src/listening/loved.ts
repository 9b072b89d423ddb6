import type { Catalogue, Track } from './catalogue.js';
import { fraction } from './random.js';
import { foundedMs } from './timeline.js';

/** A track the listener loves, and since when (epoch milliseconds, whole seconds). */
export interface LovedTrack {
  track: Track;
  lovedMs: number;
}

/** An eighth of the catalogue, loved some time before `untilMs`; latest first. */
export function lovedTracks(seed: number, catalogue: Catalogue, untilMs: number): LovedTrack[] {
  const spanSeconds = (untilMs - foundedMs) / 1000;
  return catalogue.tracks
    .map((track, place) => ({ track, place }))
    .filter(({ place }) => fraction(seed, 'loved', place) < 0.125)
    .map(({ track, place }) => ({
      track,
      lovedMs: foundedMs + Math.floor(spanSeconds * fraction(seed, 'loved at', place)) * 1000,
    }))
    .sort((left, right) => right.lovedMs - left.lovedMs);
}
