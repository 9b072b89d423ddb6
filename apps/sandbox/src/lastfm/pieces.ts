import type { Album, Artist, Track } from '../listening/catalogue.js';
import { shuffled } from '../listening/random.js';
import type { JsonObject } from '../json.js';

/** The picture that stands for "no picture" on every artist and track. */
export const starHash = '2a96cbd8b46e442fc41c2b86b821562f';

/** The sizes of pictures: Last.fm's name, and the folder of its address. */
const sizes = [
  ['small', '34s'],
  ['medium', '64s'],
  ['large', '174s'],
  ['extralarge', '300x300'],
] as const;

/** A picture in its four sizes. `origin` is the sandbox as the client addressed it. */
export function images(origin: string, hash: string): JsonObject[] {
  return sizes.map(([size, folder]) => ({ size, '#text': `${origin}/i/u/${folder}/${hash}.png` }));
}

/** The five sizes that top artists have. */
export function artistImages(origin: string): JsonObject[] {
  return [...images(origin, starHash), { size: 'mega', '#text': `${origin}/i/u/300x300/${starHash}.png` }];
}

/** The cover of an album, or the star for a track that is on none. */
export function coverImages(origin: string, album: Album | null): JsonObject[] {
  return images(origin, album?.coverHash ?? starHash);
}

/** The page of an artist, with `rest` of an album (`[title]`) or a track (`['_', title]`). */
export function musicUrl(artist: Artist, ...rest: string[]): string {
  return ['https://www.last.fm/music', ...[artist.name, ...rest].map(urlPart)].join('/');
}

/** The page of a track. */
export function trackUrl(track: Track): string {
  return musicUrl(track.artist, '_', track.title);
}

/** Spaces become `+`, so a real `+` is escaped twice; `&` and `,` stay. */
function urlPart(text: string): string {
  return encodeURIComponent(text.replaceAll('+', '%2B'))
    .replaceAll('%20', '+')
    .replaceAll('%26', '&')
    .replaceAll('%2C', ',')
    .replaceAll("'", '%27');
}

/** An artist as all lists but the plain recent tracks write one. */
export function namedArtist(artist: Artist): JsonObject {
  return { url: musicUrl(artist), name: artist.name, mbid: artist.mbid };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A moment as Last.fm writes it: epoch seconds, and words in UTC. */
export function date(seconds: number): JsonObject {
  const moment = new Date(seconds * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${two(moment.getUTCDate())} ${months[moment.getUTCMonth()] ?? ''} ${moment.getUTCFullYear()}`;
  const time = `${two(moment.getUTCHours())}:${two(moment.getUTCMinutes())}`;
  return { uts: String(seconds), '#text': `${day}, ${time}` };
}

/** The same object with its keys in another order, as no two entries of one answer agree on one. */
export function anyOrder(object: JsonObject, seed: number, ...names: (number | string)[]): JsonObject {
  return Object.fromEntries(shuffled(Object.entries(object), seed, 'key order', ...names));
}
