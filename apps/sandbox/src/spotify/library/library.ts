import { entryAt, shuffled } from '../../listening/random.js';
import type { Discography } from './discography.js';
import { idOf, numberOf, type Kind } from './ids.js';
import { createPlaylistContent } from './playlist-content.js';
import { createPlaylists } from './playlists.js';
import { createSavedList, type SavedList } from './saved-list.js';
import type { LibrarySizes } from './sizes.js';
import type { Talk } from './talk.js';

const hourMs = 3_600_000;

/** What the listener keeps. */
export type Library = ReturnType<typeof createLibrary>;

/** A library of these sizes; all that was added is older than `untilMs` (a whole second). */
export function createLibrary(
  seed: number,
  { discography, talk }: { discography: Discography; talk: Talk },
  sizes: LibrarySizes,
  untilMs: number,
) {
  const { songs, performers } = discography.sizes;
  const content = createPlaylistContent(seed, discography, talk, { longest: sizes.playlistItems, untilMs });
  const playlists = createPlaylists(seed, content, sizes.playlists);

  const list = (kind: Kind, size: number, order: Order, spacingHours: number): SavedList =>
    createSavedList({
      size,
      addedMs: (index) => untilMs - Math.round((index + 1) * spacingHours * hourMs),
      uri: (index) => `spotify:${kind}:${idOf(seed, kind, order.number(index))}`,
      index: (uri) => {
        const prefix = `spotify:${kind}:`;
        const number = uri.startsWith(prefix) ? numberOf(seed, kind, uri.slice(prefix.length)) : null;
        return number === null ? null : order.index(number);
      },
    });

  const lists: Record<Kind, SavedList> = {
    track: list('track', sizes.tracks, shuffledEditions(seed, 'track', songs), 1.5),
    album: list('album', sizes.albums, shuffledEditions(seed, 'album', discography.sizes.releases), 19),
    artist: list('artist', Math.min(sizes.artists, performers), shuffledEditions(seed, 'artist', performers), 100),
    show: list('show', sizes.shows, asTheyAre, 300),
    // Three of each show, so that the dead one of the first show is among them.
    episode: list('episode', sizes.episodes, episodesInTurn(talk), 30),
    audiobook: list('audiobook', sizes.audiobooks, asTheyAre, 700),
    playlist: list('playlist', sizes.playlists, asTheyAre, 200),
  };

  return {
    lists,
    playlists,
    /** Whether the list of playlists shows null for this entry. */
    isNullPlaylist: (uri: string): boolean => {
      const number = numberOf(seed, 'playlist', uri.split(':').at(-1) ?? '');
      return number !== null && number < sizes.playlists && content.isNull(number);
    },
    /** The list that a URI belongs to; null for a kind that cannot be kept. */
    listOf: (uri: string): SavedList | null => {
      const kind = kindOf(uri);
      return kind === null ? null : lists[kind];
    },
  };
}

/** The kind in a URI such as `spotify:track:...`; null for any other text. */
export function kindOf(uri: string): Kind | null {
  const kind = /^spotify:([a-z]+):[0-9A-Za-z]{22}$/.exec(uri)?.[1];
  return kinds.find((known) => known === kind) ?? null;
}

const kinds = ['track', 'album', 'artist', 'show', 'episode', 'playlist', 'audiobook'] as const;

/** Which number stands at a place of a list, and where a number stands. */
interface Order {
  number(index: number): number;
  index(number: number): number | null;
}

const asTheyAre: Order = { number: (index) => index, index: (number) => number };

/** The first edition in an order drawn from the seed, then the next edition in the same order, and so on. */
function shuffledEditions(seed: number, name: string, size: number): Order {
  const order = shuffled(
    Array.from({ length: size }, (_, at) => at),
    seed,
    'order',
    name,
  );
  const placeOf = new Map(order.map((number, place) => [number, place]));
  return {
    number: (index) => Math.floor(index / size) * size + entryAt(order, index % size),
    index: (number) => Math.floor(number / size) * size + (placeOf.get(number % size) ?? 0),
  };
}

function episodesInTurn(talk: Talk): Order {
  const first = talk.episodeNumber(1, 0);
  return {
    number: (index) => talk.episodeNumber(Math.floor(index / 3), index % 3),
    index: (number) => (number % first > 2 ? null : Math.floor(number / first) * 3 + (number % first)),
  };
}
