import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type Database, type Notifications, openDatabase, openNotifications } from '#database';
import { migratedDatabase } from '../../../../../test/support/database.js';
import { BackupStore, type Claim } from '../backup-store.js';
import { type Paged, PageReading } from './page-reading.js';
import { ReadingStore } from './reading-store.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
let database: Database;
let notifications: Notifications;
let claim: Claim;

beforeAll(async () => {
  database = await openDatabase({ databaseUrl: await migratedDatabase(), dataDir: '/nowhere', log: silent });
  notifications = openNotifications({ connectionString: database.connectionString, log: silent });
});
afterAll(async () => {
  await notifications.close();
  await database.close();
});
beforeEach(async () => {
  await database.prisma.backup.deleteMany({});
  const store = new BackupStore(database, notifications);
  await store.create('tape', 'one', { trigger: 'owner', full: false, newFolder: false });
  const held = await store.jobs.claim(randomUUID(), ['tape'], () => Promise.resolve(0));
  const taken = held && (await store.take(held));
  if (!taken) throw new Error('There is nothing to work on.');
  claim = taken;
});

/** A process that reads, and how far it has told to be, as `done/total`. */
function reader(): { reading: PageReading; told: () => string[] } {
  const store = new ReadingStore(database);
  const kept = vi.spyOn(store, 'keep');
  return {
    reading: new PageReading({ claim, store, concurrency: 1, signal: AbortSignal.any([]), allow: () => undefined }),
    told: () => kept.mock.calls.map(([, , { done, total }]) => `${done}/${total}`),
  };
}

/** A list of which the provider counts one more than it shows, so that it is read twice. */
function lacking(pages: readonly string[][]): Paged {
  const total = pages.flat().length + 1;
  const ask = (at: string | null) => {
    const number = Number(at) / 2;
    return Promise.resolve({
      entries: pages[number] ?? [],
      total,
      next: pages[number + 1] ? String(number * 2 + 2) : null,
    });
  };
  const kind = { version: null, byOffset: true, distinctBy: null, isPart: false, lackedBefore: null };
  return { ...kind, key: 'tracks', pageSize: 2, ask };
}

it('counts anew what is read anew', async () => {
  const many = reader();
  await many.reading.whole(lacking([['a', 'b'], ['c']]));
  expect(many.told()).toEqual(['2/4', '3/4', '2/4', '3/4']);
  await new ReadingStore(database).forgetPages(claim, 'tracks');
  const single = reader();
  await single.reading.whole(lacking([['a']]));
  expect(single.told()).toEqual(['1/1', '1/1']);
});

it('counts what is kept of an interrupted reading', async () => {
  const list = lacking([['a', 'b'], ['c']]);
  await reader().reading.fetch(list, 0);
  const next = reader();
  await next.reading.whole({ ...list, lackedBefore: 1 });
  expect(next.told()).toEqual(['3/4']);
});
