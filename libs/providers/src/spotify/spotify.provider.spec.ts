import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import type { ProviderError } from '#listening';
import { type ListeningProvider, READS, type Read, type ReadOptions } from '#listening';
import { callRead, failureOf } from '#listening/testing';
import { register } from '../provider.js';
import { spotify } from './spotify.provider.js';
import { SpotifySettings } from './spotify.settings.js';
import { textOf } from './testing/fixtures.js';
import { type Call, GONE, NOW, type Said, TOKEN, listening } from './testing/spotify-server.js';

const CHART = { period: '3month', limit: 7 } as const;
const NOTHING_ON: Said = { status: 204, body: '' };

function call(provider: ListeningProvider, read: Read, options?: ReadOptions): Promise<unknown> {
  return callRead(provider, read, { list: { limit: 7 }, chart: CHART }, options);
}

/** A Spotify that has one good answer to everything. */
function says({ path }: Call): Said {
  const bodies: Readonly<Record<string, string>> = {
    'me/player/currently-playing': 'playing-track',
    'me/player/recently-played': 'history',
    'me/top/tracks': 'top-tracks',
    'me/top/artists': 'top-artists',
    'me/tracks': 'saved-tracks',
    me: 'me',
  };
  const name = bodies[path];
  return name === undefined ? { status: 403, body: 'Forbidden' } : { body: textOf(name) };
}

function refused(status: number, message: string): Said {
  return { status, body: JSON.stringify({ error: { status, message } }) };
}

describe('every read asks Spotify the right question, with a token that is allowed it and no more', () => {
  const playing = { path: 'me/player/currently-playing', query: { additional_types: 'track,episode' } };
  const scopes = {
    playing: ['user-read-currently-playing'],
    history: ['user-read-recently-played'],
    top: ['user-top-read'],
    library: ['user-library-read'],
  };

  it.each<[Read, Pick<Call, 'path' | 'query'>[], string[][]]>([
    ['nowPlaying', [playing], [scopes.playing]],
    [
      'recentTracks',
      [playing, { path: 'me/player/recently-played', query: { limit: '6' } }],
      [scopes.playing, scopes.history],
    ],
    [
      'topTracks',
      [{ path: 'me/top/tracks', query: { time_range: 'medium_term', limit: '7', offset: '0' } }],
      [scopes.top],
    ],
    [
      'topArtists',
      [{ path: 'me/top/artists', query: { time_range: 'medium_term', limit: '7', offset: '0' } }],
      [scopes.top],
    ],
    [
      'topAlbums',
      [{ path: 'me/top/tracks', query: { time_range: 'medium_term', limit: '50', offset: '0' } }],
      [scopes.top],
    ],
    ['lovedTracks', [{ path: 'me/tracks', query: { limit: '7', offset: '0' } }], [scopes.library]],
    ['profile', [{ path: 'me', query: {} }], [[]]],
  ])('%s', async (read, questions, needed) => {
    const { provider, calls, needs } = await listening(says);
    expect(await call(provider, read)).toBeTruthy();
    expect(calls).toEqual(
      questions.map((question) => ({ ...question, method: 'GET', authorization: `Bearer ${TOKEN}`, body: '' })),
    );
    expect(needs).toEqual(needed.map((each) => ({ scopes: each })));
  });
});

it('now playing started as long ago as Spotify says that it has played', async () => {
  const { provider } = await listening(says);
  expect((await provider.nowPlaying())?.startedAt).toEqual(new Date(NOW - 22_215));
});

it.each([NOTHING_ON, { body: '' }, { body: textOf('playing-track-paused') }])('nothing is on: %o', async (said) => {
  const { provider, calls } = await listening(() => said);
  expect(await provider.nowPlaying()).toBeNull();
  expect(calls).toHaveLength(1);
});

