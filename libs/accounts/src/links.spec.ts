import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type NewConsent, narrowestCover } from './links.js';
import type { Accounts } from './open-accounts.js';
import { CLIENT, PROVIDER, type Workshop, openWorkshop } from './testing/room.js';

let shop: Workshop;
let accounts: Accounts;
const ada = { id: 'ada', name: 'Ada' };

beforeAll(async () => {
  shop = await openWorkshop();
  accounts = await shop.process();
});
afterAll(() => shop.close());
beforeEach(() => shop.prisma.accountGrant.deleteMany());

function consent(scopes: readonly string[], given: Partial<NewConsent> = {}): NewConsent {
  const { accessToken, refreshToken } = shop.server.authority.consent();
  const tokens = { accessToken, refreshToken, expiresIn: 3600, scopes: null };
  return { provider: PROVIDER, clientId: CLIENT, account: ada, scopes, tokens, ...given };
}

function tokenFor(scopes: readonly string[], clientId = CLIENT, accountId?: string): Promise<string> {
  const owner = { provider: PROVIDER, clientId, ...(accountId !== undefined && { accountId }) };
  return accounts.credentials(owner, 'Tapes').accessToken({ scopes });
}

describe('a consent', () => {
  it('is kept sealed, with its scopes as a set and the time of the database', async () => {
    const given = consent(['b', 'a', 'b']);
    const id = await accounts.links.save(given);
    const [link] = await accounts.links.list(PROVIDER);
    expect(link).toMatchObject({ id, account: ada, scopes: ['a', 'b'], status: 'ok', reason: null });
    const [row] = await shop.prisma.$queryRaw<{ recent: boolean; whole: string }[]>`
      SELECT consented_at BETWEEN now() - interval '1 min' AND now() AS recent, g::text AS whole FROM account_grants g`;
    expect(row?.recent).toBe(true);
    for (const secret of shop.server.authority.secrets) expect(row?.whole).not.toContain(secret);
  });

  it('may be of a time that nobody knows, or that somebody tells', async () => {
    await accounts.links.save(consent(['a'], { consentedAt: null }));
    const told = new Date('2026-01-31T00:00:00Z');
    await accounts.links.save(consent(['b'], { consentedAt: told }));
    const times = (await accounts.links.list()).map(({ scopes, consentedAt }) => [scopes[0], consentedAt]);
    expect(times).toEqual([
      ['b', told],
      ['a', null],
    ]);
  });

  it('replaces that of the same account, app and scopes, and heals it', async () => {
    const id = await accounts.links.save(consent(['a', 'b']));
    await shop.prisma.accountGrant.update({
      where: { id },
      data: {
        status: 'needs_consent',
        statusReason: 'in_doubt',
        attemptState: 'sent',
        inDoubt: true,
        failures: 3,
        leaseUntil: new Date(Date.now() + 60_000),
        cooldownUntil: new Date(Date.now() + 60_000),
        cooldownReason: 'transient',
      },
    });
    const again = consent(['b', 'a'], { account: { id: 'ada', name: 'Ada L.' } });
    expect(await accounts.links.save(again)).toBe(id);
    expect(await tokenFor(['a'])).toBe(again.tokens.accessToken);
    expect(await accounts.links.list()).toMatchObject([
      { id, account: { name: 'Ada L.' }, status: 'ok', reason: null },
    ]);
    expect(await shop.prisma.accountGrant.findUnique({ where: { id } })).toMatchObject({
      version: 1,
      attemptState: null,
      inDoubt: false,
      failures: 0,
      leaseUntil: null,
      cooldownUntil: null,
    });
  });

  it('stands beside those of other scopes, accounts and apps', async () => {
    await accounts.links.save(consent(['a']));
    await accounts.links.save(consent(['a', 'b']));
    await accounts.links.save(consent(['a'], { account: { id: 'bob', name: 'Bob' } }));
    await accounts.links.save(consent(['a'], { clientId: 'other' }));
    await accounts.links.save(consent(['a'], { provider: 'records' }));
    expect(await accounts.links.list()).toHaveLength(5);
    expect(await accounts.links.list(PROVIDER)).toHaveLength(4);
  });

  it('is one row when it is saved many times at once', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => accounts.links.save(consent(['a']))));
    expect(new Set(ids).size).toBe(1);
  });

  it('without a refresh token leaves the one that is there', async () => {
    const first = consent(['a']);
    const id = await accounts.links.save(first);
    const tokens = { ...consent(['a']).tokens, refreshToken: null };
    await accounts.links.save(consent(['a'], { tokens }));
    await shop.endAccess();
    await accounts.refresher.accessToken(id);
    expect(shop.server.received.at(-1)?.form.get('refresh_token')).toBe(first.tokens.refreshToken);
  });

  it('is forgotten with its tokens at the owner’s word, alone or with others', async () => {
    const id = await accounts.links.save(consent(['a']));
    await accounts.links.save(consent(['b']));
    await accounts.links.save(consent(['a'], { clientId: 'other' }));
    expect(await accounts.links.forget({ id })).toBe(1);
    expect(await accounts.links.forget({ provider: PROVIDER, clientId: CLIENT })).toBe(1);
    expect(await accounts.links.list()).toMatchObject([{ clientId: 'other' }]);
    expect(await accounts.links.forget({ id: randomUUID() })).toBe(0);
  });
});

