import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { rowsByKey } from './key-check.js';
import { rotateKeys } from './key-rotation.js';
import { openKeyRing } from './key-file.js';
import { CLIENT, PROVIDER, type Workshop, makeKey, makeLog, openWorkshop } from './testing/room.js';
import { TokenVault } from './token-vault.js';

let shop: Workshop;
const [k0, k1, k2] = [makeKey('k0'), makeKey('k1'), makeKey('k2')];

beforeAll(async () => {
  shop = await openWorkshop();
});
afterAll(() => shop.close());
afterEach(async () => {
  await shop.prisma.accountGrant.deleteMany();
  await shop.prisma.oAuthClient.deleteMany();
  await shop.prisma.consentState.deleteMany();
  await shop.prisma.encryptionKey.deleteMany();
});

/** Rows of all kinds, sealed with a key. @returns the tokens of a grant, to look for later */
async function fill(encryptionKey: string, grants: number): Promise<{ id: string; accessToken: string }[]> {
  const accounts = await shop.process({ encryptionKey });
  await accounts.clients.add({ provider: PROVIDER, clientId: 'c2', clientSecret: 'secret-2', label: 'Two' });
  await accounts.clients.add({ provider: PROVIDER, clientId: 'c3', clientSecret: null, label: 'Three' });
  return Promise.all(Array.from({ length: grants }, () => shop.link(accounts)));
}

describe('at the start', () => {
  it('a wrong key under a known id is a fault that says what to do', async () => {
    await shop.process({ encryptionKey: k0 });
    await expect(shop.process({ encryptionKey: makeKey('k0') })).rejects.toMatchObject({
      code: 'key_wrong',
      message: expect.stringContaining('"k0"'),
      remedy: expect.stringContaining('ENCRYPTION_KEY'),
    });
    await shop.process({ encryptionKey: k0 });
  });

  it('also when nothing but the canary was ever sealed with it, and it is not the first', async () => {
    await shop.process({ encryptionKey: `${k1},${k0}` });
    await expect(shop.process({ encryptionKey: `${k1},${makeKey('k0')}` })).rejects.toMatchObject({
      code: 'key_wrong',
    });
  });

  it('a key that rows still need is missed by name and number', async () => {
    await fill(k0, 3);
    await expect(shop.process({ encryptionKey: k1 })).rejects.toMatchObject({
      code: 'key_missing',
      message: '4 rows are encrypted with the key "k0", which is not there.',
      remedy: expect.stringContaining('"k0"'),
    });
  });

  it('what needs a key that is given up is deleted, and nothing else', async () => {
    const [kept] = await fill(k1, 1);
    const [given] = await fill(`${k0},${k1}`, 1);
    await shop.prisma.$executeRaw`UPDATE account_grants SET access_token = 'v1.k0.a.b' WHERE id = ${given?.id}::uuid`;
    const log = makeLog();
    await shop.process({ encryptionKey: `${k1},${k0}`, lostKey: 'k0', log });
    expect(log.lines.join()).not.toContain('lost');
    await shop.prisma.$executeRaw`
      UPDATE account_grants SET access_token = 'v1.k0.a.b', refresh_token = NULL WHERE id = ${given?.id}::uuid`;
    await shop.prisma.$executeRaw`UPDATE oauth_clients SET secret = 'v1.k0.a.b' WHERE client_id = 'c2'`;
    await expect(shop.process({ encryptionKey: k1, lostKey: 'k9' })).rejects.toMatchObject({
      code: 'key_missing',
      remedy: expect.stringContaining('ENCRYPTION_KEY_LOST=k0'),
    });
    const accounts = await shop.process({ encryptionKey: k1, lostKey: 'k0', log });
    expect(log.lines).toContain('warn: 2 rows were deleted: the key "k0", with which they were encrypted, is lost.');
    expect((await accounts.links.list()).map(({ id }) => id)).toEqual([kept?.id]);
    expect(await accounts.clients.find(PROVIDER, 'c2')).toBeNull();
    expect(await accounts.clients.find(PROVIDER, 'c3')).toEqual({ clientId: 'c3', clientSecret: null });
  });

  it('consents under way do not hold up a start without their key', async () => {
    const accounts = await shop.process({ encryptionKey: k0 });
    const request = { provider: PROVIDER, clientId: CLIENT, redirectUri: 'http://127.0.0.1/callback', scopes: [] };
    const state = await accounts.states.begin({ ...request, binder: 'browser', codeVerifier: 'verifier' });
    const { states } = await shop.process({ encryptionKey: k1 });
    expect(await states.take(state, 'browser')).toEqual({ refused: 'unknown' });
  });
});

