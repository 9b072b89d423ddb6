import type { Album, Artist, Catalogue, Track } from './catalogue.js';
import { entryAt } from './random.js';

/** One line of a top list. */
export interface Ranked<T> {
  rank: number;
  playcount: number;
  entry: T;
}

/** The three top lists of one window, most played first. */
export interface Charts {
  tracks: Ranked<Track>[];
  artists: Ranked<Artist>[];
  albums: Ranked<Album>[];
}

/** Top lists from the plays of each track (by its place in the catalogue). What was not played is not listed. */
export function chartsOf(catalogue: Catalogue, counts: ArrayLike<number>): Charts {
  const tracks = new Map<Track, number>();
  const artists = new Map<Artist, number>();
  const albums = new Map<Album, number>();
  for (const [place, track] of catalogue.tracks.entries()) {
    const count = entryAt(counts, place);
    if (count === 0) continue;
    add(tracks, track, count);
    add(artists, track.artist, count);
    if (track.album !== null) add(albums, track.album, count);
  }
  return { tracks: ranked(tracks), artists: ranked(artists), albums: ranked(albums) };
}

function add<T>(sums: Map<T, number>, key: T, count: number): void {
  sums.set(key, (sums.get(key) ?? 0) + count);
}

/** The sort is stable: equals keep the order of the catalogue. */
function ranked<T>(sums: Map<T, number>): Ranked<T>[] {
  return [...sums]
    .sort(([, left], [, right]) => right - left)
    .map(([entry, playcount], index) => ({ rank: index + 1, playcount, entry }));
}