describe('recent tracks', () => {
  /** A history of so many plays, without a name for those that have gone; it sends as many as it is asked for. */
  function historyOf(plays: number, gone: readonly number[] = []) {
    const items = Array.from({ length: plays }, (_, index) => ({
      track: { name: gone.includes(index) ? '' : `Play ${index}`, type: 'track' },
      played_at: new Date(NOW - index * 200_000).toISOString(),
    }));
    return ({ query }: Call): Said => ({ body: JSON.stringify({ items: items.slice(0, Number(query['limit'])) }) });
  }

  function player(on: Said, history: (asked: Call) => Said) {
    return (asked: Call): Said => (asked.path.endsWith('currently-playing') ? on : history(asked));
  }

  const ON: Said = { body: textOf('playing-track') };

  it.each([1, 2, 10, 50])('are exactly %d, with the song that is on for the first', async (limit) => {
    const { provider } = await listening(player(ON, historyOf(50)));
    const tracks = await provider.recentTracks({ limit });
    expect(tracks).toHaveLength(limit);
    expect(tracks.map(({ nowPlaying }) => nowPlaying)).toEqual(tracks.map((_, index) => index === 0));
    expect(tracks[0]).toMatchObject({ title: 'Paper Lanterns', playedAt: null });
  });

  it.each([1, 50])('are exactly %d when nothing is on', async (limit) => {
    const { provider } = await listening(player(NOTHING_ON, historyOf(50)));
    const tracks = await provider.recentTracks({ limit });
    expect(tracks).toHaveLength(limit);
    expect(tracks.some(({ nowPlaying }) => nowPlaying)).toBe(false);
  });

  it('need no history for the one song that is on', async () => {
    const { provider, calls } = await listening(player(ON, historyOf(50)));
    await provider.recentTracks({ limit: 1 });
    expect(calls).toHaveLength(1);
  });

  it('do not begin with an advertisement', async () => {
    const { provider } = await listening(player({ body: textOf('playing-ad') }, historyOf(50)));
    expect(await provider.recentTracks({ limit: 3 })).toMatchObject([
      { title: 'Play 0', nowPlaying: false },
      { title: 'Play 1' },
      { title: 'Play 2' },
    ]);
  });

  it('are as many as asked for although some have gone', async () => {
    const { provider, calls } = await listening(player(NOTHING_ON, historyOf(50, [1, 2])));
    const tracks = await provider.recentTracks({ limit: 4 });
    expect(tracks.map(({ title }) => title)).toEqual(['Play 0', 'Play 3', 'Play 4', 'Play 5']);
    expect(calls).toHaveLength(3);
  });

  it.each([
    [20, [], 20],
    [20, [3], 19],
    [50, [3], 49],
  ])('are fewer when there are only %d of which %o have gone, and nobody asks again', async (plays, gone, expected) => {
    const { provider, calls } = await listening(player(NOTHING_ON, historyOf(plays, gone)));
    expect(await provider.recentTracks({ limit: 50 })).toHaveLength(expected);
    expect(calls).toHaveLength(2);
  });
});

describe('lists in pages', () => {
  /** A list of so many, null where it is dead. Its `next` leads to a path that is closed. */
  function listOf(total: number, entry: (index: number) => object | null) {
    return ({ query }: Call): Said => {
      const [limit, offset] = [Number(query['limit']), Number(query['offset'])];
      const items = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, i) => entry(offset + i));
      return { body: JSON.stringify({ items, total, limit, offset, next: 'http://127.0.0.1:1/v1/users/ada/x' }) };
    };
  }
  const saved = (index: number) => ({ added_at: '2026-02-23T13:28:26Z', track: { name: `Saved ${index}` } });
  const offsets = (calls: readonly Call[]) => calls.map(({ query }) => query['offset']);

  it('go on after dead entries, by offsets of their own', async () => {
    const { provider, calls } = await listening(listOf(90, (index) => (index % 2 === 0 ? saved(index) : null)));
    const loved = await provider.lovedTracks({ limit: 10 });
    expect(loved.map(({ title }) => title)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18].map((i) => `Saved ${i}`));
    expect(offsets(calls)).toEqual(['0', '10']);
  });

  it('end where the upstream ends', async () => {
    const { provider, calls } = await listening(listOf(12, saved));
    expect(await provider.lovedTracks({ limit: 50 })).toHaveLength(12);
    expect(offsets(calls)).toEqual(['0']);
  });

  it('that are dead throughout are given up', async () => {
    const { provider, calls } = await listening(listOf(5_000, () => null));
    expect(await provider.lovedTracks({ limit: 50 })).toEqual([]);
    expect(offsets(calls)).toEqual(['0', '50', '100']);
  });

  it('are ranked through all pages', async () => {
    const { provider } = await listening(listOf(90, (index) => (index === 1 ? null : { name: `Track ${index}` })));
    const { items } = await provider.topTracks({ period: '6month', limit: 3 });
    expect(items.map(({ rank, title }) => [rank, title])).toEqual([
      [1, 'Track 0'],
      [2, 'Track 2'],
      [3, 'Track 3'],
    ]);
  });

  it('of tracks are read for a hundred to work the albums out, however many are asked for', async () => {
    const track = (index: number) => ({
      name: `Track ${index}`,
      album: { id: `a${index >> 1}`, name: `A ${index >> 1}` },
    });
    const { provider, calls } = await listening(listOf(2_742, track));
    const { items, derivation } = await provider.topAlbums({ period: 'overall', limit: 3 });
    expect(items.map(({ title }) => title)).toEqual(['A 0', 'A 1', 'A 2']);
    expect(derivation).toContain('100 top tracks of about the last year');
    expect(calls.map(({ query }) => query['time_range'])).toEqual(['long_term', 'long_term']);
    expect(offsets(calls)).toEqual(['0', '50']);
  });

  it('are empty for a new account', async () => {
    const { provider } = await listening(() => ({ body: textOf('top-tracks-none') }));
    expect(await provider.topTracks({ period: '6month', limit: 3 })).toEqual({ items: [], derivation: null });
    expect((await provider.topAlbums({ period: '6month', limit: 3 })).items).toEqual([]);
  });
});

