import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asObject } from '../wire.js';
import {
  entriesOf,
  toHistory,
  toLovedTracks,
  toNowPlaying,
  toProfile,
  toRunning,
  toTopArtists,
  toTopTracks,
} from './spotify.map.js';
import { bodyOf } from './testing/fixtures.js';

const NOW = Date.UTC(2026, 9, 20, 10, 5, 0);
const HARBOUR = 'https://i.scdn.co/image/ab67616d00harbour0640';
const HOURS = 'https://i.scdn.co/image/ab67616d00hours0640';

const lanterns = {
  title: 'Paper Lanterns',
  artist: 'The Night Ferry, Moth & Lamp',
  album: 'Harbour Lights',
  albumImageUrl: HARBOUR,
  songUrl: 'https://open.spotify.com/track/3paperlanterns000000001',
};

function song(number: number) {
  return {
    title: `Song ${number}`,
    artist: 'Moth & Lamp',
    album: 'Small Hours',
    albumImageUrl: HOURS,
    songUrl: `https://open.spotify.com/track/3song${number}000000000000000001`,
  };
}

const startedAt = new Date(NOW - 22_215);
const demo = { title: 'Demo 3', artist: 'The Home Band', album: '', albumImageUrl: null, songUrl: null };
const nothing = { artist: '', album: '', albumImageUrl: null, songUrl: null, durationMs: null };

describe('now playing', () => {
  it.each(['playing-track', 'playing-track-extended'])('is a track, in %s', (name) => {
    expect(toNowPlaying(bodyOf(name), NOW)).toEqual({ kind: 'track', ...lanterns, durationMs: 201_000, startedAt });
  });

  it('is a file of their own, without a page or a picture', () => {
    expect(toNowPlaying(bodyOf('playing-local'), NOW)).toEqual({
      kind: 'track',
      ...demo,
      durationMs: 273_000,
      startedAt,
    });
  });

  it('is an episode, with its show for an artist and its own picture', () => {
    expect(toNowPlaying(bodyOf('playing-episode'), NOW)).toEqual({
      kind: 'episode',
      title: 'Sleepless in the archive',
      artist: 'The Night Desk',
      album: '',
      albumImageUrl: 'https://i.scdn.co/image/ab6765630000episode0640',
      songUrl: 'https://open.spotify.com/episode/6nightdesk0000000000119',
      durationMs: 3_690_161,
      startedAt,
    });
  });

  it('is a chapter of an audiobook, with the book for an artist and its picture', () => {
    expect(toNowPlaying(bodyOf('playing-chapter'), NOW)).toMatchObject({
      kind: 'episode',
      title: 'Chapter 3',
      artist: "A Lighthouse of One's Own",
      albumImageUrl: 'https://i.scdn.co/image/ab6765630000show0640',
    });
  });

  it('is an advertisement, told in words', () => {
    expect(toNowPlaying(bodyOf('playing-ad'), NOW)).toEqual({
      kind: 'ad',
      title: 'Advertisement',
      ...nothing,
      startedAt: new Date(NOW - 4_000),
    });
  });

  it('is an advertisement even when an item comes with it', () => {
    const body = { ...bodyOf('playing-track'), currently_playing_type: 'ad' };
    expect(toNowPlaying(body, NOW)).toMatchObject({ kind: 'ad', title: 'Advertisement' });
  });

  it('is something unknown, without a start when there is no progress', () => {
    expect(toNowPlaying(bodyOf('playing-unknown'), NOW)).toEqual({
      kind: 'unknown',
      title: expect.stringMatching(/\w+ \w+/),
      ...nothing,
      startedAt: null,
    });
  });

  it.each([
    ['an episode that Spotify hides', bodyOf('playing-hidden-episode'), 'episode'],
    ['a track without an item', { is_playing: true, item: null, currently_playing_type: 'track' }, 'track'],
    ['a track without a name', { is_playing: true, item: { type: 'track', name: '' } }, 'track'],
    ['a kind that is new', { is_playing: true, item: null, currently_playing_type: 'hologram' }, 'unknown'],
    ['nothing but that it plays', { is_playing: true }, 'unknown'],
  ])('has a title in words for %s', (_, body, kind) => {
    const playing = toNowPlaying(body, NOW);
    expect(playing?.kind).toBe(kind);
    expect(playing?.title).toMatch(/\w+ \w+/);
  });

  it('takes the kind from the item when it has one', () => {
    const body = { ...bodyOf('playing-episode'), currently_playing_type: 'unknown' };
    expect(toNowPlaying(body, NOW)?.kind).toBe('episode');
  });

  it.each([
    ['paused', bodyOf('playing-track-paused')],
    ['no answer', {}],
    ['an answer of something else', bodyOf('me')],
    ['a player that says it in another way', { is_playing: 'yes', item: {} }],
  ])('is null for %s', (_, body) => {
    expect(toNowPlaying(body, NOW)).toBeNull();
    expect(toRunning(body)).toBeNull();
  });

  it('has no length of zero', () => {
    const body = { is_playing: true, item: { name: 'x', type: 'track', duration_ms: 0 } };
    expect(toNowPlaying(body, NOW)?.durationMs).toBeNull();
  });
});

