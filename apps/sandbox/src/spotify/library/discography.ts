import type { Artist, Catalogue, Track } from '../../listening/catalogue.js';
import { draw, entryAt, hex } from '../../listening/random.js';
import { idOf, idOfName, numberOf } from './ids.js';

/** A performer with an id. */
export interface Performer {
  id: string;
  name: string;
}

/** An album or single. */
export interface Release {
  id: string;
  title: string;
  performer: Performer;
  kind: 'album' | 'single';
  coverHash: string;
  /** As Spotify writes it: a year, a month or a day, as precise as `precision` says. */
  date: string;
  precision: 'year' | 'month' | 'day';
  /** Numbers of its songs in their order; empty for a release that a person made up. */
  songs: readonly number[];
}

/** A song on a release. */
export interface Song {
  id: string;
  uri: string;
  title: string;
  performer: Performer;
  release: Release;
  /** From 1. */
  place: number;
  durationMs: number;
  explicit: boolean;
  isrc: string;
}

interface Pressing {
  title: string;
  artist: Artist;
  coverHash: string;
  kind: 'album' | 'single';
  /** Places in the catalogue. */
  tracks: readonly number[];
}

/**
 * The listener's catalogue as Spotify has it: every song is on a release, and has an id. What lies beyond the catalogue
 * are later editions of the same releases, without end: same titles, other ids.
 */
export type Discography = ReturnType<typeof createDiscography>;

/** The discography of a catalogue. */
export function createDiscography(seed: number, catalogue: Catalogue) {
  const { artists, tracks } = catalogue;
  const pressings = pressingsOf(seed, catalogue);
  const placeOf = new Map(tracks.map((track, place) => [track, place]));
  const artistPlaceOf = new Map(artists.map((artist, place) => [artist, place]));
  const pressingOf = new Map(
    pressings.flatMap((pressing, number) => pressing.tracks.map((place): [number, number] => [place, number])),
  );

  const performer = (number: number): Performer => ({
    id: idOf(seed, 'artist', number),
    name: entryAt(artists, number).name,
  });
  const performerOf = (artist: Artist): Performer => performer(artistPlaceOf.get(artist) ?? 0);

  const release = (number: number): Release => {
    const edition = Math.floor(number / pressings.length);
    const { title, artist, coverHash, kind, tracks: places } = entryAt(pressings, number % pressings.length);
    return {
      id: idOf(seed, 'album', number),
      title: edition === 0 ? title : `${title} (Edition ${edition + 1})`,
      performer: performerOf(artist),
      kind,
      coverHash,
      ...dateOf(seed, number),
      songs: places.map((place) => edition * tracks.length + place),
    };
  };

  const song = (number: number): Song => {
    const place = number % tracks.length;
    const edition = Math.floor(number / tracks.length);
    const track = entryAt(tracks, place);
    const on = release(edition * pressings.length + (pressingOf.get(place) ?? 0));
    const id = idOf(seed, 'track', number);
    return {
      id,
      uri: `spotify:track:${id}`,
      title: track.title,
      performer: performerOf(track.artist),
      release: on,
      place: on.songs.indexOf(number) + 1,
      durationMs: track.seconds * 1000,
      explicit: draw(seed, 'explicit', place) % 12 === 0,
      isrc: `ZZSBX${String(number % 10_000_000).padStart(7, '0')}`,
    };
  };

  return {
    /** How many songs and releases one edition has, and how many performers there are. */
    sizes: { songs: tracks.length, releases: pressings.length, performers: artists.length },
    song,
    release,
    performer,
    performerOf,
    /** The song that a track of the catalogue is; one that a person made up gets a release of its own. */
    songOf: (track: Track): Song => {
      const place = placeOf.get(track);
      return place === undefined ? madeUp(track) : song(place);
    },
    /** The thing with an id, and null when there is none. */
    songById: (id: string): Song | null => found(numberOf(seed, 'track', id), song),
    releaseById: (id: string): Release | null => found(numberOf(seed, 'album', id), release),
    performerById: (id: string): Performer | null => {
      const number = numberOf(seed, 'artist', id);
      return number === null || number >= artists.length ? null : performer(number);
    },
  };
}

function found<T>(number: number | null, make: (number: number) => T): T | null {
  return number === null ? null : make(number);
}

function pressingsOf(seed: number, { albums, tracks }: Catalogue): Pressing[] {
  const places = [...tracks.keys()];
  const onAlbums = albums.map((album): Pressing => {
    const { title, artist, coverHash } = album;
    return {
      title,
      artist,
      coverHash,
      kind: 'album',
      tracks: places.filter((place) => tracks[place]?.album === album),
    };
  });
  const singles = tracks.flatMap((track, place): Pressing[] =>
    track.album !== null
      ? []
      : [
          {
            title: track.title,
            artist: track.artist,
            coverHash: hex(32, seed, 'single', place),
            kind: 'single',
            tracks: [place],
          },
        ],
  );
  return [...onAlbums, ...singles];
}

function dateOf(seed: number, number: number): Pick<Release, 'date' | 'precision'> {
  const year = String(1967 + (draw(seed, 'year', number) % 59));
  const two = (name: string, size: number): string => String(1 + (draw(seed, name, number) % size)).padStart(2, '0');
  const precision = entryAt(['day', 'day', 'day', 'month', 'year'] as const, draw(seed, 'precision', number) % 5);
  const parts = { year: [year], month: [year, two('month', 12)], day: [year, two('month', 12), two('day', 28)] };
  return { date: parts[precision].join('-'), precision };
}

function madeUp(track: Track): Song {
  const names = [track.artist.name, track.title];
  const id = idOfName('track', ...names);
  const performer = { id: idOfName('artist', track.artist.name), name: track.artist.name };
  return {
    id,
    uri: `spotify:track:${id}`,
    title: track.title,
    performer,
    release: {
      id: idOfName('album', ...names),
      title: track.album?.title ?? track.title,
      performer,
      kind: track.album === null ? 'single' : 'album',
      coverHash: track.album?.coverHash ?? '0'.repeat(32),
      date: '2026',
      precision: 'year',
      songs: [],
    },
    place: 1,
    durationMs: track.seconds * 1000,
    explicit: false,
    isrc: 'ZZSBX0000000',
  };
}
