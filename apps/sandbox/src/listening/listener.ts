import { LRUCache } from 'lru-cache';
import { buildCatalogue, type Album, type Catalogue, type SongSeconds, type Track } from './catalogue.js';
import { lovedTracks, type LovedTrack } from './loved.js';
import { draw, entryAt, fraction, shuffled } from './random.js';
import { buildTimeline } from './timeline.js';

const cyclePlays = 2 ** 16;
const sittingPlays = 10;

/** One song being heard once. `endMs` is where the song ends, in epoch milliseconds. */
export interface Play {
  number: number;
  track: Track;
  startMs: number;
  endMs: number;
}

/** Somebody who listens without end. Everything is a function of the seed and the time: nothing is remembered. */
export interface Listener {
  seed: number;
  catalogue: Catalogue;
  /** Latest first. */
  loved: readonly LovedTrack[];
  /** Play `number`, counted from 0. */
  play(number: number): Play;
  /** The play that sounds at `ms`, which lies in the steady time. */
  playAt(ms: number): Play;
  /** Number of the first play that starts at `ms` or later. */
  firstFrom(ms: number): number;
  /** How often each track (by its place in the catalogue) was played in the plays `from` (inclusive) to `to` (exclusive). */
  countPlays(from: number, to: number): Uint32Array;
}

/** One takes a moment to make and never changes: whoever opens one sandbox after another gets those of before. */
const made = new LRUCache<string, Listener>({ max: 8 });

/** The listener of this seed; songs last as long as `songSeconds` says, and follow each other without a pause since `steadySinceMs`. */
export function createListener(seed: number, songSeconds: SongSeconds, steadySinceMs: number): Listener {
  const key = [seed, songSeconds.min, songSeconds.max, steadySinceMs].join(' ');
  const listener = made.get(key) ?? makeListener(seed, songSeconds, steadySinceMs);
  made.set(key, listener);
  return listener;
}

function makeListener(seed: number, songSeconds: SongSeconds, steadySinceMs: number): Listener {
  const catalogue = buildCatalogue(seed, songSeconds);
  const cycle = trackCycle(seed, catalogue);
  const lengths = Uint16Array.from(cycle, (place) => entryAt(catalogue.tracks, place).seconds);
  const timeline = buildTimeline(lengths, steadySinceMs);
  const wholeCycle = countBetween(cycle, catalogue.tracks.length, 0, cyclePlays);

  const play = (number: number): Play => {
    const track = entryAt(catalogue.tracks, entryAt(cycle, number % cyclePlays));
    const startMs = timeline.startMs(number);
    return { number, track, startMs, endMs: startMs + track.seconds * 1000 };
  };
  return {
    seed,
    catalogue,
    loved: lovedTracks(seed, catalogue, steadySinceMs),
    play,
    playAt: (ms) => play(timeline.firstFrom(ms + 1) - 1),
    firstFrom: (ms) => timeline.firstFrom(ms),
    countPlays: (from, to) => {
      const whole = Math.floor(Math.max(0, to - from) / cyclePlays);
      const rest = countBetween(cycle, catalogue.tracks.length, from + whole * cyclePlays, to);
      return rest.map((count, place) => count + whole * entryAt(wholeCycle, place));
    },
  };
}

function countBetween(cycle: Uint16Array, size: number, from: number, to: number): Uint32Array {
  const counts = new Uint32Array(size);
  for (let number = from; number < to; number += 1) {
    const place = entryAt(cycle, number % cyclePlays);
    counts[place] = entryAt(counts, place) + 1;
  }
  return counts;
}

/** Which track each play of the cycle is: some sittings are an album in its order, others wander among favourites. */
function trackCycle(seed: number, catalogue: Catalogue): Uint16Array {
  const favourites = shuffled([...catalogue.tracks.keys()], seed, 'favourites');
  const onAlbum = new Map<Album, number[]>();
  for (const [place, { album }] of catalogue.tracks.entries()) {
    if (album !== null) onAlbum.set(album, [...(onAlbum.get(album) ?? []), place]);
  }
  const albums = [...onAlbum.values()];
  const cycle = new Uint16Array(cyclePlays);
  for (let at = 0; at < cyclePlays; at += 1) {
    const sitting = Math.floor(at / sittingPlays);
    const album = entryAt(albums, draw(seed, 'album of', sitting) % albums.length);
    const inAlbum = at % sittingPlays;
    const hearsAlbum = fraction(seed, 'sitting', sitting) < 0.5 && inAlbum < album.length;
    // The power draws the first favourites more often than the last, as taste does.
    const favourite = Math.floor(favourites.length * fraction(seed, 'favourite', at) ** 1.8);
    const place = hearsAlbum ? entryAt(album, inAlbum) : entryAt(favourites, favourite);
    // Never the same song twice in a row: whoever waits for the next song must be able to tell that it came.
    const repeats = at > 0 && cycle[at - 1] === place;
    cycle[at] = repeats ? (place + 1) % catalogue.tracks.length : place;
  }
  return cycle;
}
