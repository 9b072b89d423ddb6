import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PERIODS } from '#listening';
import { asObject } from '../wire.js';
import { derivationOf, derivationOfAlbums, timeRangeOf, toTopAlbums } from './spotify.charts.js';
import { entriesOf } from './spotify.map.js';
import { bodyOf } from './testing/fixtures.js';

describe('a period', () => {
  it.each([
    ['7day', 'short_term', /seven days.*four weeks/],
    ['1month', 'short_term', null],
    ['3month', 'medium_term', /three months.*six months/],
    ['6month', 'medium_term', null],
    ['12month', 'long_term', null],
    ['overall', 'long_term', /all time.*year/],
  ] as const)('%s is %s, and says so where it is another', (period, range, derivation) => {
    expect(timeRangeOf(period)).toBe(range);
    if (derivation === null) expect(derivationOf(period)).toBeNull();
    else expect(derivationOf(period)).toMatch(derivation);
  });

  it.each(PERIODS)('%s: albums are always worked out, and say from what', (period) => {
    expect(derivationOfAlbums(period, 73)).toMatch(/no chart of albums.* 73 top tracks of about the last/);
  });
});

/** Tracks of the named albums, in this order. */
function tracksOf(...names: string[]) {
  return names.map((name, index) => ({
    name: `Track ${index}`,
    artists: [{ name: 'Somebody' }],
    album: { id: name, name, artists: [{ name: `Artist of ${name}` }], images: [] },
  }));
}

describe('albums', () => {
  it('stand by the sum of their tracks, the first of n counting n', () => {
    // a: 5, b: 4 + 3, c: 2 + 1
    const items = toTopAlbums(tracksOf('a', 'b', 'b', 'c', 'c'), 10);
    expect(items.map(({ rank, title, playcount }) => [rank, title, playcount])).toEqual([
      [1, 'b', null],
      [2, 'a', null],
      [3, 'c', null],
    ]);
  });

  it('with the same sum stand by the track that comes first', () => {
    // a: 4 + 1, b: 3 + 2
    expect(toTopAlbums(tracksOf('a', 'b', 'b', 'a'), 10).map(({ title }) => title)).toEqual(['a', 'b']);
  });

  it('are no more than asked for, and those do not depend on how many that is', () => {
    const tracks = tracksOf('a', 'b', 'b', 'c', 'c', 'd');
    expect(toTopAlbums(tracks, 2)).toEqual(toTopAlbums(tracks, 50).slice(0, 2));
  });

  it('have artist, page and cover', () => {
    expect(toTopAlbums(entriesOf(bodyOf('top-tracks')), 1)).toEqual([
      {
        rank: 1,
        title: 'Harbour Lights',
        artist: 'The Night Ferry',
        playcount: null,
        url: 'https://open.spotify.com/album/1harbourlights000000001',
        imageUrl: 'https://i.scdn.co/image/ab67616d00harbour0640',
      },
    ]);
  });

  it('without an id are told apart by title and artist, and take the artist of the track', () => {
    const track = (artist: string) => ({ name: 'x', artists: [{ name: artist }], album: { id: null, name: 'Hits' } });
    const items = toTopAlbums([track('a'), track('b'), track('b')], 10);
    expect(items.map(({ artist }) => artist)).toEqual(['a', 'b']);
  });

  it('with the same name and another id are two', () => {
    const track = (id: string) => ({ name: 'x', artists: [], album: { id, name: 'Hits' } });
    expect(toTopAlbums([track('1'), track('2')], 10)).toHaveLength(2);
  });

  it('that are missing count for nothing', () => {
    const track = { name: 'x', artists: [] };
    const tracks = [{ ...track, album: null }, track, { ...track, album: { name: '' } }, {}];
    expect(toTopAlbums(tracks, 10)).toEqual([]);
  });

  it('are read from any JSON', () => {
    const album = fc.oneof(fc.jsonValue(), fc.record({ id: fc.jsonValue(), name: fc.jsonValue() }));
    const track = fc.record({ name: fc.oneof(fc.string(), fc.jsonValue()), album, artists: fc.jsonValue() });
    fc.assert(
      fc.property(fc.array(track), fc.integer({ min: 1, max: 50 }), (tracks, limit) => {
        const items = toTopAlbums(
          tracks.map((entry) => asObject(entry) ?? {}),
          limit,
        );
        expect(items.length).toBeLessThanOrEqual(limit);
        for (const { title } of items) expect(title).not.toBe('');
      }),
    );
  });
});
