import type { Track } from '../listening/catalogue.js';
import type { Listener } from '../listening/listener.js';

/** A play as Last.fm keeps it: `startSeconds` is the epoch second at which it began. */
export interface Scrobble {
  track: Track;
  startSeconds: number;
}

/** What was played, oldest first. */
export interface History {
  size: number;
  scrobble(number: number): Scrobble;
  /** Number of the first scrobble that began at `seconds` or later; `size` when there is none. */
  firstFrom(seconds: number): number;
  /** Plays of each track (by its place in the catalogue) among those that began at `seconds` or later. */
  countSince(seconds: number): ArrayLike<number>;
}

/** The first `size` plays of a listener. */
export function historyOf(listener: Listener, size: number): History {
  const firstFrom = (seconds: number): number => Math.min(size, listener.firstFrom(seconds * 1000));
  return {
    size,
    scrobble: (number) => {
      const { track, startMs } = listener.play(number);
      return { track, startSeconds: startMs / 1000 };
    },
    firstFrom,
    countSince: (seconds) => listener.countPlays(firstFrom(seconds), size),
  };
}

/** Only the last scrobble of a history. */
export function lastOnly(history: History, tracks: readonly Track[]): History {
  const only = history.scrobble(history.size - 1);
  const firstFrom = (seconds: number): number => (only.startSeconds < seconds ? 1 : 0);
  return {
    size: 1,
    scrobble: () => only,
    firstFrom,
    countSince: (seconds) => tracks.map((track) => (track === only.track ? 1 - firstFrom(seconds) : 0)),
  };
}

/** Nothing was ever played. */
export function noHistory(tracks: readonly Track[]): History {
  return {
    size: 0,
    scrobble: (number) => {
      throw new RangeError(`An empty history has no scrobble ${number}.`);
    },
    firstFrom: () => 0,
    countSince: () => tracks.map(() => 0),
  };
}