it('a chart that asks for a pause while it fails leaves what plays alone', async () => {
  const { provider } = await listening((asked) =>
    asked.path.startsWith('me/top') ? { status: 503, headers: { 'retry-after': '600' }, body: '' } : says(asked),
  );
  expect((await failureOf(provider.topTracks(CHART))).retryAt).not.toBeNull();
  expect(await provider.nowPlaying()).toMatchObject({ title: 'Paper Lanterns' });
});

it('a chart of a period that Spotify does not have says what it is of', async () => {
  const { provider } = await listening(says);
  expect((await provider.topArtists({ period: '7day', limit: 1 })).derivation).toContain('four weeks');
  expect((await provider.topTracks({ period: '1month', limit: 1 })).derivation).toBeNull();
});

describe.each(READS)('%s', (read) => {
  it('asks again, once, with another token when Spotify refuses the first', async () => {
    const { provider, calls, needs } = await listening((asked) =>
      asked.authorization.endsWith('-1') ? refused(401, 'The access token expired') : says(asked),
    );
    expect(await call(provider, read)).toBeTruthy();
    expect(calls.slice(0, 2).map(({ authorization }) => authorization)).toEqual([
      `Bearer ${TOKEN}`,
      `Bearer ${TOKEN.replace(/1$/, '2')}`,
    ]);
    expect(needs[1]).toEqual({ scopes: needs[0]?.scopes, rejected: TOKEN });
  });

  it('ends in reauthorization_required when Spotify refuses every token', async () => {
    const { provider, calls } = await listening(() => refused(401, 'Invalid access token'));
    expect((await failureOf(call(provider, read))).code).toBe('reauthorization_required');
    expect(calls).toHaveLength(2);
  });

  it('ends with what the credentials say, and calls nobody', async () => {
    const { provider, calls } = await listening(says, GONE);
    expect((await failureOf(call(provider, read))).code).toBe('reauthorization_required');
    expect(calls).toHaveLength(0);
  });

  it('fails when the answer is about something else', async () => {
    const { provider } = await listening(() => ({ body: '{"tracks":[]}' }));
    expect((await failureOf(call(provider, read))).code).toBe('upstream_error');
  });

  it('ends at once with upstream_timeout when it is given up while Spotify is silent', async () => {
    const { provider, calls } = await listening(() => undefined);
    const controller = new AbortController();
    const reading = failureOf(call(provider, read, { signal: controller.signal }));
    const isAsked = () => {
      expect(calls).toHaveLength(1);
    };
    await vi.waitFor(isAsked, { timeout: 5_000, interval: 10 });
    controller.abort();
    // Not by its own patience, which ends the same a while later.
    expect(await reading).toMatchObject({ code: 'upstream_timeout', message: 'The read from Spotify was given up.' });
  });

  it('ends at once with upstream_timeout when it is given up while a token is exchanged for another', async () => {
    const controller = new AbortController();
    const { provider } = await listening(() => refused(401, 'The access token expired'), {
      accessToken: ({ rejected }) => {
        if (rejected === undefined) return Promise.resolve(TOKEN);
        controller.abort();
        return new Promise(() => undefined);
      },
    });
    const reading = failureOf(call(provider, read, { signal: controller.signal }));
    expect((await reading).code).toBe('upstream_timeout');
  });

  it('ends at once with upstream_timeout when it is given up while a token is on its way', async () => {
    const { provider } = await listening(says, { accessToken: () => new Promise(() => undefined) });
    const controller = new AbortController();
    const reading = failureOf(call(provider, read, { signal: controller.signal }));
    controller.abort();
    expect((await reading).code).toBe('upstream_timeout');
  });

  it('is not begun when it was given up before', async () => {
    const { provider, calls } = await listening(says, { accessToken: () => new Promise(() => undefined) });
    expect((await failureOf(call(provider, read, { signal: AbortSignal.abort() }))).code).toBe('upstream_timeout');
    expect(calls).toHaveLength(0);
  });
});