describe('a token', () => {
  it('is of the narrowest grant that covers what is needed', async () => {
    const wide = consent(['a', 'b', 'c']);
    const narrow = consent(['a', 'b']);
    const other = consent(['d']);
    for (const one of [wide, narrow, other]) await accounts.links.save(one);
    expect(await tokenFor(['a'])).toBe(narrow.tokens.accessToken);
    expect(await tokenFor(['b', 'a'])).toBe(narrow.tokens.accessToken);
    expect(await tokenFor(['a', 'c'])).toBe(wide.tokens.accessToken);
    expect(await tokenFor([])).toBe(other.tokens.accessToken);
  });

  it('is never of another app or account', async () => {
    const mine = consent(['a', 'b']);
    await accounts.links.save(mine);
    await accounts.links.save(consent(['a'], { clientId: 'other' }));
    await accounts.links.save(consent(['a'], { provider: 'records' }));
    expect(await tokenFor(['a'])).toBe(mine.tokens.accessToken);
    await expect(tokenFor(['b'], 'other')).rejects.toMatchObject({ code: 'insufficient_scope' });
    await expect(tokenFor(['a'], 'third')).rejects.toMatchObject({ code: 'provider_not_linked' });
    await expect(tokenFor(['a'], CLIENT, 'bob')).rejects.toMatchObject({ code: 'provider_not_linked' });
    expect(await tokenFor(['a'], CLIENT, 'ada')).toBe(mine.tokens.accessToken);
  });

  it('that nobody agreed to is refused by the names of what lacks', async () => {
    await accounts.links.save(consent(['a']));
    await accounts.links.save(consent(['b', 'c']));
    await expect(tokenFor(['b', 'd', 'c'])).rejects.toMatchObject({
      code: 'insufficient_scope',
      message: 'The linked Tapes account has not agreed to: d.',
      remedy: expect.stringContaining('/auth?client_id=client-one&scope=b%20d%20c'),
    });
  });

  it('is of a healthy grant rather than of an ailing one', () => {
    const rows = [
      { scopes: 'a', status: 'needs_consent' },
      { scopes: 'a b c', status: 'suspect' },
      { scopes: 'a b c d', status: 'ok' },
      { scopes: 'a b e', status: 'ok' },
    ] as const;
    expect(narrowestCover(rows, ['a'])?.scopes).toBe('a b e');
    expect(narrowestCover(rows.slice(0, 2), ['a'])?.scopes).toBe('a b c');
    expect(narrowestCover(rows.slice(0, 1), ['a'])?.scopes).toBe('a');
    expect(narrowestCover(rows, ['f'])).toBe(null);
  });

  it('of swapped rows or columns does not open', async () => {
    const [one, two] = [await accounts.links.save(consent(['a'])), await accounts.links.save(consent(['b']))];
    await shop.prisma.$executeRaw`
      UPDATE account_grants AS mine SET access_token = other.access_token FROM account_grants AS other WHERE mine.id <> other.id`;
    for (const scope of ['a', 'b']) {
      await expect(tokenFor([scope])).rejects.toMatchObject({
        code: 'reauthorization_required',
        cause: { code: 'envelope_tampered' },
      });
    }
    await shop.prisma.$executeRaw`UPDATE account_grants SET access_token = refresh_token`;
    await expect(accounts.refresher.accessToken(one)).rejects.toMatchObject({ code: 'envelope_tampered' });
    await expect(accounts.refresher.accessToken(two)).rejects.toMatchObject({ code: 'envelope_tampered' });
  });
});
