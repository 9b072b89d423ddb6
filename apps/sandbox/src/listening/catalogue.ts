import { draw, entryAt, fraction, hex } from './random.js';
import { artistWords, type ArtistWords, type Voice } from './words.js';

/** `mbid` is a MusicBrainz id, or '' when Last.fm would not know one. */
export interface Artist {
  name: string;
  mbid: string;
}

/** `coverHash` (32 hexadecimal digits) names the picture. */
export interface Album {
  title: string;
  artist: Artist;
  mbid: string;
  coverHash: string;
}

/** A song; `album` is null for one that is on none, `seconds` is its whole length. */
export interface Track {
  title: string;
  artist: Artist;
  album: Album | null;
  mbid: string;
  seconds: number;
}

/** How long songs are, in whole seconds. */
export interface SongSeconds {
  min: number;
  max: number;
}

/** Everything there is to hear, the same for the same seed. */
export interface Catalogue {
  artists: readonly Artist[];
  albums: readonly Album[];
  tracks: readonly Track[];
}

/** Builds the catalogue: some 60 artists, 150 albums and 600 tracks. */
export function buildCatalogue(seed: number, songSeconds: SongSeconds): Catalogue {
  const artists: Artist[] = [];
  const albums: Album[] = [];
  const tracks: Track[] = [];
  const addTrack = (title: string, artist: Artist, album: Album | null): void => {
    const spread = songSeconds.max - songSeconds.min + 1;
    const seconds = songSeconds.min + (draw(seed, 'length', tracks.length) % spread);
    tracks.push({ title, artist, album, mbid: mbid(seed, 'track', tracks.length), seconds });
  };
  for (const words of artistWords) {
    const artist: Artist = { name: words.name, mbid: mbid(seed, 'artist', artists.length) };
    const titles = titlesOf(words, seed);
    const albumTitles = [...(words.albums ?? []), ...madeUpTitles(words.voice, seed, 'album', words.name)];
    const albumCount = 1 + (draw(seed, 'albums', words.name) % 4);
    artists.push(artist);
    for (let at = 0; at < albumCount; at += 1) {
      const album: Album = {
        title: entryAt(albumTitles, at),
        artist,
        mbid: mbid(seed, 'album', albums.length),
        coverHash: hex(32, seed, 'cover', albums.length),
      };
      const trackCount = 3 + (draw(seed, 'tracks', albums.length) % 3);
      albums.push(album);
      for (const title of titles.splice(0, trackCount)) addTrack(title, artist, album);
    }
    if (fraction(seed, 'single', words.name) < 0.3) addTrack(entryAt(titles, 0), artist, null);
  }
  return { artists, albums, tracks };
}

function titlesOf(words: ArtistWords, seed: number): string[] {
  return [...(words.titles ?? []), ...madeUpTitles(words.voice, seed, 'title', words.name)];
}

/** Each pair of words once. The golden step keeps neighbours from sharing a word. */
function madeUpTitles(voice: Voice, seed: number, kind: string, artist: string): string[] {
  const size = voice.first.length * voice.second.length;
  const begin = draw(seed, kind, artist) % size;
  let step = Math.round(size * 0.618);
  while (greatestCommonDivisor(step, size) !== 1) step += 1;
  return Array.from({ length: size }, (_, at) => {
    const pair = (begin + at * step) % size;
    const second = entryAt(voice.second, Math.floor(pair / voice.first.length));
    return entryAt(voice.first, pair % voice.first.length) + voice.joint + second;
  });
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right);
}

/** A quarter of all things has no id, as on Last.fm. */
function mbid(seed: number, kind: string, index: number): string {
  if (fraction(seed, 'no mbid', kind, index) < 0.25) return '';
  const digits = hex(32, seed, 'mbid', kind, index);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `a${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join('-');
}
