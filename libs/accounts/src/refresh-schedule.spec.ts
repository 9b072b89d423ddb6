import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Accounts } from './open-accounts.js';
import { refreshAheadMs } from './refresh-ahead.js';
import { type Workshop, openWorkshop } from './testing/room.js';
import { says } from './testing/token-server.js';

let shop: Workshop;
let accounts: Accounts;

beforeAll(async () => {
  shop = await openWorkshop();
  accounts = await shop.process({ everyMs: 20 });
});
afterAll(() => shop.close());
beforeEach(() => shop.prisma.accountGrant.deleteMany());

const requestsFor = (family: string) => shop.server.authority.requestsFor(family);

async function due(id: string): Promise<void> {
  await shop.prisma.$executeRaw`UPDATE account_grants SET refresh_at = now() WHERE id = ${id}::uuid`;
}

it('refreshes what is due while the old token is still good, and nothing else', async () => {
  const [one, two, three] = [await shop.link(accounts), await shop.link(accounts), await shop.link(accounts)];
  await due(one.id);
  await due(three.id);
  await shop.prisma.accountGrant.update({ where: { id: three.id }, data: { status: 'needs_consent' } });
  await Promise.all([accounts.schedule.tick(), accounts.schedule.tick()]);
  await accounts.schedule.tick();
  expect([requestsFor(one.family), requestsFor(two.family), requestsFor(three.family)]).toEqual([1, 0, 0]);
  expect(await accounts.refresher.accessToken(one.id)).not.toBe(one.accessToken);
});

it('in several processes at once makes one request for a grant', async () => {
  const others = await Promise.all([1, 2].map(async () => shop.process({ prisma: await shop.ownPool() })));
  const links = await Promise.all([1, 2, 3, 4].map(() => shop.link(accounts)));
  for (const { id } of links) await due(id);
  await Promise.all([accounts, ...others].map(({ schedule }) => schedule.tick()));
  expect(links.map(({ family }) => requestsFor(family))).toEqual([1, 1, 1, 1]);
  expect(shop.server.authority.overlaps).toBe(0);
});

it('asks about a suspect when its time has come, though nobody else does', async () => {
  const { id, family } = await shop.link(accounts);
  await due(id);
  shop.server.fail(says(400, { error: 'invalid_grant' }));
  await accounts.schedule.tick();
  expect(await accounts.links.list()).toMatchObject([{ status: 'suspect' }]);
  await shop.prisma.$executeRaw`UPDATE account_grants SET refresh_at = now() + interval '1 h'`;
  await accounts.schedule.tick();
  expect(requestsFor(family)).toBe(1);
  await shop.endCooldowns();
  await accounts.schedule.tick();
  expect(requestsFor(family)).toBe(2);
  expect(await accounts.links.list()).toMatchObject([{ status: 'ok' }]);
});

it('clears up an attempt whose process is gone, though its token is still good', async () => {
  const { id, family } = await shop.link(accounts);
  await shop.prisma.accountGrant.update({ where: { id }, data: { attemptState: 'sent', attemptHash: 'some' } });
  await accounts.schedule.tick();
  expect(requestsFor(family)).toBe(1);
  expect(await shop.prisma.accountGrant.findUnique({ where: { id } })).toMatchObject({ attemptState: 'done' });
});

it('one grant that fails does not keep another from being refreshed', async () => {
  const [one, two] = [await shop.link(accounts), await shop.link(accounts)];
  await due(one.id);
  await due(two.id);
  await shop.prisma.accountGrant.update({
    where: { id: one.id },
    data: { accessToken: 'broken', refreshToken: 'broken' },
  });
  await accounts.schedule.tick();
  expect(requestsFor(two.family)).toBe(1);
  expect(shop.log.lines.at(-1)).toContain(one.id);
});

it('begins at once, goes on by itself, and ends', async () => {
  const { id, family } = await shop.link(accounts);
  await due(id);
  accounts.schedule.start();
  const landed = () => shop.prisma.accountGrant.findUnique({ where: { id }, select: { version: true } });
  await expect.poll(landed, { interval: 5 }).toEqual({ version: 1 });
  await due(id);
  await expect.poll(landed, { interval: 5 }).toEqual({ version: 2 });
  await accounts.schedule.stop();
  expect(requestsFor(family)).toBe(2);
});

it.each([
  [3600, 0, 300_000],
  [3600, 1, 600_000],
  [3600, 0.5, 450_000],
  [600, 1, 300_000],
  [60, 0, 30_000],
])('a token of %i s is refreshed ahead, at %d by %i ms', (life, random, ahead) => {
  expect(refreshAheadMs(life, random)).toBe(ahead);
});