describe('what is on, as a line of the history', () => {
  it.each([
    ['playing-track', lanterns],
    ['playing-local', demo],
  ])('is %s', (name, expected) => {
    expect(toRunning(bodyOf(name))).toEqual({ ...expected, nowPlaying: true, playedAt: null });
  });

  it('is an episode', () => {
    expect(toRunning(bodyOf('playing-episode'))?.title).toBe('Sleepless in the archive');
  });

  it.each(['playing-ad', 'playing-unknown', 'playing-hidden-episode'])('is nothing for %s', (name) => {
    expect(toRunning(bodyOf(name))).toBeNull();
  });

  it('is nothing for an advertisement with an item', () => {
    expect(toRunning({ ...bodyOf('playing-track'), currently_playing_type: 'ad' })).toBeNull();
  });
});

describe('the history', () => {
  it('has the moment that Spotify says', () => {
    const playedAt = ['2026-10-20T10:03:38.497Z', '2026-10-20T10:00:00.000Z', '2026-10-20T09:55:00.000Z'];
    expect(toHistory(entriesOf(bodyOf('history')))).toEqual(
      [song(1), song(2), lanterns].map((line, index) => ({
        ...line,
        nowPlaying: false,
        playedAt: new Date(playedAt[index] ?? ''),
      })),
    );
  });

  it('is empty where there are no cursors', () => {
    expect(toHistory(entriesOf(bodyOf('history-empty')))).toEqual([]);
  });

  it('is put in order, and leaves out what is null or has no name', () => {
    const lines = toHistory(entriesOf(bodyOf('history-odd')));
    expect(lines.map(({ title }) => title)).toEqual(['Song 4', 'Song 3', 'Demo 3', 'Song of nobody', 'Song 6']);
    expect(lines.slice(2)).toMatchObject([
      { ...demo, playedAt: new Date('2026-10-20T08:00:00Z') },
      { artist: '', album: '', albumImageUrl: null, songUrl: null, playedAt: null },
      { album: 'Small Hours', albumImageUrl: null, playedAt: null },
    ]);
  });
});

it('the chart of tracks is ranked without gaps, and counts nothing', () => {
  const items = toTopTracks(entriesOf(bodyOf('top-tracks')));
  const { title, artist, songUrl, albumImageUrl: imageUrl } = lanterns;
  expect(items[0]).toEqual({ rank: 1, title, artist, playcount: null, songUrl, imageUrl });
  expect(items.map((item) => [item.rank, item.title])).toEqual([
    [1, 'Paper Lanterns'],
    [2, 'Song 1'],
    [3, 'Song 3'],
  ]);
});

