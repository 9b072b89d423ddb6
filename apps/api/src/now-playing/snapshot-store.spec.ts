import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, type Notifications, openDatabase, openNotifications } from '#database';
import { migratedDatabase } from '../../../../test/support/database.js';
import { eventually } from '../../../../test/support/eventually.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import { SnapshotStore } from './snapshot-store.js';
import { playing } from './testing/playing.js';

const settings = (origin: string): PlatformSettings => Object.assign(new PlatformSettings(), { BASE_URL: origin });
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
let database: Database;
let notifications: Notifications;
let store: SnapshotStore;

beforeAll(async () => {
  database = await openDatabase({ databaseUrl: await migratedDatabase(), dataDir: '/nowhere', log: silent });
});
beforeEach(() => {
  notifications = openNotifications({ connectionString: database.connectionString, log: silent });
  store = new SnapshotStore(database, notifications, settings('http://music.example'));
});
afterEach(async () => {
  await notifications.close();
  await database.prisma.$executeRaw`
    UPDATE now_playing SET generation = 0, document = NULL, provider = NULL, checked_at = NULL, fresh_until = NULL,
      looked_at = NULL, leader = NULL, lease_until = NULL`;
});
afterAll(() => database.close());

const landing = {
  document: playing,
  provider: 'lastfm',
  subject: 'ada',
  generation: 3,
  readAgoMs: 20_000,
  seenAgoMs: 40_000,
  freshForMs: 60_000,
  isNews: true,
};
const bid = { lookedAgoMs: 0, generation: 0 };

/** The lease of whoever leads is over, as after a kill. */
const endLease = () => database.prisma.$executeRaw`UPDATE now_playing SET lease_until = now() - interval '1 ms'`;

