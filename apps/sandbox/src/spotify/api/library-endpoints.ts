import type { Answer } from '../../faults/answer.js';
import type { Json } from '../../json.js';
import type { Kind } from '../library/ids.js';
import { apiError, jsonAnswer } from '../reply.js';
import type { Ask, Endpoint } from './ask.js';
import { fieldsIf } from './look.js';
import { albumSongShape, artistShape, releaseShape, songShape } from './music-shapes.js';
import { pageShape, readPaging, whole } from './paging.js';
import { secondsPrecise } from './playlist-shapes.js';
import { audiobookShape, episodeShape, showShape } from './talk-shapes.js';

/** The lists of what the listener keeps. */
export const libraryEndpoints: readonly Endpoint[] = [
  savedList('me/tracks', 'track', ({ look, world }, id) => {
    const song = world.discography.songById(id);
    return song === null ? null : songShape(look, song, { isPlayable: true });
  }),
  savedList('me/albums', 'album', savedAlbum),
  savedList('me/shows', 'show', ({ look, world }, id) => {
    const show = world.talk.showById(id);
    return show === null ? null : showShape(look, show);
  }),
  savedList('me/episodes', 'episode', ({ look, world, scopes }, id) => {
    const episode = world.talk.episodeById(id);
    return episode === null ? null : episodeShape(look, episode, scopes.includes('user-read-playback-position'));
  }),
  { method: 'GET', path: 'me/audiobooks', scopes: ['user-library-read'], answer: audiobooks },
  { method: 'GET', path: 'me/following', scopes: ['user-follow-read'], answer: following },
];

/** A list whose entries hold the thing beside the time at which it was added. */
function savedList(path: string, kind: Kind, shape: (ask: Ask, id: string) => Json): Endpoint {
  return {
    method: 'GET',
    path,
    scopes: ['user-library-read'],
    answer: (ask) => {
      const paging = readPaging(ask.query);
      if ('status' in paging) return paging;
      const list = ask.world.library.lists[kind];
      const items = list.page(paging.offset, paging.limit).map(({ uri, addedMs }) => ({
        added_at: secondsPrecise(addedMs),
        [kind]: shape(ask, idIn(uri)),
      }));
      return jsonAnswer(200, pageShape(ask, path, paging, { items, total: list.total() }));
    },
  };
}

function idIn(uri: string): string {
  return uri.split(':')[2] ?? '';
}

function savedAlbum({ look, world }: Ask, id: string): Json {
  const release = world.discography.releaseById(id);
  if (release === null) return null;
  const { artists, ...shape } = releaseShape(look, release, { isPlayable: true });
  const songs = release.songs.map((number) => world.discography.song(number));
  return {
    ...shape,
    artists: artists ?? [],
    tracks: {
      href: `${look.base}/albums/${id}/tracks?offset=0&limit=50`,
      items: songs.map((song) => albumSongShape(look, song)),
      limit: 50,
      next: null,
      offset: 0,
      previous: null,
      total: songs.length,
    },
    copyrights: [{ text: `2026 ${release.performer.name}`, type: 'C' }],
    external_ids: { upc: '0000000000000' },
    genres: [],
    ...fieldsIf(look.isFull, { label: 'Sandbox Records', popularity: 20 }),
  };
}

/** Books stand in their list without anything around them. */
function audiobooks(ask: Ask): Answer {
  const paging = readPaging(ask.query);
  if ('status' in paging) return paging;
  const list = ask.world.library.lists.audiobook;
  const items = list.page(paging.offset, paging.limit).map(({ uri }): Json => {
    const book = ask.world.talk.audiobookById(idIn(uri));
    return book === null ? null : audiobookShape(ask.look, book);
  });
  return jsonAnswer(200, pageShape(ask, 'me/audiobooks', paging, { items, total: list.total() }));
}

/** Followed artists: a page begins after the artist whose id is the cursor. */
function following({ query, world, look }: Ask): Answer {
  if (query.get('type') !== 'artist') return apiError(400, 'Invalid type');
  const limit = whole(query.get('limit') ?? '20');
  if (limit === null || limit < 1 || limit > 50) return apiError(400, 'Invalid limit');
  const list = world.library.lists.artist;
  const all = list.page(0, list.total()).map(({ uri }) => idIn(uri));
  const after = query.get('after');
  const begin = after === null ? 0 : all.indexOf(after) + 1;
  const ids = all.slice(begin, begin + limit);
  const hasMore = begin + limit < all.length;
  const cursor = hasMore ? (ids.at(-1) ?? null) : null;
  const address = (more: Readonly<Record<string, string>>): string =>
    `${look.base}/me/following?${new URLSearchParams({ type: 'artist', limit: String(limit), ...more }).toString()}`;
  return jsonAnswer(200, {
    artists: {
      href: address(after === null ? {} : { after }),
      limit,
      next: cursor === null ? null : address({ after: cursor }),
      cursors: { after: cursor },
      total: all.length,
      items: ids.map((id): Json => {
        const performer = world.discography.performerById(id);
        return performer === null ? null : artistShape(look, performer);
      }),
    },
  });
}
