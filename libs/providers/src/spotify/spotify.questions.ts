/** A read of the Web API that apps in development mode still have. */
export interface Question {
  /** Below the address of the Web API. */
  path: string;
  /** What the account must have agreed to. */
  scopes: readonly string[];
  /** The key of the answer without which it is about something else. */
  holds: string;
  /** No body means that there is nothing to tell: 204 in practice, though only 200 is documented. */
  mayBeEmpty?: true;
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

/** Exactly what the reads need. */
export const NEEDED_SCOPES: readonly string[] = [...new Set(Object.values(QUESTIONS).flatMap(({ scopes }) => scopes))];
