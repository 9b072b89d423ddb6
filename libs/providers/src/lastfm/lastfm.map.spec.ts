import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asObject } from '../wire.js';
import {
  ownerOf,
  toLovedTracks,
  toNowPlaying,
  toProfile,
  toRecentTracks,
  toTopAlbums,
  toTopArtists,
  toTopTracks,
} from './lastfm.map.js';
import { bodyOf } from './testing/fixtures.js';

const HARBOUR = 'https://lastfm.freetls.fastly.net/i/u/300x300/c0ffee00c0ffee00c0ffee00c0ffee00.jpg';
const HOURS = 'https://lastfm.freetls.fastly.net/i/u/300x300/beadbeadbeadbeadbeadbeadbeadbead.png';

const lanterns = {
  title: 'Paper Lanterns',
  artist: 'The Night Ferry',
  album: 'Harbour Lights',
  albumImageUrl: HARBOUR,
  songUrl: 'https://www.last.fm/music/The+Night+Ferry/_/Paper+Lanterns',
};

function song(number: number, playedAt: string) {
  return {
    title: `Song ${number}`,
    artist: 'Moth & Lamp',
    album: 'Small Hours',
    albumImageUrl: HOURS,
    songUrl: `https://www.last.fm/music/Moth+&+Lamp/_/Song+${number}`,
    nowPlaying: false,
    playedAt: new Date(playedAt),
  };
}

const songs = [song(1, '2026-10-20T10:03:38.000Z'), song(2, '2026-10-20T10:00:00.000Z')];
const running = { ...lanterns, nowPlaying: true, playedAt: null };

describe('recent tracks', () => {
  it.each([1, 2, 50])('are %d, although a song that is on comes on top of those asked for', (limit) => {
    expect(toRecentTracks(bodyOf('recent-playing'), limit)).toEqual([running, ...songs].slice(0, limit));
  });

  it.each([
    ['a single song that is on', 'recent-playing-only', [running]],
    ['a single play, which is no list', 'recent-one-object', songs.slice(0, 1)],
    ['no plays', 'recent-empty', []],
    ['the extended shape', 'recent-extended', [running, ...songs.slice(0, 1)]],
  ])('of %s', (_, name, expected) => {
    expect(toRecentTracks(bodyOf(name), 10)).toEqual(expected);
  });

  it('keep the running song in the history too, when it already is there', () => {
    const scrobbled = { ...lanterns, nowPlaying: false, playedAt: new Date('2026-10-20T10:05:00.000Z') };
    expect(toRecentTracks(bodyOf('recent-early-scrobble'), 10)).toEqual([running, scrobbled, songs[0]]);
  });

  it('put the running song first wherever it stands', () => {
    const track = ['b', 'a'].map((name) => ({ name, ...(name === 'a' ? { '@attr': { nowplaying: 'true' } } : {}) }));
    expect(toRecentTracks({ recenttracks: { track } }, 10)).toMatchObject([
      { title: 'a', nowPlaying: true },
      { title: 'b', nowPlaying: false },
    ]);
  });

  it('have at most one song that is on', () => {
    const entry = { name: 'a', '@attr': { nowplaying: 'true' } };
    expect(toRecentTracks({ recenttracks: { track: [entry, entry] } }, 10)).toHaveLength(1);
  });

  it('leave out what has no title', () => {
    const track = [{ name: '' }, { artist: { name: 'a' } }, { '#text': 'x' }, { name: '   ' }, { name: 'kept' }];
    expect(toRecentTracks({ recenttracks: { track } }, 10)).toMatchObject([{ title: 'kept' }]);
  });

  it('say null or nothing for what is missing', () => {
    const odd = Object.fromEntries(toRecentTracks(bodyOf('recent-odd'), 50).map((track) => [track.title, track]));
    const nothing = { nowPlaying: false, playedAt: null };
    expect(odd).toMatchObject({
      'Song without a date': nothing,
      'Song of a wrong clock': nothing,
      'Song with a date in words only': nothing,
      'Song of no album': { album: '', albumImageUrl: HOURS },
      'Song with the star': { albumImageUrl: null },
      'Song with empty pictures': { albumImageUrl: null },
      'Song with no pictures': { albumImageUrl: null, songUrl: null },
      'Song with odd addresses': { albumImageUrl: null, songUrl: null },
      'Song by nobody': { artist: '', playedAt: new Date('2026-10-20T09:53:20.000Z') },
    });
    expect(Object.keys(odd)).toHaveLength(9);
  });
});

describe('now playing', () => {
  it.each(['recent-playing', 'recent-playing-only', 'recent-extended', 'recent-early-scrobble'])('in %s', (name) => {
    expect(toNowPlaying(bodyOf(name))).toEqual({ kind: 'track', ...lanterns, durationMs: null, startedAt: null });
  });

  it.each(['recent-one-object', 'recent-empty', 'recent-odd'])('is null in %s', (name) => {
    expect(toNowPlaying(bodyOf(name))).toBeNull();
  });
});

