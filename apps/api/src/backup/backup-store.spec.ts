import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, type Notifications, openDatabase, openNotifications } from '#database';
import { migratedDatabase } from '../../../../test/support/database.js';
import { BackupStore } from './backup-store.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const WISH = { trigger: 'schedule', full: false, newFolder: false } as const;
const DUE = { job: 'backup 0 * * * * Etc/UTC spotify', slot: new Date('2026-03-01T04:00:00Z') };
let database: Database;
let notifications: Notifications;
let store: BackupStore;

beforeAll(async () => {
  database = await openDatabase({ databaseUrl: await migratedDatabase(), dataDir: '/nowhere', log: silent });
  notifications = openNotifications({ connectionString: database.connectionString, log: silent });
  store = new BackupStore(database, notifications);
});
afterAll(async () => {
  await notifications.close();
  await database.close();
});

it('begins what is due once, though two look at the same moment and it fails at once', async () => {
  const begun: string[] = [];
  const look = (name: string): Promise<boolean> =>
    store.atSlot(DUE, async (transaction) => {
      const backup = await store.create('spotify', name, WISH, transaction);
      begun.push(name);
      await transaction.$executeRaw`UPDATE backups SET state = 'failed', finished_at = now() WHERE id = ${backup?.id}::uuid`;
    });
  expect((await Promise.all([look('one'), look('two')])).sort()).toEqual([false, true]);
  expect(begun).toHaveLength(1);
  expect((await store.list()).map(({ name }) => name)).toEqual(begun);
});

it('takes one on, ends it and takes it away though nobody can be told', async () => {
  const mute = openNotifications({ connectionString: database.connectionString, log: silent });
  await mute.close();
  const untold = new BackupStore(database, mute);
  const backup = await untold.create('tape', 'untold', WISH);
  const held = await untold.jobs.claim(randomUUID(), ['tape'], () => Promise.resolve(0));
  const claim = held && (await untold.take(held));
  if (!backup || !claim) throw new Error('There is nothing to work on.');
  await untold.end(claim, 'failed', { summary: null, trouble: null });
  expect(await store.get(backup.id)).toMatchObject({ state: 'failed' });
  await untold.remove(backup.id);
  expect(await store.get(backup.id)).toBeNull();
});

it('leaves open what could not be begun, and nothing of it stays', async () => {
  const next = { ...DUE, slot: new Date('2026-03-01T05:00:00Z') };
  await expect(
    store.atSlot(next, async (transaction) => {
      await store.create('lastfm', 'half', WISH, transaction);
      throw new Error('The disk is full.');
    }),
  ).rejects.toThrow('The disk is full.');
  await store.atSlot(next, (transaction) => store.create('lastfm', 'whole', WISH, transaction));
  expect((await store.list()).filter(({ provider }) => provider === 'lastfm').map(({ name }) => name)).toEqual([
    'whole',
  ]);
});
