import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Accounts } from './open-accounts.js';
import { RefreshAttempts } from './refresh-attempts.js';
import { type Workshop, openWorkshop } from './testing/room.js';

let shop: Workshop;
let accounts: Accounts;
let mine: RefreshAttempts;
let theirs: RefreshAttempts;

beforeAll(async () => {
  shop = await openWorkshop();
  accounts = await shop.process();
  const attempts = () => new RefreshAttempts(shop.prisma, accounts.vault, randomUUID(), 30_000, () => 0.5);
  [mine, theirs] = [attempts(), attempts()];
});
afterAll(() => shop.close());

async function seen(id: string) {
  const row = await accounts.links.row(id);
  if (row === null) throw new Error('The grant is gone.');
  return row;
}

const TOKENS = { accessToken: 'a', expiresIn: 3600, refreshToken: 'r', previousRefreshToken: null, usedHash: 'h' };

it('of many that have seen the same, one claims', async () => {
  const row = await seen((await shop.link(accounts)).id);
  const claims = await Promise.all(
    Array.from({ length: 20 }, (_, index) => (index % 2 ? mine : theirs).claim(row, 'h')),
  );
  expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
});

it('what is leased cannot be claimed, even by who has seen the lease', async () => {
  const { id } = await shop.link(accounts);
  await mine.claim(await seen(id), 'h');
  expect(await theirs.claim(await seen(id), 'h')).toBe(null);
  await shop.endLeases();
  expect(await theirs.claim(await seen(id), 'h')).toMatchObject({ fence: 2, version: 0 });
});

it('who has seen an older state claims nothing: the token it would send has been spent', async () => {
  const { id } = await shop.link(accounts);
  const old = await seen(id);
  const claim = await theirs.claim(old, 'h');
  expect(claim && (await theirs.land({ ...claim, ...TOKENS }))).toBe('landed');
  expect(await mine.claim(old, 'h')).toBe(null);
  // Nor when nothing but the claim has changed: what is in doubt since then has to be seen.
  const before = await seen(id);
  await theirs.claim(before, 'h');
  await shop.endLeases();
  expect(await mine.claim(before, 'h')).toBe(null);
});

it('neither cooldown nor needed consent lets a claim through', async () => {
  const { id } = await shop.link(accounts);
  await shop.prisma.accountGrant.update({ where: { id }, data: { cooldownUntil: new Date(Date.now() + 60_000) } });
  expect(await mine.claim(await seen(id), 'h')).toBe(null);
  await shop.prisma.accountGrant.update({ where: { id }, data: { cooldownUntil: null, status: 'needs_consent' } });
  expect(await mine.claim(await seen(id), 'h')).toBe(null);
});

it('who has lost its claim cannot try another token under it', async () => {
  const { id } = await shop.link(accounts);
  const claim = await mine.claim(await seen(id), 'h');
  expect(claim && (await mine.noteOther(claim, 'h2'))).toBe(true);
  await shop.endLeases();
  await theirs.claim(await seen(id), 'h3');
  expect(claim && (await mine.noteOther(claim, 'h4'))).toBe(false);
  expect((await seen(id)).attemptHash).toBe('h3');
});