describe('charts', () => {
  it('of tracks: numbers are read from texts, the star is no picture', () => {
    expect(toTopTracks(bodyOf('top-tracks'), 3)).toEqual([
      {
        rank: 1,
        title: 'Song 1',
        artist: 'Moth & Lamp',
        playcount: 440,
        songUrl: 'https://www.last.fm/music/Moth+&+Lamp/_/Song+1',
        imageUrl: null,
      },
      {
        rank: 2,
        title: 'Paper Lanterns',
        artist: 'The Night Ferry',
        playcount: 399,
        songUrl: 'https://www.last.fm/music/The+Night+Ferry/_/Paper+Lanterns',
        imageUrl: null,
      },
      { rank: 3, title: 'Song without numbers', artist: '', playcount: null, songUrl: null, imageUrl: null },
    ]);
  });

  it('of artists: ranks count from one on every page', () => {
    const url = 'https://www.last.fm/music/';
    expect(toTopArtists(bodyOf('top-artists'), 10)).toEqual([
      { rank: 1, name: 'The Night Ferry', playcount: 1511, url: `${url}The+Night+Ferry`, imageUrl: null },
      { rank: 2, name: 'Moth & Lamp', playcount: 1124, url: `${url}Moth+&+Lamp`, imageUrl: null },
    ]);
  });

  it('of albums: with their covers', () => {
    expect(toTopAlbums(bodyOf('top-albums'), 10)).toEqual([
      {
        rank: 1,
        title: 'Harbour Lights',
        artist: 'The Night Ferry',
        playcount: 596,
        url: 'https://www.last.fm/music/The+Night+Ferry/Harbour+Lights',
        imageUrl: HARBOUR,
      },
    ]);
  });

  it('are no longer than asked for', () => {
    expect(toTopTracks(bodyOf('top-tracks'), 2)).toHaveLength(2);
    expect(toTopArtists(bodyOf('top-artists'), 1)).toHaveLength(1);
    expect(toTopAlbums({ topalbums: { album: [{ name: 'a' }, { name: 'b' }] } }, 1)).toHaveLength(1);
  });
});

it('loved tracks have the date they were loved, if it is one', () => {
  const [first, second] = toLovedTracks(bodyOf('loved-tracks'), 10);
  expect(first).toEqual({
    title: 'Song 1',
    artist: 'Moth & Lamp',
    songUrl: 'https://www.last.fm/music/Moth+&+Lamp/_/Song+1',
    imageUrl: null,
    lovedAt: new Date('2020-10-19T13:04:24.000Z'),
  });
  expect(second).toMatchObject({ title: 'Song 2', lovedAt: null });
  expect(toLovedTracks(bodyOf('loved-tracks'), 1)).toEqual([first]);
});

describe('the profile', () => {
  const registeredAt = new Date('2019-06-22T04:19:53.000Z');

  it('has name, counts, picture and date', () => {
    expect(toProfile(bodyOf('info'))).toEqual({
      name: 'Ada',
      displayName: 'Ada L.',
      url: 'https://www.last.fm/user/Ada',
      imageUrl: 'https://lastfm.freetls.fastly.net/i/u/300x300/0ddba110ddba110ddba110ddba110dd0.png',
      playcount: 138_223,
      artistCount: 5_120,
      trackCount: 30_110,
      albumCount: 9_800,
      registeredAt,
    });
  });

  it('has null for what Last.fm does not say, and reads the date that is sent as a number', () => {
    expect(toProfile(bodyOf('info-bare'))).toEqual({
      name: 'Ada',
      displayName: 'Ada',
      url: 'https://www.last.fm/user/Ada',
      imageUrl: null,
      playcount: 138_223,
      artistCount: null,
      trackCount: null,
      albumCount: null,
      registeredAt,
    });
  });

  it.each([{}, { user: null }, { user: {} }, { user: { name: '' } }, { user: [] }])('is null for %o', (body) => {
    expect(toProfile(body)).toBeNull();
  });
});

it.each([
  ['a list', bodyOf('recent-playing'), 'Ada'],
  ['a profile', bodyOf('info'), 'Ada'],
  ['a list that does not say', bodyOf('recent-odd'), null],
  ['nothing', {}, null],
])('whose data it is stands in %s', (_, body, owner) => {
  expect(ownerOf(body)).toBe(owner);
});

it('every reader takes any JSON object, and lists stay within the limit', () => {
  const entry = fc.oneof(
    fc.jsonValue(),
    fc.record({ name: fc.jsonValue(), date: fc.jsonValue(), image: fc.jsonValue() }),
  );
  const lists = ['recenttracks', 'toptracks', 'topartists', 'topalbums', 'lovedtracks', 'user'];
  const body = fc.dictionary(
    fc.constantFrom(...lists),
    fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom('track', 'artist', 'album', '@attr'), fc.oneof(entry, fc.array(entry))),
    ),
  );
  fc.assert(
    fc.property(body, fc.integer({ min: 1, max: 50 }), (json, limit) => {
      const wire = asObject(json) ?? {};
      for (const read of [toRecentTracks, toTopTracks, toTopArtists, toTopAlbums, toLovedTracks]) {
        expect(read(wire, limit).length).toBeLessThanOrEqual(limit);
      }
      for (const track of toRecentTracks(wire, limit)) expect(track.title).not.toBe('');
      toNowPlaying(wire);
      toProfile(wire);
      ownerOf(wire);
    }),
  );
});
