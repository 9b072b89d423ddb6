import { beforeEach, describe, expect, it } from 'vitest';
import { pick, pickKeys } from '../../testing/pick.js';
import { newProof, redirectUri, spotifyUnderTest, tokensOf } from '../../testing/spotify-under-test.js';
import { spotifyApps } from '../apps.js';
import { sixMonthsAfter } from './grants.js';

const sandbox = await spotifyUnderTest();
const { first, second, open } = spotifyApps;

beforeEach(async () => {
  await sandbox.control('POST', '/reset');
  await sandbox.control('PUT', '/clock', { offsetMs: 0 });
});

const exchange = { grant_type: 'authorization_code', redirect_uri: redirectUri };

async function refusalOf(response: Response): Promise<unknown> {
  expect(response.status).toBe(400);
  return response.json();
}

function invalidGrant(description: string): unknown {
  return { error: 'invalid_grant', error_description: description };
}

describe('authorization_code', () => {
  it('gives tokens with the scopes that were asked for', async () => {
    const code = await sandbox.code(first, { scope: 'user-top-read user-read-private' });
    const response = await sandbox.token({ ...exchange, code });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('pragma')).toBe('no-cache');
    const body: unknown = await response.json();
    expect(body).toEqual({
      access_token: expect.stringMatching(/^BQ[\w-]{90,}$/),
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: expect.stringMatching(/^AQ[\w-]{90,}$/),
      scope: 'user-top-read user-read-private',
    });
    expect((await sandbox.get('me', String(pick(body, 'access_token')))).status).toBe(200);
  });

  it('takes a code once', async () => {
    const code = await sandbox.code(first);
    expect((await sandbox.token({ ...exchange, code })).status).toBe(200);
    expect(await refusalOf(await sandbox.token({ ...exchange, code }))).toEqual(
      invalidGrant('Invalid authorization code'),
    );
  });

  it('takes a code for ten minutes', async () => {
    const codes = [await sandbox.code(first), await sandbox.code(first)];
    await sandbox.set('PUT', '/clock', { offsetMs: 10 * 60_000 - 1 });
    expect((await sandbox.token({ ...exchange, code: codes[0] ?? '' })).status).toBe(200);
    await sandbox.set('PUT', '/clock', { offsetMs: 10 * 60_000 });
    const late = await sandbox.token({ ...exchange, code: codes[1] ?? '' });
    expect(await refusalOf(late)).toEqual(invalidGrant('Authorization code expired'));
  });

  it('wants the same address and the same app', async () => {
    const elsewhere = { ...exchange, redirect_uri: 'http://127.0.0.1:7724/callback' };
    const moved = await sandbox.token({ ...elsewhere, code: await sandbox.code(first) });
    expect(await refusalOf(moved)).toEqual(invalidGrant('Invalid redirect URI'));
    const stolen = await sandbox.token({ ...exchange, code: await sandbox.code(first) }, second);
    expect(await refusalOf(stolen)).toEqual(invalidGrant('Invalid authorization code'));
  });

  it.each([
    ['an app with a secret', first],
    ['an app without', open],
  ])('proves PKCE for %s', async (_, app) => {
    const { verifier, challenge } = newProof();
    const ask = { code_challenge: challenge, code_challenge_method: 'S256' };
    const with_ = async (more: Record<string, string>): Promise<Response> =>
      sandbox.token({ ...exchange, code: await sandbox.code(app, ask), ...more }, app);
    expect((await with_({ code_verifier: verifier })).status).toBe(200);
    const incorrect = invalidGrant('code_verifier was incorrect');
    expect(await refusalOf(await with_({ code_verifier: newProof().verifier }))).toEqual(incorrect);
    expect(await refusalOf(await with_({ code_verifier: challenge }))).toEqual(incorrect);
    expect(await refusalOf(await with_({}))).toEqual(incorrect);
    const unasked = await sandbox.token({ ...exchange, code: await sandbox.code(first), code_verifier: verifier });
    expect(await refusalOf(unasked)).toEqual(incorrect);
  });

  it('does not trust an app without a secret and without PKCE', async () => {
    const response = await sandbox.token({ ...exchange, code: await sandbox.code(open) }, open);
    expect(await refusalOf(response)).toEqual({ error: 'invalid_client' });
  });
});

