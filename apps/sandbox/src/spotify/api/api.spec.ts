import { beforeEach, describe, expect, it } from 'vitest';
import { spotifyUnderTest } from '../../testing/spotify-under-test.js';
import { pick, pickKeys } from '../../testing/pick.js';
import { spotifyApps } from '../apps.js';

const sandbox = await spotifyUnderTest();

beforeEach(async () => {
  await sandbox.control('POST', '/reset');
  await sandbox.control('PUT', '/clock', { offsetMs: 0 });
});

function errorBody(status: number, message: string): string {
  return JSON.stringify({ error: { status, message } });
}

const forbidden = '{"error": {"status": 403, "message": "Forbidden" } }';
const premium =
  'Active premium subscription required for the owner of the app. ' +
  'When the subscription status changes, it can take a few hours before requests are allowed again.';

describe('the bearer', () => {
  it('must be there, be one, be known and not be over', async () => {
    const said = async (response: Response): Promise<unknown> => [response.status, await response.text()];
    expect(await said(await sandbox.get('me', null))).toEqual([401, errorBody(401, 'No token provided')]);
    expect(await said(await sandbox.get('me', 'abc'))).toEqual([401, errorBody(401, 'Invalid access token')]);
    const basic = await fetch(`${sandbox.spotify.apiUrl}/me`, { headers: { authorization: 'Basic abc' } });
    expect(await said(basic)).toEqual([400, errorBody(400, 'Only valid bearer authentication supported')]);
    const { accessToken } = await sandbox.tokens();
    await sandbox.set('POST', '/spotify/expire');
    const expired = await sandbox.get('me', accessToken);
    expect(expired.headers.get('www-authenticate')).toBe(
      'Bearer realm="spotify", error="invalid_token", error_description="The access token expired"',
    );
    expect(await said(expired)).toEqual([401, errorBody(401, 'The access token expired')]);
    expect((await sandbox.get('me', (await sandbox.tokens()).accessToken)).status).toBe(200);
  });

  it.each([
    ['me/player', 401, 'Permissions missing'],
    ['me/player/currently-playing', 401, 'Permissions missing'],
    ['me/player/queue', 401, 'Permissions missing'],
    ['me/player/recently-played', 403, 'Insufficient client scope'],
    ['me/top/tracks', 403, 'Insufficient client scope'],
    ['me/tracks', 403, 'Insufficient client scope'],
    ['me/playlists', 403, 'Insufficient client scope'],
    ['me/following?type=artist', 403, 'Insufficient client scope'],
  ])('without its scope: %s says %i %s', async (path, status, message) => {
    const { accessToken } = await sandbox.tokens({ scopes: ['user-read-private'] });
    const response = await sandbox.get(path, accessToken);
    expect([response.status, await response.text()]).toEqual([status, errorBody(status, message)]);
  });

  it('queue wants both of its scopes', async () => {
    const { accessToken } = await sandbox.tokens({ scopes: ['user-read-currently-playing'] });
    expect((await sandbox.get('me/player/queue', accessToken)).status).toBe(401);
    expect((await sandbox.get('me/player/currently-playing', accessToken)).status).toBe(200);
  });

  it('of an app alone knows no person', async () => {
    const answer: unknown = await (await sandbox.token({ grant_type: 'client_credentials' })).json();
    expect((await sandbox.get('me', String(pick(answer, 'access_token')))).status).toBe(401);
  });
});

