import type { Json, JsonObject } from '../../json.js';
import { draw } from '../../listening/random.js';
import type { Performer, Release, Song } from '../library/discography.js';
import { fieldsIf, type Look } from './look.js';

/** Where things are for sale in the sandbox's world; nowhere for one in twelve. */
const everywhere = ['AR', 'AU', 'BR', 'CA', 'DE', 'FR', 'GB', 'IN', 'JP', 'MX', 'NO', 'SE', 'US', 'ZA'];

/** The field of the countries, which development mode lost. */
export function marketsField(look: Look, name: string): JsonObject {
  const isNowhere = draw(0, 'markets', name) % 12 === 0;
  return fieldsIf(look.isFull, { available_markets: isNowhere ? [] : everywhere });
}

/** Addresses of a thing: `kind` as in its URI, and the API's word for many of them. */
export function addresses(look: Look, kind: string, id: string): { external_urls: JsonObject; href: string } {
  return {
    external_urls: { spotify: `https://open.spotify.com/${kind}/${id}` },
    href: `${look.base}/${kind}s/${id}`,
  };
}

/** A picture in three sizes, widest first. */
export function pictures(look: Look, hash: string): JsonObject[] {
  return [640, 300, 64].map((size) => ({ height: size, url: `${look.art}/${hash}.png`, width: size }));
}

/** A performer as it stands on songs and releases. */
export function performerShape(look: Look, { id, name }: Performer): JsonObject {
  return { ...addresses(look, 'artist', id), id, name, type: 'artist', uri: `spotify:artist:${id}` };
}

/** A performer in full. */
export function artistShape(look: Look, performer: Performer): JsonObject {
  const { id, name } = performer;
  const followers = 40 + (draw(0, 'followers', id) % 90_000);
  const genres = draw(0, 'genre', id) % 3 === 0 ? [] : ['sandbox pop', 'paper folk'];
  return {
    external_urls: { spotify: `https://open.spotify.com/artist/${id}` },
    ...fieldsIf(look.isFull, { followers: { href: null, total: followers }, genres }),
    href: `${look.base}/artists/${id}`,
    id,
    images: pictures(look, hashOf(id)),
    name,
    ...fieldsIf(look.isFull, { popularity: draw(0, 'popularity', id) % 80 }),
    type: 'artist',
    uri: `spotify:artist:${id}`,
  };
}

/** A release as it stands on songs. */
export function releaseShape(look: Look, release: Release, more: { isPlayable?: boolean } = {}): JsonObject {
  const { id, title, performer, kind, coverHash, date, precision, songs } = release;
  return {
    album_type: kind,
    artists: [performerShape(look, performer)],
    ...marketsField(look, id),
    ...addresses(look, 'album', id),
    id,
    images: pictures(look, coverHash),
    ...fieldsIf(more.isPlayable === true, { is_playable: true }),
    name: title,
    release_date: date,
    release_date_precision: precision,
    total_tracks: Math.max(1, songs.length),
    type: 'album',
    uri: `spotify:album:${id}`,
  };
}

/** A song in full. `isPlayable` adds the fields that lists of saved and of top things have. */
export function songShape(look: Look, song: Song, more: { isPlayable?: boolean } = {}): JsonObject {
  return {
    album: releaseShape(look, song.release, more),
    artists: [performerShape(look, song.performer)],
    ...marketsField(look, song.id),
    disc_number: 1,
    duration_ms: song.durationMs,
    explicit: song.explicit,
    external_ids: { isrc: song.isrc },
    ...addresses(look, 'track', song.id),
    id: song.id,
    is_local: false,
    ...fieldsIf(more.isPlayable === true, { is_playable: true }),
    name: song.title,
    ...popularityField(look, song.id),
    preview_url: null,
    track_number: song.place,
    type: 'track',
    uri: song.uri,
  };
}

/** A song as the items of playlists have it. */
export function playlistSongShape(look: Look, song: Song): JsonObject {
  return {
    preview_url: null,
    ...marketsField(look, song.id),
    explicit: song.explicit,
    type: 'track',
    episode: false,
    track: true,
    album: releaseShape(look, song.release),
    artists: [performerShape(look, song.performer)],
    disc_number: 1,
    track_number: song.place,
    duration_ms: song.durationMs,
    external_ids: { isrc: song.isrc },
    ...addresses(look, 'track', song.id),
    id: song.id,
    ...fieldsIf(!look.isFull, { is_playable: true }),
    name: song.title,
    ...popularityField(look, song.id),
    uri: song.uri,
    is_local: false,
  };
}

/** A song as a saved album holds it. */
export function albumSongShape(look: Look, song: Song): JsonObject {
  return {
    artists: [performerShape(look, song.performer)],
    ...marketsField(look, song.id),
    disc_number: 1,
    duration_ms: song.durationMs,
    explicit: song.explicit,
    ...addresses(look, 'track', song.id),
    id: song.id,
    is_local: false,
    name: song.title,
    preview_url: null,
    track_number: song.place,
    type: 'track',
    uri: song.uri,
  };
}

/** A file on somebody's disk, from `spotify:local:artist:album:title:seconds`: the URI is all that is known of it. */
export function localFileShape(look: Look, uri: string): JsonObject {
  const [artist = '', album = '', title = '', seconds = '0'] = uri.split(':').slice(2).map(decoded);
  const nameless = { external_urls: {}, href: null, id: null };
  const markets: JsonObject = fieldsIf(look.isFull, { available_markets: [] });
  const released: Json = null;
  return {
    album: {
      album_type: null,
      artists: [],
      ...markets,
      ...nameless,
      images: [],
      name: album,
      release_date: released,
      release_date_precision: released,
      type: 'album',
      uri: null,
    },
    artists: [{ ...nameless, name: artist, type: 'artist', uri: null }],
    ...markets,
    disc_number: 0,
    duration_ms: Number(seconds) * 1000,
    explicit: false,
    external_ids: {},
    ...nameless,
    is_local: true,
    name: title,
    ...fieldsIf(look.isFull, { popularity: 0 }),
    preview_url: null,
    track_number: 0,
    type: 'track',
    uri,
  };
}

/** The hash of a picture that belongs to an id. */
export function hashOf(id: string): string {
  return Array.from({ length: 4 }, (_, part) => draw(0, 'picture', id, part).toString(16).padStart(8, '0')).join('');
}

function popularityField(look: Look, id: string): JsonObject {
  return fieldsIf(look.isFull, { popularity: draw(0, 'popularity', id) % 70 });
}

function decoded(part: string): string {
  return decodeURIComponent(part.replaceAll('+', ' '));
}
