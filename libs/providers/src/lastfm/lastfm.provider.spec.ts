import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { type ListeningProvider, READS, type Read, type ReadOptions } from '#listening';
import { callRead, failureOf } from '#listening/testing';
import { register } from '../provider.js';
import { lastfm } from './lastfm.provider.js';
import { LastfmSettings } from './lastfm.settings.js';
import { namesOf, textOf } from './testing/fixtures.js';
import { KEY, listening } from './testing/lastfm-server.js';

const CHART = { period: '3month', limit: 7 } as const;

function call(provider: ListeningProvider, read: Read, options?: ReadOptions): Promise<unknown> {
  return callRead(provider, read, { list: { limit: 7 }, chart: CHART }, options);
}

describe('every read asks Last.fm the right question', () => {
  it.each([
    ['nowPlaying', 'recent-playing', { method: 'user.getRecentTracks', limit: '1' }],
    ['recentTracks', 'recent-playing', { method: 'user.getRecentTracks', limit: '7' }],
    ['topTracks', 'top-tracks', { method: 'user.getTopTracks', limit: '7', period: '3month' }],
    ['topArtists', 'top-artists', { method: 'user.getTopArtists', limit: '7', period: '3month' }],
    ['topAlbums', 'top-albums', { method: 'user.getTopAlbums', limit: '7', period: '3month' }],
    ['lovedTracks', 'loved-tracks', { method: 'user.getLovedTracks', limit: '7' }],
    ['profile', 'info', { method: 'user.getInfo' }],
  ] as const)('%s', async (read, body, question) => {
    const { provider, calls } = await listening('Ada', { status: 200, body: textOf('ok', body) });
    expect(await call(provider, read)).toBeTruthy();
    expect(calls).toEqual([{ user: 'Ada', api_key: KEY, format: 'json', ...question }]);
  });
});

describe.each(READS)('%s', (read) => {
  it('is not empty but fails when the answer is about something else', async () => {
    const { provider, calls } = await listening('Ada', { status: 200, body: textOf('not-ok', 'something-else') });
    expect((await failureOf(call(provider, read))).code).toBe('upstream_error');
    expect(calls).toHaveLength(3);
  });

  it("does not show somebody else's data", async () => {
    const name = read === 'profile' ? 'other-user-info' : 'other-user-recent';
    const { provider } = await listening('Ada', { status: 200, body: textOf('not-ok', name) });
    expect((await failureOf(call(provider, read))).code).toBe('upstream_error');
  });

  it('ends at once with upstream_timeout when it is given up', async () => {
    const { provider, calls } = await listening('Ada', undefined);
    const controller = new AbortController();
    const reading = failureOf(call(provider, read, { signal: controller.signal }));
    const isAsked = () => {
      expect(calls).toHaveLength(1);
    };
    await vi.waitFor(isAsked, { timeout: 5_000, interval: 10 });
    controller.abort();
    // Not by its own patience, which ends the same a while later.
    expect(await reading).toMatchObject({ code: 'upstream_timeout', message: 'The read from Last.fm was given up.' });
  });
});

describe('an answer that stays bad', () => {
  it.each([
    ['hidden history', 403, { error: 17, message: 'Login: User required to be logged in' }, 'forbidden', 1],
    ['unknown user', 404, { error: 6, message: 'User not found' }, 'provider_not_configured', 1],
    ['unknown user, status 200', 200, { error: 6, message: 'User not found' }, 'provider_not_configured', 1],
    ['unknown key', 403, { error: 10, message: 'Invalid API key' }, 'provider_not_configured', 1],
    ['suspended key', 403, { error: 26, message: 'API Key Suspended' }, 'provider_not_configured', 1],
    ['too many calls', 429, { error: 29, message: 'Rate Limit Exceded' }, 'upstream_rate_limited', 1],
    ['failed backend', 500, { error: 8, message: 'Operation failed' }, 'upstream_error', 3],
    ['failed backend, status 200', 200, { error: 8, message: 'Operation failed' }, 'upstream_error', 3],
    ['offline', 503, { error: 11, message: 'Service Offline' }, 'upstream_error', 3],
    ['bug of ours', 400, { error: 3, message: 'Invalid Method' }, 'upstream_error', 1],
  ] as const)('%s', async (_, status, body, code, attempts) => {
    const { provider, calls } = await listening('Ada', { status, body: JSON.stringify(body) });
    const error = await failureOf(provider.nowPlaying());
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/Last\.fm/);
    expect(error.remedy).toMatch(/\w+ \w+/);
    expect(calls).toHaveLength(attempts);
    expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain(KEY);
  });

  it('with too many calls says when it makes sense to come back, although Last.fm does not', async () => {
    const { provider, calls } = await listening('Ada', {
      status: 429,
      body: '{"error":29,"message":"Rate Limit Exceded"}',
    });
    const error = await failureOf(provider.nowPlaying());
    expect(error.retryAt?.getTime()).toBeGreaterThan(Date.now());
    expect((await failureOf(provider.profile())).code).toBe('upstream_rate_limited');
    expect(calls).toHaveLength(1);
  });
});

it('a method that asks for a pause while it fails leaves the others alone', async () => {
  const { provider } = await listening('Ada', ({ method }) =>
    method === 'user.getTopTracks'
      ? { status: 503, body: '{"error":16,"message":"Unavailable"}', headers: { 'retry-after': '600' } }
      : { status: 200, body: textOf('ok', 'recent-playing') },
  );
  expect((await failureOf(provider.topTracks(CHART))).retryAt).not.toBeNull();
  expect(await provider.nowPlaying()).toMatchObject({ kind: 'track' });
});

it.each(['https://lastfm.freetls.fastly.net', 'https://lastfm-img2.akamaized.net'])(
  'takes covers from %s',
  (origin) => {
    const settings = { LASTFM_API_KEY: KEY, LASTFM_USERNAME: 'ada' };
    const configured = register(lastfm).configure(Object.assign(new LastfmSettings(), settings));
    expect(configured?.artOrigins).toContain(origin);
  },
);

it('a user without a name is a fault', async () => {
  const { provider } = await listening('Ada', { status: 200, body: '{"user":{}}' });
  expect((await failureOf(provider.profile())).code).toBe('upstream_error');
});

it('makes no more calls a day than the settings say', () => {
  const settings = { LASTFM_API_KEY: KEY, LASTFM_USERNAME: 'ada', LASTFM_DAILY_CALLS: 200 };
  expect(register(lastfm).configure(Object.assign(new LastfmSettings(), settings))?.dailyCalls).toBe(200);
});

it('names every host that Last.fm has pictures on', () => {
  const pictures = namesOf('ok').flatMap((name) => textOf('ok', name).match(/https:[^"]+\.(png|jpg|gif)"/g) ?? []);
  const hosts = new Set(pictures.map((picture) => new URL(picture.slice(0, -1)).hostname));
  expect(hosts).toContain('lastfm.freetls.fastly.net');
  expect([...hosts].filter((host) => !lastfm.artHosts.includes(host))).toEqual([]);
});
