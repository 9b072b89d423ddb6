import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Database, type Notifications, openDatabase, openNotifications } from '#database';
import { migratedDatabase } from '../../../../test/support/database.js';
import { eventually } from '../../../../test/support/eventually.js';
import { PostgresBlocks } from './postgres-blocks.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
let database: Database;
let notifications: Notifications;

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await openDatabase({ databaseUrl: await migratedDatabase(), dataDir: '/nowhere', log: silent });
  notifications = openNotifications({ connectionString: database.connectionString, log: silent });
});
afterAll(async () => {
  await notifications.close();
  await database.close();
});
afterEach(() => {
  vi.useRealTimers();
});
beforeEach(async () => {
  await database.prisma.upstreamBlock.deleteMany({});
});

/** A process that hears nothing. */
const oneProcess = (): PostgresBlocks => new PostgresBlocks(database, notifications);

/** Lets every query about blocks fail, and succeed again. */
const goAway = () => database.prisma.$executeRaw`ALTER TABLE upstream_blocks RENAME TO upstream_blocks_away`;
const comeBack = () => database.prisma.$executeRaw`ALTER TABLE upstream_blocks_away RENAME TO upstream_blocks`;

const block = (inSeconds: number, sinceSeconds = 0) => ({
  since: Date.now() - sinceSeconds * 1000,
  until: Date.now() + inSeconds * 1000,
  reason: 'HTTP 429',
  strikes: 0,
});

describe('PostgresBlocks', () => {
  it('tells every process, and the next start', async () => {
    const told = block(60);
    await oneProcess().extend('tape', told);
    expect(await oneProcess().read('tape')).toEqual(told);
    expect(await oneProcess().read('other')).toBeNull();
  });

  it('keeps the later of what two processes were told', async () => {
    const [one, other] = [oneProcess(), oneProcess()];
    const later = block(120);
    await one.extend('tape', later);
    await other.extend('tape', block(60));
    expect((await one.read('tape'))?.until).toBe(later.until);
    expect((await other.read('tape'))?.until).toBe(later.until);
  });

  it('counts from the first of several that follow each other without a gap', async () => {
    const [one, other] = [oneProcess(), oneProcess()];
    await one.extend('tape', block(-60));
    const first = block(10, 20);
    await one.extend('tape', first);
    await other.extend('tape', block(30));
    expect(await oneProcess().read('tape')).toMatchObject({ since: first.since });
  });

  it('forgets one that is over, and none that holds', async () => {
    const blocks = oneProcess();
    await blocks.extend('tape', block(-1));
    await blocks.clear('tape');
    expect(await oneProcess().read('tape')).toBeNull();
    const holding = block(60);
    await oneProcess().extend('tape', holding);
    await blocks.clear('tape');
    expect(await blocks.read('tape')).toEqual(holding);
  });

  it('is known at once to a process that has just found none', async () => {
    const hearing = oneProcess();
    hearing.onModuleInit();
    // What is told at the beginning must not pass for the news of the block.
    await new Promise((resolve) => notifications.listen('upstream_blocks', resolve));
    vi.useFakeTimers({ toFake: ['performance'] });
    expect(await hearing.read('tape')).toBeNull();
    const told = block(60);
    await oneProcess().extend('tape', told);
    await eventually(async () => {
      expect(await hearing.read('tape')).toEqual(told);
    });
  });

  it('is found within a second by one that does not hear of it, and looked for no more often', async () => {
    const deaf = oneProcess();
    vi.useFakeTimers({ toFake: ['performance'] });
    expect(await deaf.read('tape')).toBeNull();
    const told = block(60);
    await oneProcess().extend('tape', told);
    vi.advanceTimersByTime(999);
    expect(await deaf.read('tape')).toBeNull();
    vi.advanceTimersByTime(1);
    expect(await deaf.read('tape')).toEqual(told);
  });

  it('is told once, also when nobody can be notified', async () => {
    const mute = openNotifications({ connectionString: database.connectionString, log: silent });
    await mute.close();
    const blocks = new PostgresBlocks(database, mute);
    await blocks.extend('tape', block(60));
    // What another process has found out since stays as it is.
    const strikes = 4;
    await database.prisma.upstreamBlock.update({ where: { upstream: 'tape' }, data: { strikes } });
    expect(await blocks.read('tape')).not.toBeNull();
    expect(await oneProcess().read('tape')).toMatchObject({ strikes });
  });

  it('is kept by this process while the database is away, and told to the others when it is back', async () => {
    const blocks = oneProcess();
    await blocks.extend('tape', block(-1));
    await goAway();
    const untold = block(60);
    try {
      await blocks.clear('tape');
      await blocks.extend('tape', untold);
      expect(await blocks.read('tape')).toEqual(untold);
    } finally {
      await comeBack();
    }
    // The old row is still there, and is over: it does not lift the block that it never heard of.
    expect(await blocks.read('tape')).toEqual(untold);
    expect(await oneProcess().read('tape')).toEqual(untold);
  });

  it('does not wait for a database that hangs', async () => {
    const blocks = oneProcess();
    const known = block(60);
    await blocks.extend('tape', known);
    let release = (): void => undefined;
    const held = database.prisma.$transaction(
      async (transaction) => {
        await transaction.$executeRaw`LOCK TABLE upstream_blocks IN ACCESS EXCLUSIVE MODE`;
        await new Promise<void>((resolve) => {
          release = resolve;
          locked();
        });
      },
      { timeout: 20_000 },
    );
    let locked = (): void => undefined;
    await new Promise<void>((resolve) => {
      locked = resolve;
    });
    const start = performance.now();
    expect(await blocks.read('tape')).toEqual(known);
    expect(performance.now() - start).toBeLessThan(2_000);
    release();
    await held;
  });
});
