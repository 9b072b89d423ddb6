/** All scopes of the Web API. */
export const knownScopes: readonly string[] = [
  'ugc-image-upload',
  'playlist-read-private',
  'playlist-read-collaborative',
  'playlist-modify-public',
  'playlist-modify-private',
  'user-library-read',
  'user-library-modify',
  'user-read-private',
  'user-read-email',
  'user-follow-read',
  'user-follow-modify',
  'user-top-read',
  'user-read-playback-position',
  'user-read-playback-state',
  'user-modify-playback-state',
  'user-read-recently-played',
  'user-read-currently-playing',
  'streaming',
  'app-remote-control',
];

/** Reads scopes between spaces, each once; null when one of them does not exist. */
export function readScopes(text: string): readonly string[] | null {
  const scopes = [...new Set(text.split(' ').filter((scope) => scope !== ''))];
  return scopes.every((scope) => knownScopes.includes(scope)) ? scopes : null;
}