describe('a new key in front of the old one', () => {
  it('seals every row anew, and the old one is told to be unneeded', async () => {
    const links = await fill(k0, 7);
    const log = makeLog();
    const accounts = await shop.process({ encryptionKey: `${k1},${k0}`, log });
    expect(await rowsByKey(shop.prisma)).toEqual(new Map([['k1', 8]]));
    expect(log.lines.join()).toContain('8 rows were encrypted anew with the key "k1"');
    expect(log.lines.join()).toContain('"k0" any more: it can be removed');
    const alone = await shop.process({ encryptionKey: k1 });
    for (const { id, accessToken } of links) expect(await alone.refresher.accessToken(id)).toBe(accessToken);
    expect(await accounts.clients.find(PROVIDER, 'c2')).toEqual({ clientId: 'c2', clientSecret: 'secret-2' });
    expect(await accounts.clients.find(PROVIDER, 'c3')).toEqual({ clientId: 'c3', clientSecret: null });
  });

  it('is not told to be unneeded while a row still needs it', async () => {
    const [first] = await fill(k0, 2);
    const stolen = await shop.prisma.accountGrant.findFirstOrThrow({ where: { id: { not: first?.id ?? '' } } });
    await shop.prisma.accountGrant.update({
      where: { id: first?.id ?? '' },
      data: { accessToken: stolen.accessToken },
    });
    const log = makeLog();
    await shop.process({ encryptionKey: `${k1},${k0}`, log });
    expect(log.lines.join()).not.toContain('it can be removed');
    expect(log.lines.filter((line) => line.startsWith('error')).join()).toContain(first?.id);
    expect(await rowsByKey(shop.prisma)).toEqual(
      new Map([
        ['k0', 1],
        ['k1', 2],
      ]),
    );
  });

  it('loses nothing when it is killed midway, and is finished by the next start', async () => {
    const links = await fill(k0, 5);
    const vault = new TokenVault(await openKeyRing(`${k1},${k0}`, shop.dataDir));
    for (const killAt of [1, 2, 4]) {
      let count = 0;
      const killed = rotateKeys({
        prisma: shop.prisma,
        vault,
        log: shop.log,
        batch: 2,
        failpoint: () => {
          count += 1;
          if (count === killAt) throw new Error('killed');
        },
      });
      await expect(killed).rejects.toThrow('killed');
    }
    const accounts = await shop.process({ encryptionKey: `${k2},${k1},${k0}` });
    expect(await rowsByKey(shop.prisma)).toEqual(new Map([['k2', 6]]));
    for (const { id, accessToken } of links) expect(await accounts.refresher.accessToken(id)).toBe(accessToken);
  });

  it('is put in place by several processes at once', async () => {
    const links = await fill(k0, 40);
    const pools = await Promise.all([shop.ownPool(), shop.ownPool(), shop.ownPool()]);
    const vault = new TokenVault(await openKeyRing(`${k1},${k0}`, shop.dataDir));
    const counts = await Promise.all(pools.map((prisma) => rotateKeys({ prisma, vault, log: shop.log, batch: 3 })));
    expect(counts.reduce((sum, count) => sum + count)).toBe(41);
    expect(await rowsByKey(shop.prisma)).toEqual(new Map([['k1', 41]]));
    const accounts = await shop.process({ encryptionKey: k1 });
    for (const { id, accessToken } of links) expect(await accounts.refresher.accessToken(id)).toBe(accessToken);
  });
});