describe('who asks', () => {
  const asked = { grant_type: 'client_credentials' };
  const post = (form: Readonly<Record<string, string>>, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${sandbox.spotify.accountsUrl}/api/token`, { method: 'POST', headers, body: new URLSearchParams(form) });

  it('may say so in the form', async () => {
    const response = await post({ ...asked, client_id: first.clientId, client_secret: first.secret });
    expect(response.status).toBe(200);
    expect(pickKeys(await response.json())).toEqual(['access_token', 'token_type', 'expires_in']);
  });

  it.each([
    ['nobody', {}, {}, { error: 'invalid_client' }],
    ['no secret', { client_id: first.clientId }, {}, { error: 'invalid_client' }],
    ['something that is not Basic', {}, { authorization: 'Basic ?' }, { error: 'invalid_client' }],
    ['Basic without a colon', {}, { authorization: `Basic ${btoa('abc')}` }, { error: 'invalid_client' }],
    [
      'an unknown id',
      { client_id: 'e'.repeat(32), client_secret: 'x' },
      {},
      { error: 'invalid_client', error_description: 'Invalid client' },
    ],
    [
      'a wrong secret',
      { client_id: first.clientId, client_secret: 'x' },
      {},
      { error: 'invalid_client', error_description: 'Invalid client secret' },
    ],
    [
      'an empty secret where there is none',
      { client_id: open.clientId, client_secret: '' },
      {},
      { error: 'invalid_client', error_description: 'Invalid client secret' },
    ],
  ])('is refused with %s', async (_, form, headers, body) => {
    expect(await refusalOf(await post({ ...asked, ...form }, headers))).toEqual(body);
  });

  it('a body that is no form has no grant type', async () => {
    const missing = { error: 'unsupported_grant_type', error_description: 'grant_type parameter is missing' };
    const headers = {
      'content-type': 'application/json',
      authorization: `Basic ${btoa(`${first.clientId}:${first.secret}`)}`,
    };
    for (const body of [JSON.stringify(asked), '{', '']) {
      const response = await fetch(`${sandbox.spotify.accountsUrl}/api/token`, { method: 'POST', headers, body });
      expect(await refusalOf(response)).toEqual(missing);
    }
    expect(await refusalOf(await sandbox.token({}))).toEqual(missing);
    expect(await refusalOf(await sandbox.token({ grant_type: 'password' }))).toMatchObject({
      error: 'unsupported_grant_type',
    });
  });
});

describe('refresh_token', () => {
  it('gives no refresh token, and the scopes in some order', async () => {
    const scopes = ['user-top-read', 'user-read-private', 'user-library-read', 'streaming', 'user-read-email'];
    const { refreshToken } = await sandbox.tokens({ scopes });
    const orders = new Set<string>();
    for (let at = 0; at < 5; at += 1) {
      sandbox.clock.nowMs += 1;
      const body: unknown = await (await sandbox.refresh(refreshToken)).json();
      expect(pickKeys(body)).toEqual(['access_token', 'token_type', 'expires_in', 'scope']);
      const scope = String(pick(body, 'scope'));
      expect(scope.split(' ').sort()).toEqual([...scopes].sort());
      orders.add(scope);
    }
    expect(orders.size).toBeGreaterThan(1);
  });

  it('can say an empty scope and another life', async () => {
    await sandbox.switches({ emptyScope: true, expiresIn: 5 });
    const { refreshToken } = await sandbox.tokens();
    const body: unknown = await (await sandbox.refresh(refreshToken)).json();
    expect(body).toMatchObject({ scope: '', expires_in: 5 });
    const token = String(pick(body, 'access_token'));
    await sandbox.set('PUT', '/clock', { offsetMs: 4999 });
    expect((await sandbox.get('me', token)).status).toBe(200);
    await sandbox.set('PUT', '/clock', { offsetMs: 5000 });
    expect((await sandbox.get('me', token)).status).toBe(401);
  });

  it("refuses garbage, and another app's token, which stays alive", async () => {
    const { refreshToken } = await sandbox.tokens({ clientId: second.clientId });
    const invalid = invalidGrant('Invalid refresh token');
    expect(await refusalOf(await sandbox.refresh('garbage'))).toEqual(invalid);
    expect(await refusalOf(await sandbox.refresh(''))).toEqual(invalid);
    expect(await refusalOf(await sandbox.refresh(refreshToken, first))).toEqual(invalid);
    expect((await sandbox.refresh(refreshToken, second)).status).toBe(200);
  });

  it('ends six months after the consent, however often it is used; another consent begins anew', async () => {
    const consented = new Date(sandbox.clock.nowMs);
    const end = Date.UTC(
      consented.getUTCFullYear(),
      consented.getUTCMonth() + 6,
      consented.getUTCDate(),
      12,
      0,
      0,
      consented.getUTCMilliseconds(),
    );
    const { refreshToken } = await sandbox.tokens();
    await sandbox.set('PUT', '/clock', { offsetMs: end - sandbox.clock.nowMs - 1 });
    expect((await sandbox.refresh(refreshToken)).status).toBe(200);
    await sandbox.set('PUT', '/clock', { offsetMs: end - sandbox.clock.nowMs });
    expect(await refusalOf(await sandbox.refresh(refreshToken))).toEqual(invalidGrant('Refresh token expired'));
    const again = await sandbox.tokens();
    expect((await sandbox.refresh(again.refreshToken)).status).toBe(200);
  });

  it.each([
    ['2026-11-21', '2027-05-21'],
    ['2026-08-31', '2027-02-28'],
    ['2027-08-29', '2028-02-29'],
    ['2026-12-31', '2027-06-30'],
  ])('given on %s ends on %s', (consented, end) => {
    const noon = 'T12:00:00.000Z';
    expect(new Date(sixMonthsAfter(Date.parse(consented + noon))).toISOString()).toBe(end + noon);
  });

  it('is refused when the person has taken the consent back, for that app alone', async () => {
    const [mine, other] = [await sandbox.tokens(), await sandbox.tokens({ clientId: second.clientId })];
    await sandbox.set('POST', '/spotify/revoke', { clientId: first.clientId });
    expect(await refusalOf(await sandbox.refresh(mine.refreshToken))).toEqual(invalidGrant('Refresh token revoked'));
    expect((await sandbox.get('me', mine.accessToken)).status).toBe(401);
    expect((await sandbox.refresh(other.refreshToken, second)).status).toBe(200);
    expect((await sandbox.get('me', other.accessToken)).status).toBe(200);
  });

  it('of an older consent keeps its scopes', async () => {
    const narrow = await sandbox.tokens({ scopes: ['user-top-read'] });
    await sandbox.tokens({ scopes: ['user-top-read', 'user-library-read'] });
    expect(await (await sandbox.refresh(narrow.refreshToken)).json()).toMatchObject({ scope: 'user-top-read' });
    const { accessToken } = await tokensOf(await sandbox.refresh(narrow.refreshToken));
    expect((await sandbox.get('me/tracks', accessToken)).status).toBe(403);
  });
});