it('the chart of artists is ranked without gaps, in both shapes', () => {
  const page = 'https://open.spotify.com/artist/';
  expect(toTopArtists(entriesOf(bodyOf('top-artists')))).toEqual([
    {
      rank: 1,
      name: 'The Night Ferry',
      playcount: null,
      url: `${page}7nightferry000000000001`,
      imageUrl: 'https://i.scdn.co/image/ab6761610000ferry0640',
    },
    { rank: 2, name: 'Moth & Lamp', playcount: null, url: `${page}7mothandlamp00000000001`, imageUrl: null },
  ]);
});

it('saved tracks are read from track and from item, whatever stands beside it', () => {
  const { title, artist, songUrl, albumImageUrl: imageUrl } = lanterns;
  const saved = toLovedTracks(entriesOf(bodyOf('saved-tracks')));
  expect(saved).toEqual([
    { title, artist, songUrl, imageUrl, lovedAt: new Date('2026-02-23T13:28:26Z') },
    expect.objectContaining({ title: 'Song 1', lovedAt: null }),
  ]);
});

it('an entry is about its item where a track of before stands beside it', () => {
  const entry = { item: { name: 'Now' }, track: { name: 'Before' } };
  expect(toLovedTracks([entry]).map(({ title }) => title)).toEqual(['Now']);
});

describe('the profile', () => {
  const counts = { playcount: null, artistCount: null, trackCount: null, albumCount: null, registeredAt: null };

  it('has name, page and picture', () => {
    expect(toProfile(bodyOf('me'))).toEqual({
      name: 'ada1815',
      displayName: 'Ada L.',
      url: 'https://open.spotify.com/user/ada1815',
      imageUrl: 'https://i.scdn.co/image/ab6775700000ada300',
      ...counts,
    });
  });

  it('has the name again where there is no other', () => {
    expect(toProfile(bodyOf('me-bare'))).toEqual({
      name: 'ada1815',
      displayName: 'ada1815',
      url: null,
      imageUrl: null,
      ...counts,
    });
  });

  it.each([{}, { id: null }, { id: '' }, { id: 7 }])('is null for %o', (body) => {
    expect(toProfile(body)).toBeNull();
  });
});

it('every reader takes any JSON object', () => {
  const subject = fc.oneof(
    fc.jsonValue(),
    fc.record({
      name: fc.oneof(fc.string(), fc.jsonValue()),
      type: fc.oneof(fc.constantFrom('track', 'episode', 'ad'), fc.jsonValue()),
      duration_ms: fc.jsonValue(),
      album: fc.oneof(fc.jsonValue(), fc.record({ name: fc.jsonValue(), images: fc.array(fc.jsonValue()) })),
      artists: fc.array(fc.jsonValue()),
      show: fc.jsonValue(),
    }),
  );
  const entry = fc.record({ item: subject, track: subject, played_at: fc.jsonValue(), added_at: fc.jsonValue() });
  const body = fc.record({
    items: fc.oneof(fc.jsonValue(), fc.array(fc.oneof(entry, subject))),
    is_playing: fc.oneof(fc.constant(true), fc.jsonValue()),
    item: subject,
    currently_playing_type: fc.jsonValue(),
    progress_ms: fc.oneof(fc.maxSafeNat(), fc.jsonValue()),
    id: fc.jsonValue(),
  });
  fc.assert(
    fc.property(body, (json) => {
      const wire = asObject(json) ?? {};
      const entries = entriesOf(wire);
      for (const { title } of [...toHistory(entries), ...toTopTracks(entries), ...toLovedTracks(entries)]) {
        expect(title).not.toBe('');
      }
      toTopArtists(entries);
      toRunning(wire);
      toProfile(wire);
      const playing = toNowPlaying(wire, NOW);
      if (!playing) return;
      expect(playing.title).not.toBe('');
      if (playing.startedAt) expect(playing.startedAt.getTime()).toBeLessThanOrEqual(NOW);
    }),
  );
});
