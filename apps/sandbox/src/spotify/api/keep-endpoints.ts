import type { Answer } from '../../faults/answer.js';
import { kindOf } from '../library/library.js';
import type { Kind } from '../library/ids.js';
import { apiError, jsonAnswer, textAnswer } from '../reply.js';
import type { Ask, Endpoint } from './ask.js';

/** The endpoints that ask and change what the listener keeps, by URI. */
export const keepEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: 'me/library/contains',
    scopes: [],
    answer: (ask) =>
      overUris(ask, 'read', (uris) =>
        jsonAnswer(
          200,
          uris.map((uri) => ask.world.library.listOf(uri)?.has(uri) ?? false),
        ),
      ),
  },
  {
    method: 'PUT',
    path: 'me/library',
    scopes: [],
    answer: (ask) =>
      overUris(ask, 'change', (uris) => {
        // The first of the call is the newest afterwards.
        for (const uri of uris.toReversed()) ask.world.library.listOf(uri)?.add(uri, ask.world.nowMs);
        return textAnswer(200, '');
      }),
  },
  {
    method: 'DELETE',
    path: 'me/library',
    scopes: [],
    answer: (ask) =>
      overUris(ask, 'change', (uris) => {
        for (const uri of uris) ask.world.library.listOf(uri)?.remove(uri);
        return textAnswer(200, '');
      }),
  },
];

const maxUris = 40;

const libraryScopes = { read: 'user-library-read', change: 'user-library-modify' };
const scopesOf: Record<Kind, { read: string; change: string }> = {
  track: libraryScopes,
  album: libraryScopes,
  show: libraryScopes,
  episode: libraryScopes,
  audiobook: libraryScopes,
  artist: { read: 'user-follow-read', change: 'user-follow-modify' },
  playlist: { read: 'playlist-read-private', change: 'playlist-modify-public' },
};

function overUris(ask: Ask, right: 'read' | 'change', answer: (uris: readonly string[]) => Answer): Answer {
  const uris = (ask.query.get('uris') ?? '').split(',').filter((uri) => uri !== '');
  if (uris.length === 0 || uris.length > maxUris) return apiError(400, 'Invalid uris');
  for (const uri of uris) {
    const kind = kindOf(uri);
    if (kind === null || !exists(ask, kind, uri.split(':')[2] ?? '')) return apiError(400, 'Invalid uri');
    if (!ask.scopes.includes(scopesOf[kind][right])) return apiError(403, 'Insufficient client scope');
  }
  return answer(uris);
}

function exists({ world }: Ask, kind: Kind, id: string): boolean {
  const { discography, talk, library } = world;
  const lookups: Record<Kind, (id: string) => unknown> = {
    track: discography.songById,
    album: discography.releaseById,
    artist: discography.performerById,
    show: talk.showById,
    episode: talk.episodeById,
    audiobook: talk.audiobookById,
    playlist: library.playlists.byId,
  };
  return lookups[kind](id) !== null;
}
