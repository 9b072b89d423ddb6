import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Accounts } from './open-accounts.js';
import { PROVIDER, type Workshop, openWorkshop } from './testing/room.js';

let shop: Workshop;
let accounts: Accounts;

beforeAll(async () => {
  shop = await openWorkshop();
  accounts = await shop.process();
});
afterAll(() => shop.close());

it('apps are added, changed, listed without secrets, and removed', async () => {
  const { clients } = accounts;
  await clients.add({ provider: PROVIDER, clientId: 'one', clientSecret: 'first-canary', label: 'B' });
  await clients.add({ provider: PROVIDER, clientId: 'two', clientSecret: null, label: 'A' });
  await clients.add({ provider: 'records', clientId: 'one', clientSecret: 'third-canary', label: 'C' });
  await clients.add({ provider: PROVIDER, clientId: 'one', clientSecret: 'second-canary', label: 'B2' });

  expect(await clients.list()).toEqual([
    { provider: PROVIDER, clientId: 'two', label: 'A', hasSecret: false },
    { provider: PROVIDER, clientId: 'one', label: 'B2', hasSecret: true },
    { provider: 'records', clientId: 'one', label: 'C', hasSecret: true },
  ]);
  expect(await clients.find(PROVIDER, 'one')).toEqual({ clientId: 'one', clientSecret: 'second-canary' });
  expect(await clients.find(PROVIDER, 'two')).toEqual({ clientId: 'two', clientSecret: null });
  expect(await clients.find('records', 'two')).toBe(null);

  const rows = await shop.prisma.$queryRaw<{ whole: string }[]>`SELECT c::text AS whole FROM oauth_clients c`;
  expect(JSON.stringify([rows, await clients.list()])).not.toContain('canary');

  expect(await clients.remove(PROVIDER, 'one')).toBe(true);
  expect(await clients.remove(PROVIDER, 'one')).toBe(false);
  expect(await clients.find('records', 'one')).not.toBe(null);
});

it('an app keeps its secret under another label, until it is taken away by name', async () => {
  const { clients } = accounts;
  const key = { provider: 'tapes-2', clientId: 'kept' };
  await clients.add({ ...key, clientSecret: 'kept-secret', label: 'Before' });
  await clients.add({ ...key, label: 'After' });
  expect(await clients.list()).toContainEqual({ ...key, label: 'After', hasSecret: true });
  expect(await clients.find('tapes-2', 'kept')).toEqual({ clientId: 'kept', clientSecret: 'kept-secret' });
  await clients.add({ ...key, clientSecret: null, label: 'After' });
  expect(await clients.find('tapes-2', 'kept')).toEqual({ clientId: 'kept', clientSecret: null });
});

it('an app that is added and removed at the same time is there or not, and nobody fails', async () => {
  const { clients } = accounts;
  const key = { provider: 'tapes-3', clientId: 'contested' };
  await Promise.all(
    Array.from({ length: 24 }, (_, turn) =>
      turn % 2 === 0
        ? clients.add({ ...key, clientSecret: 's'.repeat(turn + 1), label: 'L' })
        : clients.remove(key.provider, key.clientId),
    ),
  );
  const own = (await clients.list()).filter(({ provider }) => provider === key.provider);
  expect(own.length).toBeLessThan(2);
});

it('the audit is appended to and read backwards, page by page', async () => {
  const { audit } = accounts;
  for (const action of ['link.saved', 'token.issued', 'link.forgotten']) {
    await audit.append({
      actor: 'owner',
      action,
      subject: PROVIDER,
      detail: { scopes: ['a', 'b'], count: 1, by: null },
    });
  }
  await audit.append({ actor: 'refresh', action: 'link.ended', subject: PROVIDER });
  const [last, before] = await audit.list({ limit: 2 });
  expect(last).toMatchObject({ actor: 'refresh', action: 'link.ended', detail: {} });
  expect(before).toMatchObject({ action: 'link.forgotten', detail: { scopes: ['a', 'b'], count: 1, by: null } });
  const older = await audit.list({ limit: 50, before: before?.id ?? 0 });
  expect(older.map(({ action }) => action)).toEqual(['token.issued', 'link.saved']);
});