describe('what the API says when something is wrong', () => {
  it.each([
    ['owner-premium', {}, 403, 'text/plain', premium],
    [
      'not-registered',
      {},
      403,
      'text/plain',
      'Check settings on developer.spotify.com/dashboard, the user may not be registered.',
    ],
    ['not-registered', { wording: 'old' }, 403, 'text/plain', 'User not registered in the Developer Dashboard'],
    ['forbidden', {}, 403, 'application/json', forbidden],
    [
      'country',
      {},
      403,
      'application/json',
      '{ "error" : { "status" : 403, "message" : "Spotify is unavailable in this country" } }',
    ],
    ['insufficient-scope', {}, 403, 'application/json', errorBody(403, 'Insufficient client scope')],
    ['permissions-missing', {}, 401, 'application/json', errorBody(401, 'Permissions missing')],
    ['expired', {}, 401, 'application/json', errorBody(401, 'The access token expired')],
    ['invalid-token', {}, 401, 'application/json', errorBody(401, 'Invalid access token')],
    ['rate-limited', {}, 429, 'application/json', errorBody(429, 'API rate limit exceeded')],
    ['rate-limited', { body: 'text' }, 429, 'text/plain', 'Too many requests'],
    ['rate-limited', { body: 'empty' }, 429, 'text/plain', ''],
    [
      'quota',
      {},
      429,
      'application/json',
      '{"error":{"status":429,"message":"Too many requests","reason":"QUOTA_EXCEEDED"}}',
    ],
    ['server-error', {}, 500, 'application/json', errorBody(500, 'Server error.')],
    ['bad-gateway', {}, 502, 'application/json', errorBody(502, 'Bad gateway.')],
    ['unavailable', {}, 503, 'application/json', errorBody(503, 'Service unavailable')],
    [
      'unavailable-text',
      {},
      503,
      'text/plain',
      'upstream connect error or disconnect/reset before headers. reset reason: connection termination',
    ],
    ['gateway-timeout', {}, 504, 'text/plain', 'upstream request timeout'],
    ['bad-request', {}, 400, 'application/json', errorBody(400, 'Bad request')],
    ['not-found', {}, 404, 'application/json', errorBody(404, 'Resource not found')],
    ['empty-200', {}, 200, 'text/plain', ''],
  ])('%s %o', async (scenario, more, status, type, body) => {
    await sandbox.apiScenario(scenario, more);
    const response = await sandbox.get('me');
    expect([response.status, await response.text()]).toEqual([status, body]);
    expect(response.headers.get('content-type')).toContain(type);
    if (scenario === 'empty-200' || body === '') expect(response.headers.get('content-length')).toBe('0');
  });

  it('miscounted lists count one more than they have', async () => {
    const countOf = async (path: string): Promise<number> => {
      const said = (await (await sandbox.get(path)).json()) as { total?: number; artists?: { total: number } };
      return said.total ?? said.artists?.total ?? 0;
    };
    for (const path of ['me/tracks?limit=50', 'me/following?type=artist&limit=50']) {
      const usual = await countOf(path);
      await sandbox.apiScenario('miscounted');
      expect(await countOf(path)).toBe(usual + 1);
      await sandbox.apiScenario('normal');
    }
  });

  it('lost pages have no entries, and count them', async () => {
    const page = async (path: string): Promise<{ items: unknown[]; total: number }> =>
      (await (await sandbox.get(path)).json()) as { items: unknown[]; total: number };
    const [first, second] = ['me/tracks?limit=2', 'me/tracks?limit=2&offset=2'] as const;
    const usual = await page(second);
    expect(usual.items).toHaveLength(2);
    await sandbox.apiScenario('lost-pages');
    expect(await page(second)).toEqual({ ...usual, items: [] });
    expect((await page(first)).items).toHaveLength(2);
  });

  it('rate limits say how long only when they are told to, quotas for hours', async () => {
    const retryAfter = async (): Promise<string | null> => (await sandbox.get('me')).headers.get('retry-after');
    await sandbox.apiScenario('rate-limited');
    expect(await retryAfter()).toBeNull();
    await sandbox.apiScenario('rate-limited', { body: 'text', retryAfter: 19_056 });
    expect(await retryAfter()).toBe('19056');
    await sandbox.apiScenario('quota');
    expect(await retryAfter()).toBe('48925');
  });

  it('token-missing-once is over after one call', async () => {
    await sandbox.apiScenario('token-missing-once');
    expect(await (await sandbox.get('me')).text()).toBe(errorBody(401, 'Access token missing'));
    expect((await sandbox.get('me')).status).toBe(200);
  });

  it('can be for one endpoint, and has the faults of the wire', async () => {
    await sandbox.apiScenario('html', { endpoint: 'me/player' });
    expect(await (await sandbox.get('me/player')).text()).toContain('<html>');
    expect((await sandbox.get('me')).status).toBe(200);
    expect((await sandbox.control('PUT', '/spotify', { scenario: 'html', endpoint: 'me/nothing' })).status).toBe(400);
    expect((await sandbox.control('PUT', '/spotify', { scenario: 'html', method: 'me' })).status).toBe(400);
  });

  it('premium closes everything until it is back, though tokens are still given', async () => {
    const { accessToken, refreshToken } = await sandbox.tokens();
    await sandbox.switches({ premium: false });
    for (const path of ['me', 'me/player', 'me/tracks', 'nothing']) {
      const response = await sandbox.get(path, accessToken);
      expect([response.status, await response.text()]).toEqual([403, premium]);
    }
    expect((await sandbox.refresh(refreshToken)).status).toBe(200);
    expect((await sandbox.get('me', 'abc')).status).toBe(401);
    await sandbox.switches({ premium: true });
    expect((await sandbox.get('me', accessToken)).status).toBe(200);
  });
});