describe('SnapshotStore', () => {
  it('lets one of many lead, and nobody who only reads', async () => {
    const crowd = Array.from({ length: 8 }, () => randomUUID());
    const seen = await Promise.all(crowd.map((process) => store.sync(process, bid)));
    expect(seen.filter(({ leads }) => leads)).toHaveLength(1);
    expect(seen.every(({ leads, isLed }) => leads !== isLed)).toBe(true);
    expect(await store.sync(randomUUID(), null)).toMatchObject({ leads: false, isLed: true });
    await store.depose();
    expect(await store.sync(randomUUID(), null)).toMatchObject({ leads: false, isLed: false });
  });

  it('lets another one lead when the lease is over or given back, and then keeps nothing of the one before', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    await store.sync(one, bid);
    expect(await store.sync(other, bid)).toMatchObject({ leads: false });
    await endLease();
    expect(await store.sync(other, bid)).toMatchObject({ leads: true });
    expect(await store.land(one, landing)).toBe(false);
    expect((await store.sync(one, null)).document).toBeNull();
    await store.release(one);
    expect(await store.sync(one, bid)).toMatchObject({ leads: false });
    await store.release(other);
    expect(await store.sync(one, bid)).toMatchObject({ leads: true });
  });

  it('lets another one lead when the lease is from a clock that was ahead', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    await store.sync(one, bid);
    await database.prisma.$executeRaw`UPDATE now_playing SET lease_until = now() + interval '1 day'`;
    expect(await store.sync(other, bid)).toMatchObject({ leads: true });
  });

  it('lets one with something newer to tell lead before the lease is over, once the leader is silent', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    await store.sync(one, bid);
    await store.land(one, landing);
    const newer = { ...bid, generation: 4 };
    expect(await store.sync(other, newer)).toMatchObject({ leads: false });
    await database.prisma.$executeRaw`UPDATE now_playing SET lease_until = now() + interval '4 s'`;
    expect(await store.sync(other, { ...bid, generation: 3 })).toMatchObject({ leads: false });
    expect(await store.sync(other, newer)).toMatchObject({ leads: true });
  });

  it('keeps what the leader has found, tells the others, and takes nothing older in its place', async () => {
    const one = randomUUID();
    let heard = 0;
    store.onNews(() => (heard += 1));
    await eventually(async () => {
      expect(heard).toBe(1);
      await Promise.resolve();
    });
    await store.sync(one, bid);
    expect(await store.land(one, landing)).toBe(true);
    await eventually(async () => {
      expect(heard).toBe(2);
      await Promise.resolve();
    });
    const seen = await store.sync(randomUUID(), null);
    expect(seen).toMatchObject({ document: playing, provider: 'lastfm', generation: 3 });
    expect(seen.subject).toBe('ada');
    expect(Math.round((seen.readAgoMs ?? 0) / 10_000)).toBe(2);
    expect(Math.round((seen.seenAgoMs ?? 0) / 10_000)).toBe(4);
    expect(seen.freshForMs).toBeGreaterThan(50_000);
    expect(seen.freshForMs).toBeLessThanOrEqual(60_000);
    expect(await store.land(one, { ...landing, generation: 2 })).toBe(false);
    expect((await store.sync(one, null)).generation).toBe(3);
  });

  it('knows when somebody looked last at any process', async () => {
    expect((await store.sync(randomUUID(), { ...bid, lookedAgoMs: null })).lookedAgoMs).toBeNull();
    await store.sync(randomUUID(), { ...bid, lookedAgoMs: 40_000 });
    expect((await store.sync(randomUUID(), null)).lookedAgoMs).toBeGreaterThanOrEqual(40_000);
    await store.sync(randomUUID(), { ...bid, lookedAgoMs: 5_000 });
    await store.sync(randomUUID(), { ...bid, lookedAgoMs: 30_000 });
    const { lookedAgoMs } = await store.sync(randomUUID(), null);
    expect(lookedAgoMs).toBeGreaterThanOrEqual(5_000);
    expect(lookedAgoMs).toBeLessThan(30_000);
  });

  it('is not fresh any more for anybody when the first comes after a while, and the leader hears of it', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    let heard = 0;
    store.onNews(() => (heard += 1));
    await store.sync(one, bid);
    await store.land(one, { ...landing, isNews: false, freshForMs: 300_000 });
    await eventually(async () => {
      expect(heard).toBe(1);
      await Promise.resolve();
    });
    // Read lately, or looked at lately: nobody has to ask anew.
    await database.prisma.$executeRaw`UPDATE now_playing SET looked_at = now() - interval '70 s'`;
    expect((await store.sync(other, bid)).freshForMs).toBeGreaterThan(0);
    await database.prisma.$executeRaw`
      UPDATE now_playing SET looked_at = now() - interval '50 s', checked_at = now() - interval '70 s'`;
    expect((await store.sync(other, bid)).freshForMs).toBeGreaterThan(0);
    await database.prisma.$executeRaw`UPDATE now_playing SET looked_at = now() - interval '70 s'`;
    expect((await store.sync(other, bid)).freshForMs).toBeLessThan(0);
    expect((await store.sync(randomUUID(), bid)).freshForMs).toBeLessThan(0);
    await eventually(async () => {
      expect(heard).toBe(2);
      await Promise.resolve();
    });
    await store.land(one, { ...landing, isNews: false });
    expect((await store.sync(other, bid)).freshForMs).toBeGreaterThan(0);
  });

  it('names the picture for none by the address that it has by now', async () => {
    const one = randomUUID();
    await store.sync(one, bid);
    await store.land(one, {
      ...landing,
      document: { ...playing, albumImageUrl: 'http://music.example/not-playing.svg' },
    });
    const moved = new SnapshotStore(database, notifications, settings('http://other.example'));
    const addresses = [await store.sync(one, null), await moved.sync(one, null)].map(
      ({ document }) => document?.albumImageUrl,
    );
    expect(addresses).toEqual(['http://music.example/not-playing.svg', 'http://other.example/not-playing.svg']);
  });

  it('takes what another version has written for nothing', async () => {
    const one = randomUUID();
    await store.sync(one, bid);
    await store.land(one, landing);
    await database.prisma.$executeRaw`UPDATE now_playing SET document = '{"isPlaying":"yes"}'`;
    expect((await store.sync(one, null)).document).toBeNull();
  });
});
