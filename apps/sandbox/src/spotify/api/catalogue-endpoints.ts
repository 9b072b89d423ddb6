import type { Answer } from '../../faults/answer.js';
import { apiError, forbidden, jsonAnswer } from '../reply.js';
import { endpointName, type Ask, type Endpoint } from './ask.js';
import { artistShape, releaseShape, songShape } from './music-shapes.js';

/** The endpoints of single things. */
export const catalogueEndpoints: readonly Endpoint[] = [
  single('tracks/{id}', ({ look, world }, id) => {
    const song = world.discography.songById(id);
    return song === null ? null : jsonAnswer(200, songShape(look, song, { isPlayable: true }));
  }),
  single('albums/{id}', ({ look, world }, id) => {
    const release = world.discography.releaseById(id);
    return release === null ? null : jsonAnswer(200, releaseShape(look, release));
  }),
  single('artists/{id}', ({ look, world }, id) => {
    const performer = world.discography.performerById(id);
    return performer === null ? null : jsonAnswer(200, artistShape(look, performer));
  }),
];

function single(path: string, answer: (ask: Ask, id: string) => Answer | null): Endpoint {
  return {
    method: 'GET',
    path,
    scopes: [],
    answer: (ask) => answer(ask, ask.parts['id'] ?? '') ?? apiError(404, 'Resource not found'),
  };
}

const many = ['tracks', 'albums', 'artists', 'episodes', 'shows', 'audiobooks', 'chapters'];
const kept = ['tracks', 'albums', 'shows', 'episodes', 'audiobooks', 'following'];
const read = [
  ...many,
  ...kept.map((list) => `me/${list}/contains`),
  'browse/new-releases',
  'browse/categories',
  'browse/categories/{id}',
  'artists/{id}/top-tracks',
  'artists/{id}/related-artists',
  'markets',
  'recommendations',
  'audio-features',
  'audio-features/{id}',
  'users/{user}',
  'playlists/{id}/followers/contains',
];
const changed = [...kept.map((list) => `me/${list}`), 'playlists/{id}/followers', 'playlists/{id}/tracks'];

/**
 * The endpoints that development mode lost, with the 403 that they answer there. The sandbox has them in no other mode
 * either, where it says so with status 501.
 */
export const removedEndpoints: readonly Endpoint[] = [
  ...read.map((path): Endpoint => removed('GET', path)),
  ...changed.flatMap((path) => [removed('PUT', path), removed('DELETE', path)]),
  removed('POST', 'playlists/{id}/tracks'),
  removed('POST', 'users/{user}/playlists'),
];

function removed(method: Endpoint['method'], path: string): Endpoint {
  return {
    method,
    path,
    scopes: [],
    answer: ({ mode }) =>
      mode === 'dev2026'
        ? forbidden
        : apiError(501, `The sandbox has no "${endpointName({ method, path })}" in mode ${mode}.`),
  };
}