describe('an answer that stays bad', () => {
  const OWNER = 'Active premium subscription required for the owner of the app.';

  it.each<[string, Said, ProviderError['code'], number]>([
    ['owner without Premium', { status: 403, body: OWNER }, 'owner_premium_required', 1],
    [
      'listener not on the list',
      { status: 403, body: 'User not registered in the Developer Dashboard' },
      'user_not_registered',
      1,
    ],
    ['player without scope', refused(401, 'Permissions missing'), 'insufficient_scope', 1],
    ['anything without scope', refused(403, 'Insufficient client scope'), 'insufficient_scope', 1],
    ['endpoint gone', refused(403, 'Forbidden'), 'not_supported', 1],
    ['country', refused(403, 'Spotify is unavailable in this country'), 'country_unavailable', 1],
    ['not found', refused(404, 'Resource not found'), 'upstream_error', 1],
    ['too many calls', { status: 429, body: 'Too many requests' }, 'upstream_rate_limited', 1],
    ['token lost every time', refused(401, 'Access token missing'), 'upstream_error', 3],
    ['server fault', refused(500, 'Server error.'), 'upstream_error', 3],
    ['gateway', { status: 503, body: 'upstream connect error' }, 'upstream_error', 3],
    ['a page', { body: '<html></html>' }, 'upstream_error', 3],
  ])('%s', async (_, said, code, attempts) => {
    const { provider, calls } = await listening(() => said);
    const error = await failureOf(provider.nowPlaying());
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/Spotify/);
    expect(error.remedy).toMatch(/\w+ \w+/);
    expect(calls).toHaveLength(attempts);
    expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain(TOKEN.slice(0, 10));
  });

  it('does not repeat a token that the answer repeats', async () => {
    const { provider } = await listening(({ authorization }) => refused(400, `Bad header: ${authorization}`));
    const error = await failureOf(provider.nowPlaying());
    expect(error.message).toContain('Bad header');
    expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain(TOKEN.slice(0, 10));
  });

  it('says how long the quota is spent, and that it is the quota, at the next read too', async () => {
    const body = JSON.stringify({ error: { status: 429, message: 'Too many requests', reason: 'QUOTA_EXCEEDED' } });
    const { provider, calls } = await listening(() => ({ status: 429, headers: { 'retry-after': '48925' }, body }));
    for (const read of ['nowPlaying', 'profile'] as const) {
      const error = await failureOf(provider[read]());
      expect(error.code).toBe('upstream_rate_limited');
      expect(error.retryAt?.getTime()).toBeGreaterThan(NOW + 48_925_000);
      expect(error.remedy).toContain('developer account');
      expect(error.isQuotaSpent).toBe(true);
    }
    expect(calls).toHaveLength(1);
  });

  it('once, that a token was lost, is made good by the next try', async () => {
    let first = true;
    const { provider, calls } = await listening((asked) => {
      const said = first ? refused(401, 'Access token missing') : says(asked);
      first = false;
      return said;
    });
    expect((await provider.nowPlaying())?.title).toBe('Paper Lanterns');
    expect(calls.map(({ authorization }) => authorization)).toEqual([`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]);
  });
});

it('a user without a name is a fault', async () => {
  const { provider } = await listening(() => ({ body: '{"id":""}' }));
  expect((await failureOf(provider.profile())).code).toBe('upstream_error');
});

it.each(['https://i.scdn.co', 'https://image-cdn-ak.spotifycdn.com', 'https://image-cdn-fa.spotifycdn.com'])(
  'takes covers from %s',
  (origin) => {
    const settings = Object.assign(new SpotifySettings(), { SPOTIFY_CLIENT_ID: 'a11ce0000000000000000000000a11ce' });
    expect(register(spotify).configure(settings)?.artOrigins).toContain(origin);
  },
);
