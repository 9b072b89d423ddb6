import { describe, expect, it } from 'vitest';
import { type LibraryReads, PERIODS } from '#listening';
import { failureOf } from '#listening/testing';
import { asObject } from '../wire.js';
import { bodyOf, textOf } from './testing/fixtures.js';
import { KEY, listening } from './testing/lastfm-server.js';
import { library as shape } from './lastfm.library.js';

async function reading(body: string) {
  const { provider, calls } = await listening('Ada', { status: 200, body });
  expect(provider.libraryWrites).toBeNull();
  if (!provider.library) throw new Error('Last.fm has a library.');
  return { library: provider.library, calls };
}

/** Loved tracks as Last.fm sends them, with the given in place of the list. */
function loved(track: unknown, total: string): string {
  return JSON.stringify({ lovedtracks: { track, '@attr': { page: '1', total, user: 'Ada', perPage: '200' } } });
}

describe('every list asks Last.fm the right question', () => {
  const charts = PERIODS.flatMap((period) => [
    [`top_tracks_${period}`, null, 'top-tracks', { method: 'user.getTopTracks', period, page: '1' }] as const,
    [`top_artists_${period}`, null, 'top-artists', { method: 'user.getTopArtists', period, page: '1' }] as const,
    [`top_albums_${period}`, null, 'top-albums', { method: 'user.getTopAlbums', period, page: '1' }] as const,
  ]);

  it.each([
    ['loved_tracks', null, 'loved-tracks', { method: 'user.getLovedTracks', page: '1' }] as const,
    ['loved_tracks', '400', 'loved-tracks', { method: 'user.getLovedTracks', page: '3' }] as const,
    ...charts,
  ])('%s from %o', async (list, at, body, question) => {
    const { library, calls } = await reading(textOf('ok', body));
    expect(await library.list(list, at)).toBeTruthy();
    expect(calls).toEqual([{ user: 'Ada', api_key: KEY, format: 'json', limit: '200', ...question }]);
  });

  it('and there is no other list', () => {
    expect(shape.lists.map(({ name }) => name).sort()).toEqual(
      ['loved_tracks', ...charts.map(([list]) => list)].sort(),
    );
  });

  it('and says what its first part tells of the rest, and of how many days it is', () => {
    const days = { '7day': 7, '1month': 30, '3month': 91, '6month': 182, '12month': 365, overall: undefined };
    const told = shape.lists.map(({ name, order, days: of }) => [name, order, of]);
    expect(told).toContainEqual(['loved_tracks', 'newest', undefined]);
    for (const period of PERIODS) expect(told).toContainEqual([`top_tracks_${period}`, 'chart', days[period]]);
  });
});

const NOTHING = {
  uri: null,
  album: null,
  isrc: null,
  upc: null,
  durationMs: null,
  releaseDate: null,
  addedAt: null,
  addedBy: null,
  playcount: null,
};

describe('an entry', () => {
  it('is a loved track', async () => {
    const { library } = await reading(textOf('ok', 'loved-tracks'));
    const { entries, total } = await library.list('loved_tracks', null);
    expect(total).toBe(Number(attributesOf('loved-tracks', 'lovedtracks')['total']));
    expect(entries[0]).toEqual({
      ...NOTHING,
      kind: 'track',
      name: 'Song 1',
      artists: ['Moth & Lamp'],
      url: 'https://www.last.fm/music/Moth+&+Lamp/_/Song+1',
      addedAt: new Date(1_603_112_664_000),
    });
  });

  it.each([
    ['"205"', '205', 205_000],
    ['"0", which is unknown', '0', null],
    ['none', undefined, null],
  ])('has its length in milliseconds: %s', async (_, duration, durationMs) => {
    const track = [{ name: 'T', artist: { name: 'A' }, duration, playcount: '440', url: 'https://www.last.fm/t' }];
    const { library } = await reading(JSON.stringify({ toptracks: { track, '@attr': { total: '1' } } }));
    expect((await library.list('top_tracks_7day', null)).entries).toEqual([
      {
        ...NOTHING,
        kind: 'track',
        name: 'T',
        artists: ['A'],
        url: 'https://www.last.fm/t',
        durationMs,
        playcount: 440,
      },
    ]);
  });

  it.each([
    ['top_artists_overall', 'topartists', 'artist', []],
    ['top_albums_overall', 'topalbums', 'album', ['A']],
  ] as const)('of %s is of its kind', async (list, key, kind, artists) => {
    const one = { name: 'N', playcount: '7', url: 'x', ...(kind === 'album' ? { artist: { name: 'A' } } : {}) };
    const { library } = await reading(JSON.stringify({ [key]: { [kind]: one, '@attr': { total: '1' } } }));
    const { entries } = await library.list(list, null);
    expect(entries).toEqual([{ ...NOTHING, kind, name: 'N', artists, url: null, playcount: 7 }]);
  });

  it.each([
    ['a list of one that came bare', { name: 'T', artist: { name: 'A' } }, ['track']],
    ['one without a name, which keeps its place', [{ name: '' }, { name: 'T' }], ['gone', 'track']],
    ['something else, which keeps its place', [null, 'x', { name: 'T' }], ['gone', 'gone', 'track']],
    ['nothing', [], []],
    ['nothing, not even a list', '', []],
  ])('may come as %s', async (_, track, kinds) => {
    const { library } = await reading(loved(track, '3'));
    expect((await library.list('loved_tracks', null)).entries.map(({ kind }) => kind)).toEqual(kinds);
  });
});

function attributesOf(name: string, list: string) {
  return asObject(asObject(bodyOf(name)[list])?.['@attr']) ?? {};
}

it.each([
  ['450', null, '200'],
  ['450', '400', null],
  ['200', null, null],
  ['0', null, null],
])('of %s loved tracks, after the part at %o comes %o', async (total, at, next) => {
  const { library } = await reading(loved([], total));
  expect(await library.list('loved_tracks', at)).toEqual({ entries: [], total: Number(total), next });
});

it('a chart has one part', async () => {
  const { library } = await reading(JSON.stringify({ topalbums: { album: [], '@attr': { total: '9000' } } }));
  expect(await library.list('top_albums_7day', null)).toEqual({ entries: [], total: 9000, next: null });
  expect((await failureOf(library.list('top_albums_7day', '200'))).code).toBe('not_supported');
});

it.each<[string, (library: LibraryReads) => Promise<unknown>]>([
  ['a list', (library) => library.list('tracks', null)],
  ['half of a part', (library) => library.list('loved_tracks', '50')],
  ['playlists', (library) => library.playlists(null)],
  ['entries of a playlist', (library) => library.playlistEntries('1', null)],
  ['the version of a playlist', (library) => library.playlistVersion('1')],
])('without a call it says that there is no such thing: %s', async (_, ask) => {
  const { library, calls } = await reading('{}');
  expect((await failureOf(ask(library))).code).toBe('not_supported');
  expect(calls).toEqual([]);
});
