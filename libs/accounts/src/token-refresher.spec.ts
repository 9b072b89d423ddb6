import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ProviderError } from '#listening';
import { UpstreamBlocksInMemory } from '#upstream';
import type { Accounts } from './open-accounts.js';
import { CLIENT, CLIENT_SECRET, PROVIDER, type Workshop, openWorkshop } from './testing/room.js';
import { openedRow } from './testing/row.js';
import { type Fault, drops, dropsAfterCommit, echoes, hangs, says, sendsHalf } from './testing/token-server.js';

let shop: Workshop;
let accounts: Accounts;

beforeAll(async () => {
  shop = await openWorkshop();
});
afterAll(() => shop.close());
beforeEach(async () => {
  await shop.prisma.accountGrant.deleteMany();
  shop.server.authority.rotation = 'none';
  accounts = await shop.process();
});

async function expired(given: Accounts = accounts): Promise<{ id: string; family: string; accessToken: string }> {
  const link = await shop.link(given);
  await shop.endAccess();
  return link;
}

async function failureOf(work: Promise<unknown>): Promise<ProviderError> {
  const error: unknown = await work.then(
    () => new Error('It was good.'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof ProviderError) return error;
  throw error;
}

const refusal = says(400, { error: 'invalid_grant', error_description: 'Refresh token revoked' });

describe('a token', () => {
  it('that is valid is given without asking the upstream', async () => {
    const { id, family, accessToken } = await shop.link(accounts);
    expect(await accounts.refresher.accessToken(id)).toBe(accessToken);
    expect(shop.server.authority.requestsFor(family)).toBe(0);
  });

  it('that is over is refreshed once, by the clock of the database', async () => {
    const { id, family, accessToken } = await expired();
    const fresh = await accounts.refresher.accessToken(id);
    expect(fresh).not.toBe(accessToken);
    expect(await accounts.refresher.accessToken(id)).toBe(fresh);
    expect(shop.server.authority.requestsFor(family)).toBe(1);
    const [row] = await shop.prisma.$queryRaw<{ life: boolean; ahead: boolean }[]>`
      SELECT access_expires_at BETWEEN now() + interval '59 min' AND now() + interval '60 min' AS life,
             access_expires_at - refresh_at BETWEEN interval '5 min' AND interval '10 min' AS ahead
        FROM account_grants WHERE id = ${id}::uuid`;
    expect(row).toEqual({ life: true, ahead: true });
  });

  it('that was rejected is refreshed; one that was replaced meanwhile is not', async () => {
    const { id, family, accessToken } = await shop.link(accounts);
    const fresh = await accounts.refresher.accessToken(id, accessToken);
    expect(fresh).not.toBe(accessToken);
    expect(await accounts.refresher.accessToken(id, accessToken)).toBe(fresh);
    expect(shop.server.authority.requestsFor(family)).toBe(1);
  });

  it('that was rejected is given to nobody while there is no new one', async () => {
    const { id, accessToken } = await shop.link(accounts);
    shop.server.fail(says(400, { error: 'invalid_grant' }));
    const refusal = { code: 'reauthorization_required' };
    await expect(accounts.refresher.accessToken(id, accessToken)).rejects.toMatchObject(refusal);
    const credentials = accounts.credentials({ provider: PROVIDER, clientId: CLIENT }, 'Tapes');
    await expect(credentials.accessToken({ scopes: [] })).rejects.toMatchObject(refusal);
  });

  it('that is rejected again although it is new ends in an error, not in a loop', async () => {
    const { id, family, accessToken } = await shop.link(accounts);
    const again = says(200, { access_token: accessToken });
    shop.server.fail(again, again, again);
    const error = await failureOf(accounts.refresher.accessToken(id, accessToken));
    expect(error.code).toBe('upstream_error');
    expect(shop.server.authority.requestsFor(family)).toBeLessThanOrEqual(2);
    shop.server.fail();
  });

  it('of a grant that was forgotten is not to be had', async () => {
    const { id } = await expired();
    await accounts.links.forget({ id });
    expect(await failureOf(accounts.refresher.accessToken(id))).toMatchObject({
      code: 'provider_not_linked',
      message: 'The account of this link is not linked any more.',
    });
  });

  it('without a refresh token lasts until it is over', async () => {
    const { accessToken } = shop.server.authority.consent();
    const id = await accounts.links.save({
      provider: PROVIDER,
      clientId: CLIENT,
      account: { id: 'ada', name: 'Ada' },
      scopes: [],
      tokens: { accessToken, refreshToken: null, expiresIn: 3600, scopes: null },
    });
    expect(await accounts.refresher.accessToken(id)).toBe(accessToken);
    await shop.endAccess();
    expect((await failureOf(accounts.refresher.accessToken(id))).code).toBe('reauthorization_required');
    expect(await accounts.links.list()).toMatchObject([{ status: 'needs_consent', reason: 'no_refresh_token' }]);
  });
});

describe('the refresh token', () => {
  it('stays when no new one comes', async () => {
    const { id } = await expired();
    const before = await openedRow(shop, accounts, id);
    await accounts.refresher.accessToken(id);
    expect(await openedRow(shop, accounts, id)).toMatchObject({
      refreshToken: before.refreshToken,
      previousRefreshToken: null,
      version: 1,
    });
  });

  it('is replaced by a new one, and kept until that one has worked', async () => {
    shop.server.authority.rotation = 'rotate';
    const { id } = await expired();
    const first = await openedRow(shop, accounts, id);
    await accounts.refresher.accessToken(id);
    const second = await openedRow(shop, accounts, id);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(second.previousRefreshToken).toBe(first.refreshToken);
    shop.server.authority.rotation = 'none';
    await shop.endAccess();
    await accounts.refresher.accessToken(id);
    expect(await openedRow(shop, accounts, id)).toMatchObject({
      refreshToken: second.refreshToken,
      previousRefreshToken: null,
    });
  });
});

describe('an upstream with a bad day', () => {
  it.each<[string, Fault, string]>([
    ['a fault', says(502, 'bad gateway'), 'upstream_error'],
    ['a page', says(200, '<html>'), 'upstream_error'],
    ['half a text', sendsHalf, 'upstream_error'],
    ['a break', drops, 'upstream_error'],
    ['a break after the fact', dropsAfterCommit, 'upstream_error'],
    ['silence', hangs, 'upstream_timeout'],
    ['success without a token', says(200, {}), 'upstream_error'],
  ])('leaves the grant as it is and cools down: %s', async (_, fault, code) => {
    const own = await shop.process({ attemptMs: code === 'upstream_timeout' ? 200 : undefined });
    const { id, family } = await expired();
    const before = await openedRow(shop, accounts, id);
    shop.server.fail(fault);
    const error = await failureOf(own.refresher.accessToken(id));
    expect(error.code).toBe(code);
    expect((await failureOf(accounts.refresher.accessToken(id))).code).toBe('upstream_error');
    expect(shop.server.authority.requestsFor(family)).toBe(1);
    const after = await openedRow(shop, accounts, id);
    expect(after).toMatchObject({
      status: 'ok',
      version: 0,
      refreshToken: before.refreshToken,
      leaseUntil: null,
      attemptState: 'failed',
      inDoubt: true,
    });
    const wait = (after.cooldownUntil?.getTime() ?? 0) - Date.now();
    expect(wait).toBeGreaterThan(1_000);
    expect(wait).toBeLessThanOrEqual(5_000);
    await shop.endCooldowns();
    await accounts.refresher.accessToken(id);
    expect(await openedRow(shop, accounts, id)).toMatchObject({ status: 'ok', inDoubt: false, failures: 0 });
  });

  it('is asked less and less often', async () => {
    const { id } = await expired();
    const waits: number[] = [];
    for (let failure = 0; failure < 9; failure += 1) {
      shop.server.fail(says(500, ''));
      await failureOf(accounts.refresher.accessToken(id));
      const { cooldownUntil } = await openedRow(shop, accounts, id);
      waits.push((cooldownUntil?.getTime() ?? 0) - Date.now());
      await shop.endCooldowns();
    }
    expect(waits.at(2)).toBeGreaterThan(9_000);
    expect(waits.at(-1)).toBeGreaterThan(290_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(600_000);
  });

  it('does not take the token away that is still valid', async () => {
    const { id, accessToken } = await shop.link(accounts);
    await shop.prisma.$executeRaw`UPDATE account_grants SET refresh_at = now()`;
    shop.server.fail(says(500, ''));
    await failureOf(accounts.refresher.refreshAhead(id));
    expect(await accounts.refresher.accessToken(id)).toBe(accessToken);
    await accounts.refresher.refreshAhead(id);
    expect(shop.server.authority.requests.length).toBeGreaterThan(0);
  });

  it('that limits calls is left alone until the time that it named', async () => {
    const { id, family } = await expired();
    shop.server.fail(says(429, '', { 'retry-after': '120' }));
    for (let call = 0; call < 2; call += 1) {
      const error = await failureOf(accounts.refresher.accessToken(id));
      expect(error.code).toBe('upstream_rate_limited');
      expect(error.retryAt?.getTime()).toBeGreaterThan(Date.now() + 118_000);
    }
    expect(shop.server.authority.requestsFor(family)).toBe(1);
    expect(await openedRow(shop, accounts, id)).toMatchObject({ status: 'ok', inDoubt: false });
  });

  it('does so for all processes, through the blocks', async () => {
    const blocks = new UpstreamBlocksInMemory();
    const [one, two] = [await shop.process({ blocks }), await shop.process({ blocks })];
    const [first, second] = [await expired(one), await expired(one)];
    shop.server.fail(says(429, '', { 'retry-after': '120' }));
    await failureOf(one.refresher.accessToken(first.id));
    expect((await failureOf(two.refresher.accessToken(second.id))).code).toBe('upstream_rate_limited');
    expect(shop.server.authority.requestsFor(second.family)).toBe(0);
  });
});

describe('a refused refresh token', () => {
  it('is suspect first, asked again after ten minutes, and then needs consent', async () => {
    const { id, family } = await expired();
    const before = await openedRow(shop, accounts, id);
    shop.server.authority.revoke(family);
    const first = await failureOf(accounts.refresher.accessToken(id));
    expect(first.code).toBe('reauthorization_required');
    const suspect = await openedRow(shop, accounts, id);
    expect(suspect).toMatchObject({ status: 'suspect', statusReason: 'revoked' });
    expect((suspect.cooldownUntil?.getTime() ?? 0) - Date.now()).toBeGreaterThan(9.9 * 60_000);
    await failureOf(accounts.refresher.accessToken(id));
    expect(shop.server.authority.requestsFor(family)).toBe(1);

    await shop.endCooldowns();
    const second = await failureOf(accounts.refresher.accessToken(id));
    expect(second).toMatchObject({ code: 'reauthorization_required', remedy: expect.stringContaining('/auth') });
    expect(await openedRow(shop, accounts, id)).toMatchObject({
      status: 'needs_consent',
      statusReason: 'revoked',
      refreshToken: before.refreshToken,
    });
    await shop.endCooldowns();
    await failureOf(accounts.refresher.accessToken(id));
    expect(shop.server.authority.requestsFor(family)).toBe(2);
  });

  it('is forgiven when it was taken again', async () => {
    const { id } = await expired();
    shop.server.fail(refusal);
    await failureOf(accounts.refresher.accessToken(id));
    await shop.endCooldowns();
    await accounts.refresher.accessToken(id);
    expect(await accounts.links.list()).toMatchObject([{ status: 'ok', reason: null }]);
  });

  it('after an answer that was lost is told as in doubt', async () => {
    shop.server.authority.rotation = 'rotate-strict';
    const { id } = await expired();
    shop.server.fail(dropsAfterCommit);
    for (let round = 0; round < 3; round += 1) {
      await failureOf(accounts.refresher.accessToken(id));
      await shop.endCooldowns();
    }
    expect(await accounts.links.list()).toMatchObject([{ status: 'needs_consent', reason: 'in_doubt' }]);
  });
});

describe('a refused app', () => {
  it('leaves its grants as they are, and nothing more is sent until its secret is another', async () => {
    const refused = says(400, { error: 'invalid_client', error_description: 'Invalid client secret' });
    const [one, two] = [await expired(), await expired()];
    shop.server.fail(refused);
    expect(await failureOf(accounts.refresher.accessToken(one.id))).toMatchObject({
      code: 'provider_not_configured',
      message: expect.stringContaining(CLIENT),
    });
    expect((await failureOf(accounts.refresher.accessToken(two.id))).code).toBe('provider_not_configured');
    expect((await failureOf(accounts.refresher.accessToken(one.id))).code).toBe('provider_not_configured');
    expect(shop.server.authority.requestsFor(two.family) + shop.server.authority.requestsFor(one.family)).toBe(1);
    expect(await openedRow(shop, accounts, one.id)).toMatchObject({
      status: 'ok',
      leaseUntil: null,
      cooldownUntil: null,
    });
    expect(shop.log.lines.join()).toContain('error: Tapes does not accept the app client-one');
  });

  it('is asked again when its secret has changed while the service runs', async () => {
    let clientSecret = 'wrong';
    const target = () => Promise.resolve({ displayName: 'Tapes', endpoint: shop.endpoint({ clientSecret }) });
    const own = await shop.process({ target });
    const { id } = await expired(own);
    shop.server.fail(says(401, { error: 'invalid_client' }));
    await failureOf(own.refresher.accessToken(id));
    await failureOf(own.refresher.accessToken(id));
    clientSecret = CLIENT_SECRET;
    await own.refresher.accessToken(id);
  });

  it('that is configured no more is named', async () => {
    const own = await shop.process({ target: () => Promise.resolve({ displayName: 'Tapes', endpoint: null }) });
    const { id } = await expired(own);
    expect(await failureOf(own.refresher.accessToken(id))).toMatchObject({
      code: 'provider_not_configured',
      message: expect.stringContaining(CLIENT),
    });
  });
});

it('a mistake of our own comes out as it is for the owner, and as the cause of what a provider is told', async () => {
  const mistake = new TypeError('There is no such thing.');
  const own = await shop.process({ target: () => Promise.reject(mistake) });
  await expired(own);
  const credentials = own.credentials({ provider: PROVIDER, clientId: CLIENT }, 'Tapes');
  await expect(credentials.issue({ scopes: [] })).rejects.toBe(mistake);
  const told = await failureOf(credentials.accessToken({ scopes: [] }));
  expect([told.code, told.cause]).toEqual(['database_unavailable', mistake]);
});

it('no token or secret stands in any error or line of the log', async () => {
  const errors: unknown[] = [];
  for (const fault of [echoes, drops, hangs, says(500, ''), says(400, { error: 'invalid_client' }), dropsAfterCommit]) {
    const own = await shop.process({ attemptMs: 200 });
    const { id } = await expired(own);
    shop.server.fail(fault);
    errors.push(await failureOf(own.refresher.accessToken(id)), await failureOf(own.refresher.accessToken(id)));
  }
  const rows = await shop.prisma.$queryRaw<{ whole: string }[]>`SELECT g::text AS whole FROM account_grants g`;
  const told = inspect([errors, shop.log.lines, rows], { depth: Number.POSITIVE_INFINITY, showHidden: true });
  for (const secret of [...shop.server.authority.secrets, CLIENT_SECRET]) expect(told).not.toContain(secret);
});
