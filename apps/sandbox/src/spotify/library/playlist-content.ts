import { draw, entryAt, fraction } from '../../listening/random.js';
import { listenerPerson, otherPeople, type Person } from '../person.js';
import type { Discography } from './discography.js';
import { idOf } from './ids.js';
import type { Talk } from './talk.js';

/** A line of a playlist. `uri` is null for what is no longer in Spotify's catalogue. */
export interface PlaylistEntry {
  uri: string | null;
  /** Epoch milliseconds, whole seconds; null on very old playlists. */
  addedMs: number | null;
}

/** What a playlist says of itself. */
export interface PlaylistFacts {
  id: string;
  uri: string;
  name: string;
  /** Escaped for HTML, as Spotify sends it. */
  description: string | null;
  owner: Person;
  collaborative: boolean;
  public: boolean | null;
  total: number;
}

/** The listener's playlists before anybody changes them, each a function of its number. */
export interface PlaylistContent {
  facts(number: number): PlaylistFacts;
  entry(number: number, position: number): PlaylistEntry;
  /** Whether the list of playlists has null in place of this one. */
  isNull(number: number): boolean;
}

/** Numbers with something special; every later one that is 9 modulo 10 belongs to somebody else. */
export const specialPlaylists = { longest: 0, empty: 1, followed: 2, sameNameAs3: 4, shared: 5, null: 7 };

/** Makes the content from a seed. `longest` is the number of items of the first playlist. */
export function createPlaylistContent(
  seed: number,
  discography: Discography,
  talk: Talk,
  { longest, untilMs }: { longest: number; untilMs: number },
): PlaylistContent {
  const total = (number: number): number => {
    if (number === specialPlaylists.longest) return longest;
    return number === specialPlaylists.empty ? 0 : 1 + (draw(seed, 'playlist size', number) % 140);
  };
  const named = (number: number): number => (number === specialPlaylists.sameNameAs3 ? 3 : number);
  const isShared = (number: number): boolean => number === specialPlaylists.shared;
  const isOthers = (number: number): boolean =>
    number === specialPlaylists.followed || isShared(number) || number % 10 === 9;
  const performer = (number: number): string =>
    discography.performer(draw(seed, 'playlist of', named(number)) % discography.sizes.performers).name;

  return {
    facts: (number) => ({
      id: idOf(seed, 'playlist', number),
      uri: `spotify:playlist:${idOf(seed, 'playlist', number)}`,
      name: `${entryAt(namings, named(number) % namings.length)} ${performer(number)}`,
      description: descriptionOf(number, performer(number)),
      owner: isOthers(number) ? entryAt(otherPeople, number % otherPeople.length) : listenerPerson,
      collaborative: isShared(number),
      public: entryAt([true, false, true, null] as const, number % 4),
      total: total(number),
    }),
    entry: (number, position) => {
      const isOld = number === specialPlaylists.longest && position === 0;
      const addedMs = untilMs - (draw(seed, 'added', number, position) % 150_000_000) * 1000;
      return { uri: uriOf(number, position), addedMs: isOld ? null : addedMs };
    },
    isNull: (number) => number % 25 === specialPlaylists.null,
  };

  function uriOf(number: number, position: number): string | null {
    if (position % 60 === 21) return null;
    if (position % 40 === 13) return localUri(number, position);
    const chance = fraction(seed, 'item', number, position);
    if (position % 50 === 31) return talk.episode(talk.episodeNumber(number % 12, Math.floor(chance * 8))).uri;
    // Favourites come more than once, and some in two editions: the same title under two ids.
    return discography.song(Math.floor(chance ** 1.5 * discography.sizes.songs * 1.2)).uri;
  }
}

const namings = ['Mostly', 'More of', 'Evenings with', 'Best of', 'Før jul:', '夜と', 'Not only', '🌧 for'];

function descriptionOf(number: number, performer: string): string | null {
  if (number % 3 === 0) return '';
  if (number % 7 === 1) return null;
  return escaped(`Songs by ${performer} & others, for 'later'`);
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#x27;');
}

/** A file on the listener's own disk: `spotify:local:artist:album:title:seconds`, where the album may be missing. */
function localUri(number: number, position: number): string {
  const part = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+');
  const album = position % 80 === 13 ? '' : part('Cellar Tapes (Vol. 1)');
  return ['spotify:local', part('The Home Band'), album, part(`Demo ${number + 1}/${position}`), 120 + position].join(
    ':',
  );
}
