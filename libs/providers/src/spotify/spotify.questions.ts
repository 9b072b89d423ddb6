import { nothingLike } from '../list-part.js';

/** A call of the Web API that apps in development mode still have. */
export interface Question {
  /** Below the address of the Web API. */
  path: string;
  /** What the account must have agreed to. */
  scopes: readonly string[];
  /**
   * The key of the answer without which it is about something else; below another key with a dot between. Null when the
   * answer tells nothing but that it is good.
   */
  holds: string | null;
  /** No body means that there is nothing to tell: 204 in practice, though only 200 is documented. */
  mayBeEmpty?: true;
  /** It is about one playlist, which can be closed to this account, or gone. */
  ofPlaylist?: true;
}

/** @see https://developer.spotify.com/documentation/web-api/references/changes/february-2026 */
export const QUESTIONS = {
  playing: {
    path: 'me/player/currently-playing',
    scopes: ['user-read-currently-playing'],
    holds: 'is_playing',
    mayBeEmpty: true,
  },
  history: { path: 'me/player/recently-played', scopes: ['user-read-recently-played'], holds: 'items' },
  topTracks: { path: 'me/top/tracks', scopes: ['user-top-read'], holds: 'items' },
  topArtists: { path: 'me/top/artists', scopes: ['user-top-read'], holds: 'items' },
  savedTracks: { path: 'me/tracks', scopes: ['user-library-read'], holds: 'items' },
  // Without a scope it has all that is still there for such apps; the scopes for it add what they no longer get.
  profile: { path: 'me', scopes: [], holds: 'id' },
} as const satisfies Record<string, Question>;

/** Exactly what the reads need; the library asks for more, from those alone who want it. */
export const NEEDED_SCOPES: readonly string[] = [...new Set(Object.values(QUESTIONS).flatMap(({ scopes }) => scopes))];

/** What only the library needs. Of saved things each list has its own address. */
export const LIBRARY_QUESTIONS = {
  savedAlbums: { path: 'me/albums', scopes: ['user-library-read'], holds: 'items' },
  savedShows: { path: 'me/shows', scopes: ['user-library-read'], holds: 'items' },
  savedEpisodes: { path: 'me/episodes', scopes: ['user-library-read'], holds: 'items' },
  savedAudiobooks: { path: 'me/audiobooks', scopes: ['user-library-read'], holds: 'items' },
  followedArtists: { path: 'me/following', scopes: ['user-follow-read'], holds: 'artists.items' },
  // Without the second scope those of several people are left out, and nothing says so.
  playlists: {
    path: 'me/playlists',
    scopes: ['playlist-read-private', 'playlist-read-collaborative'],
    holds: 'items',
  },
} as const satisfies Record<string, Question>;

/** @throws ProviderError for what cannot be the id of a playlist, and would lead elsewhere as a part of an address */
export function playlistQuestion(id: string): Question {
  if (!/^\w+$/.test(id)) throw nothingLike('Spotify has no playlist of such an id.');
  return {
    path: `playlists/${id}`,
    scopes: LIBRARY_QUESTIONS.playlists.scopes,
    holds: 'snapshot_id',
    ofPlaylist: true,
  };
}

export function playlistEntriesQuestion(id: string): Question {
  const { path, ...playlist } = playlistQuestion(id);
  return { ...playlist, path: `${path}/items`, holds: 'items' };
}

/** Whether a playlist is on the profile decides which of them is needed, and whoever changes its entries does not know. */
const PLAYLIST_SCOPES = ['playlist-modify-public', 'playlist-modify-private'];

/** What changes a library. */
export const CHANGES = {
  kept: { path: 'me/library', scopes: ['user-library-modify'], holds: null, mayBeEmpty: true },
  followed: { path: 'me/library', scopes: ['user-follow-modify'], holds: null, mayBeEmpty: true },
  followedPlaylists: { path: 'me/library', scopes: ['playlist-modify-public'], holds: null, mayBeEmpty: true },
  newPlaylist: { path: 'me/playlists', scopes: PLAYLIST_SCOPES, holds: 'id' },
} as const satisfies Record<string, Question>;

export function changeOfPlaylist(id: string): Question {
  return { ...playlistEntriesQuestion(id), scopes: PLAYLIST_SCOPES, holds: 'snapshot_id' };
}