describe('development mode', () => {
  it.each([
    ['GET', 'tracks?ids=a'],
    ['GET', 'users/ada1815.sandbox'],
    ['GET', 'users/ada1815.sandbox/playlists'],
    ['POST', 'users/ada1815.sandbox/playlists'],
    ['GET', 'me/tracks/contains?ids=a'],
    ['PUT', 'me/tracks'],
    ['DELETE', 'me/albums'],
    ['GET', 'browse/new-releases'],
    ['GET', 'markets'],
    ['GET', 'playlists/x/tracks'],
    ['POST', 'playlists/x/tracks'],
  ])('has no %s %s', async (method, path) => {
    const response = await sandbox.send(method, path);
    expect([response.status, await response.text()]).toEqual([403, forbidden]);
  });

  it('tells an endpoint that never was from one that is gone', async () => {
    expect((await sandbox.get('me/nothing')).status).toBe(404);
    await sandbox.switches({ mode: 'extended' });
    expect((await sandbox.get('tracks?ids=a')).status).toBe(501);
  });
});

describe('me', () => {
  it('has what the mode and the scopes allow', async () => {
    const keys = async (...scopes: string[]): Promise<string[]> =>
      pickKeys(await sandbox.json('me', (await sandbox.tokens({ scopes })).accessToken)).sort();
    const always = ['account_id', 'display_name', 'external_urls', 'href', 'id', 'images', 'type', 'uri'];
    expect(await keys('user-read-private', 'user-read-email')).toEqual(always);
    await sandbox.switches({ mode: 'extended' });
    expect(await keys()).toEqual([...always, 'followers'].sort());
    expect(await keys('user-read-private', 'user-read-email')).toEqual(
      [...always, 'followers', 'country', 'email', 'explicit_content', 'product'].sort(),
    );
    await sandbox.switches({ mode: 'legacy' });
    expect(await keys()).not.toContain('account_id');
  });
});

describe('the common ledger', () => {
  it('names the endpoints, and holds no token', async () => {
    const { accessToken } = await sandbox.tokens({ clientId: spotifyApps.second.clientId });
    await sandbox.get('me/tracks?limit=2', accessToken);
    await sandbox.get('users/x', accessToken);
    await sandbox.authorize();
    const ledger = await sandbox.set('GET', '/ledger');
    expect(pick(ledger, 'counts')).toEqual({
      'spotify me/tracks': 1,
      'spotify unknown': 1,
      'spotify accounts authorize': 1,
    });
    expect(pick(ledger, 'calls', 0)).toMatchObject({
      path: '/spotify/v1/me/tracks',
      query: { limit: '2' },
      status: 200,
    });
    expect(JSON.stringify(ledger)).not.toContain(accessToken);
  });
});
