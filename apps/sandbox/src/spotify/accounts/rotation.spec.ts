import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { pick, pickList, pickNumber } from '../../testing/pick.js';
import { spotifyUnderTest, tokensOf } from '../../testing/spotify-under-test.js';
import { spotifyApps } from '../apps.js';

const sandbox = await spotifyUnderTest();

beforeEach(async () => {
  await sandbox.control('POST', '/reset');
  await sandbox.control('PUT', '/clock', { offsetMs: 0 });
});

/** Refreshes and gives the new refresh token; '' when there is none. */
async function next(refreshToken: string): Promise<string> {
  const response = await sandbox.refresh(refreshToken);
  expect(response.status).toBe(200);
  return (await tokensOf(response)).refreshToken;
}

async function isDead(refreshToken: string): Promise<boolean> {
  const response = await sandbox.refresh(refreshToken);
  if (response.status === 200) return false;
  expect(await response.json()).toEqual({ error: 'invalid_grant', error_description: 'Refresh token revoked' });
  return true;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function isAlive(refreshToken: string): Promise<unknown> {
  return pick(await sandbox.set('GET', `/spotify/refresh-tokens/${sha256(refreshToken)}`), 'isAlive');
}

describe('rotation', () => {
  it('none: the token stays, unsaid', async () => {
    const { refreshToken } = await sandbox.tokens();
    expect(await next(refreshToken)).toBe('');
    expect(await next(refreshToken)).toBe('');
  });

  it('same: the token stays, and is said', async () => {
    await sandbox.switches({ rotation: 'same' });
    const { refreshToken } = await sandbox.tokens();
    expect(await next(refreshToken)).toBe(refreshToken);
    expect(await next(refreshToken)).toBe(refreshToken);
  });

  it('rotate-grace: the old one works for as long as is set, counted from its first use', async () => {
    await sandbox.switches({ rotation: 'rotate-grace', graceSeconds: 30 });
    const { refreshToken: old } = await sandbox.tokens();
    const fresh = await next(old);
    expect(fresh).not.toBe(old);
    await sandbox.set('PUT', '/clock', { offsetMs: 20_000 });
    await next(old);
    await sandbox.set('PUT', '/clock', { offsetMs: 29_999 });
    expect(await isAlive(old)).toBe(true);
    await sandbox.set('PUT', '/clock', { offsetMs: 30_000 });
    expect(await isDead(old)).toBe(true);
    expect(await isDead(fresh)).toBe(false);
  });

  it('rotate: the old one works until the new one is used', async () => {
    await sandbox.switches({ rotation: 'rotate' });
    const { refreshToken: old } = await sandbox.tokens();
    const lost = await next(old);
    const fresh = await next(old);
    expect([await isAlive(old), await isAlive(lost), await isAlive(fresh)]).toEqual([true, true, true]);
    const newest = await next(fresh);
    expect([await isDead(old), await isDead(lost)]).toEqual([true, true]);
    expect([await isAlive(fresh), await isAlive(newest)]).toEqual([true, true]);
  });

  it('rotate: two consents do not touch each other', async () => {
    await sandbox.switches({ rotation: 'rotate' });
    const [one, other] = [await sandbox.tokens(), await sandbox.tokens()];
    await next(await next(one.refreshToken));
    expect(await isAlive(other.refreshToken)).toBe(true);
  });

  it('rotate-strict: the old one is dead at once', async () => {
    await sandbox.switches({ rotation: 'rotate-strict' });
    const { refreshToken: old } = await sandbox.tokens();
    const fresh = await next(old);
    expect(await isDead(old)).toBe(true);
    expect(await isDead(fresh)).toBe(false);
  });
});

describe('the ledger', () => {
  it('notes who asked with what, and never a secret', async () => {
    await sandbox.switches({ rotation: 'rotate-strict' });
    const { refreshToken } = await sandbox.tokens({ clientId: spotifyApps.open.clientId });
    const fresh = (await tokensOf(await sandbox.refresh(refreshToken, spotifyApps.open))).refreshToken;
    await sandbox.refresh(refreshToken, spotifyApps.open);
    await sandbox.refresh('garbage');
    const ledger = await sandbox.ledger();
    const call = {
      startedAt: sandbox.clock.nowMs,
      endedAt: sandbox.clock.nowMs,
      client: spotifyApps.open.clientId,
      account: 'ada1815.sandbox',
      grant: 'refresh_token',
      refreshToken: sha256(refreshToken).slice(0, 16),
      refreshTokenWas: 'alive',
      outcome: 'issued',
      dropped: false,
      issuedRefreshToken: sha256(fresh).slice(0, 16),
      overlapping: 0,
    };
    expect(ledger).toEqual({
      calls: [
        call,
        {
          ...call,
          refreshTokenWas: 'rotated',
          outcome: 'invalid_grant: Refresh token revoked',
          issuedRefreshToken: null,
        },
        expect.objectContaining({
          account: null,
          refreshTokenWas: 'unknown',
          outcome: 'invalid_grant: Invalid refresh token',
        }),
      ],
      counts: { requests: 3, refreshes: 3, overlaps: 0, deadUses: 2, issued: 1, issuedRefreshTokens: 1 },
      living: [
        { account: 'ada1815.sandbox', client: spotifyApps.open.clientId, refreshTokens: [sha256(fresh).slice(0, 16)] },
      ],
    });
    const everything = JSON.stringify([ledger, await sandbox.set('GET', ''), await sandbox.set('GET', '/ledger')]);
    for (const secret of [refreshToken, fresh, spotifyApps.first.secret]) expect(everything).not.toContain(secret);
  });

  it('counts refreshes of one link that were under way together, and no others', async () => {
    const [mine, other] = [await sandbox.tokens(), await sandbox.tokens({ clientId: spotifyApps.second.clientId })];
    await sandbox.tokenScenario('slow', { ms: 250, times: 4 });
    await Promise.all([
      sandbox.refresh(mine.refreshToken),
      sandbox.refresh(mine.refreshToken),
      sandbox.refresh(other.refreshToken, spotifyApps.second),
      sandbox.token({ grant_type: 'client_credentials' }),
    ]);
    await sandbox.refresh(mine.refreshToken);
    const ledger = await sandbox.ledger();
    expect(pick(ledger, 'counts', 'overlaps')).toBe(1);
    const overlapping = pickList(ledger, 'calls').map((call) => pickNumber(call, 'overlapping'));
    expect(overlapping.toSorted()).toEqual([0, 0, 0, 1, 1]);
    await sandbox.set('DELETE', '/spotify/ledger');
    expect(pick(await sandbox.ledger(), 'counts', 'requests')).toBe(0);
  });

  it('drop-after-commit: the client hears nothing, and its token is dead', async () => {
    await sandbox.switches({ rotation: 'rotate-strict' });
    const { refreshToken } = await sandbox.tokens();
    await sandbox.tokenScenario('drop-after-commit', { times: 1, grant: 'refresh_token' });
    await expect(sandbox.refresh(refreshToken)).rejects.toThrow();
    expect(await isAlive(refreshToken)).toBe(false);
    const ledger = await sandbox.ledger();
    expect(pick(ledger, 'calls', 0)).toMatchObject({ outcome: 'issued', dropped: true });
    const heir = pick(ledger, 'calls', 0, 'issuedRefreshToken');
    expect(pick(ledger, 'living', 0, 'refreshTokens')).toEqual([heir]);
    expect(await isDead(refreshToken)).toBe(true);
  });

  it('refuses to look for anything but a hash', async () => {
    const response = await sandbox.control('GET', '/spotify/refresh-tokens/AQabc');
    expect(response.status).toBe(400);
  });
});

describe('faults of the token endpoint', () => {
  it.each([
    ['html-503', {}, 503, 'text/html', /<h1>/],
    ['unavailable-text', {}, 503, 'text/plain', /^upstream connect error/],
    ['server-error', {}, 500, 'text/plain', /^$/],
    ['invalid-json-200', {}, 200, 'text/html', /<h1>/],
    ['redirect-302', {}, 302, 'text/html', /<h1>/],
    ['rate-limited', {}, 429, 'text/plain', /^Too many requests$/],
    ['invalid-grant', {}, 400, 'application/json', /^\{"error":"invalid_grant"\}$/],
    ['invalid-grant', { form: 'revoked' }, 400, 'application/json', /"Refresh token revoked"\}$/],
    ['invalid-grant', { form: 'expired' }, 400, 'application/json', /"Refresh token expired"\}$/],
    ['invalid-client', {}, 400, 'application/json', /"Invalid client secret"\}$/],
  ])('%s %o leaves the tokens as they are', async (scenario, more, status, type, body) => {
    await sandbox.switches({ rotation: 'rotate-strict' });
    const { refreshToken } = await sandbox.tokens();
    await sandbox.tokenScenario(scenario, { ...more, times: 1 });
    const response = await sandbox.refresh(refreshToken);
    expect([response.status, response.headers.get('retry-after')]).toEqual([status, null]);
    expect(response.headers.get('content-type')).toContain(type);
    expect(await response.text()).toMatch(body);
    expect(pick(await sandbox.ledger(), 'calls', 0, 'outcome')).toBe('fault');
    expect((await sandbox.refresh(refreshToken)).status).toBe(200);
  });

  it('rate-limited can say for how long', async () => {
    await sandbox.tokenScenario('rate-limited', { retryAfter: 30 });
    expect((await sandbox.refresh('x')).headers.get('retry-after')).toBe('30');
  });

  it('reset and hang: no answer, and the tokens stay as they are', async () => {
    await sandbox.switches({ rotation: 'rotate-strict' });
    const { refreshToken } = await sandbox.tokens();
    await sandbox.tokenScenario('reset', { times: 1 });
    await expect(sandbox.refresh(refreshToken)).rejects.toThrow();
    await sandbox.tokenScenario('hang', { times: 1 });
    const hung = fetch(`${sandbox.spotify.accountsUrl}/api/token`, {
      method: 'POST',
      signal: AbortSignal.timeout(150),
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    });
    await expect(hung).rejects.toThrow(/timeout/);
    expect((await sandbox.refresh(refreshToken)).status).toBe(200);
  });

  it('truncated: half an answer, though the tokens are exchanged', async () => {
    await sandbox.switches({ rotation: 'rotate-strict' });
    const { refreshToken } = await sandbox.tokens();
    await sandbox.tokenScenario('truncated', { times: 1 });
    const text = await (await sandbox.refresh(refreshToken)).text();
    expect(text).toMatch(/^\{"access_token":/);
    expect(() => void JSON.parse(text)).toThrow(SyntaxError);
    expect(await isDead(refreshToken)).toBe(true);
  });

  it('late-commit: the token stays alive while the request is under way', async () => {
    await sandbox.switches({ rotation: 'rotate-strict' });
    const { refreshToken } = await sandbox.tokens();
    await sandbox.tokenScenario('late-commit', { ms: 300 });
    const underWay = sandbox.refresh(refreshToken);
    const arrived = async (): Promise<boolean> => pickList(await sandbox.ledger(), 'calls').length === 1;
    for (let tries = 0; tries < 100 && !(await arrived()); tries += 1);
    expect(await isAlive(refreshToken)).toBe(true);
    expect((await underWay).status).toBe(200);
    expect(await isAlive(refreshToken)).toBe(false);
  });

  it('can be for one grant', async () => {
    await sandbox.tokenScenario('html-503', { grant: 'refresh_token' });
    expect((await sandbox.refresh('x')).status).toBe(503);
    expect((await sandbox.token({ grant_type: 'client_credentials' })).status).toBe(200);
  });
});
