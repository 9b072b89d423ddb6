import type { Answer } from '../../faults/answer.js';
import type { Json, JsonObject } from '../../json.js';
import type { Playlist } from '../library/playlists.js';
import { apiError, forbidden, jsonAnswer } from '../reply.js';
import { listenerPerson } from '../person.js';
import type { Ask, Endpoint } from './ask.js';
import { hashOf } from './music-shapes.js';
import { pageShape, readPaging, type Paging } from './paging.js';
import { asksEpisodes } from './player-endpoints.js';
import { itemCounts, playlistEntryShape, playlistShape } from './playlist-shapes.js';

/** The endpoints that read playlists. */
export const playlistEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: 'me/playlists', scopes: ['playlist-read-private'], answer: myPlaylists },
  {
    method: 'GET',
    path: 'users/{user}/playlists',
    scopes: ['playlist-read-private'],
    answer: (ask) => {
      if (ask.mode === 'dev2026') return forbidden;
      return ask.parts['user'] === listenerPerson.id ? myPlaylists(ask) : apiError(404, 'Resource not found');
    },
  },
  {
    method: 'GET',
    path: 'playlists/{id}',
    scopes: [],
    answer: (ask) => withPlaylist(ask, (playlist) => onePlaylist(ask, playlist)),
  },
  {
    method: 'GET',
    path: 'playlists/{id}/items',
    scopes: ['playlist-read-private'],
    answer: (ask) => withPlaylist(ask, (playlist) => itemsAnswer(ask, playlist, 'items', 50)),
  },
  {
    method: 'GET',
    path: 'playlists/{id}/tracks',
    scopes: ['playlist-read-private'],
    answer: (ask) =>
      ask.mode === 'dev2026' ? forbidden : withPlaylist(ask, (playlist) => itemsAnswer(ask, playlist, 'tracks', 100)),
  },
  {
    method: 'GET',
    path: 'playlists/{id}/images',
    scopes: [],
    answer: (ask) =>
      withPlaylist(ask, ({ id, total }) =>
        jsonAnswer(200, total === 0 ? [] : [{ height: null, url: `${ask.look.art}/${hashOf(id)}.png`, width: null }]),
      ),
  },
];

const maxOffset = 100_000;
const innerPage: Paging = { limit: 100, offset: 0 };

/** Answers about the playlist in the path. */
export function withPlaylist(ask: Ask, answer: (playlist: Playlist) => Answer): Answer {
  const playlist = ask.world.library.playlists.byId(ask.parts['id'] ?? '');
  return playlist === null ? apiError(404, 'Resource not found') : answer(playlist);
}

function myPlaylists(ask: Ask): Answer {
  const paging = readPaging(ask.query, 50, maxOffset);
  if ('status' in paging) return paging;
  const { library } = ask.world;
  const items = library.lists.playlist.page(paging.offset, paging.limit).map(({ uri }): Json => {
    const playlist = library.isNullPlaylist(uri) ? null : library.playlists.byId(uri.split(':')[2] ?? '');
    return playlist === null ? null : playlistShape(ask.look, playlist, itemCounts(ask.look, playlist));
  });
  // Spotify's own addresses lead to a path that development mode does not have.
  const path = `users/${encodeURIComponent(listenerPerson.id)}/playlists`;
  return jsonAnswer(200, pageShape(ask, path, paging, { items, total: library.lists.playlist.total() }));
}

function onePlaylist(ask: Ask, playlist: Playlist): Answer {
  const items = mayRead(ask, playlist)
    ? { items: itemsShape(ask, playlist, 'items', innerPage), tracks: itemsShape(ask, playlist, 'tracks', innerPage) }
    : null;
  return jsonAnswer(200, playlistShape(ask.look, playlist, items, { followers: { href: null, total: 1 } }));
}

function itemsAnswer(ask: Ask, playlist: Playlist, name: 'items' | 'tracks', maxLimit: number): Answer {
  if (!mayRead(ask, playlist)) return forbidden;
  const paging = readPaging(ask.query.has('limit') ? ask.query : withLimit(ask.query, maxLimit), maxLimit);
  return 'status' in paging ? paging : jsonAnswer(200, itemsShape(ask, playlist, name, paging));
}

/** Items are paged by 20, the older tracks by as many as there can be. */
function withLimit(query: URLSearchParams, maxLimit: number): URLSearchParams {
  const whole = new URLSearchParams(query);
  whole.set('limit', String(maxLimit === 100 ? maxLimit : 20));
  return whole;
}

function itemsShape(ask: Ask, playlist: Playlist, name: 'items' | 'tracks', paging: Paging): JsonObject {
  const { look, world, query } = ask;
  const about = { ...world, owner: playlist.owner, asksEpisodes: asksEpisodes(query) };
  const types = query.get('additional_types');
  return pageShape(ask, `playlists/${playlist.id}/${name}`, paging, {
    items: playlist.page(paging.offset, paging.limit).map((entry) => playlistEntryShape(look, entry, about)),
    total: playlist.total,
    more: types === null ? {} : { additional_types: types },
  });
}

/** Development mode shows the items of playlists that are the listener's own, or shared with them. */
function mayRead(ask: Ask, playlist: Playlist): boolean {
  return ask.mode !== 'dev2026' || playlist.isOurs;
}
