import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '#database';
import { migratedDatabase } from '../../../../test/support/database.js';
import { PostgresBlocks } from './postgres-blocks.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
let database: Database;

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await openDatabase({ databaseUrl: await migratedDatabase(), dataDir: '/nowhere', log: silent });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.prisma.upstreamBlock.deleteMany({});
});

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
    await new PostgresBlocks(database).extend('tape', told);
    expect(await new PostgresBlocks(database).read('tape')).toEqual(told);
    expect(await new PostgresBlocks(database).read('other')).toBeNull();
  });

  it('keeps the later of what two processes were told', async () => {
    const [one, other] = [new PostgresBlocks(database), new PostgresBlocks(database)];
    const later = { ...block(120), reason: 'QUOTA', strikes: 2 };
    await one.extend('tape', later);
    await other.extend('tape', { ...block(60), since: later.since });
    expect(await other.read('tape')).toEqual(later);
    expect(await new PostgresBlocks(database).read('tape')).toEqual(later);
    const latest = { ...block(180), since: later.since };
    await other.extend('tape', latest);
    expect(await one.read('tape')).toEqual(latest);
  });

  it('counts from the first of several that follow each other without a gap', async () => {
    const [one, other] = [new PostgresBlocks(database), new PostgresBlocks(database)];
    await one.extend('tape', block(-60));
    const first = block(10, 20);
    await one.extend('tape', first);
    await other.extend('tape', block(30));
    expect(await new PostgresBlocks(database).read('tape')).toMatchObject({ since: first.since });
  });

  it('does not keep to one that a clock has made which was ahead, not after a start either', async () => {
    const ahead = { ...block(2 * 86_400), since: Date.now() + 86_400_000 };
    const blocks = new PostgresBlocks(database);
    await blocks.extend('tape', ahead);
    expect(await new PostgresBlocks(database).read('tape')).toBeNull();
    expect(await blocks.read('tape')).toBeNull();
    const told = block(60);
    await blocks.extend('tape', told);
    expect(await new PostgresBlocks(database).read('tape')).toEqual(told);
  });

  it('tells of several the one that lasts longest', async () => {
    const blocks = new PostgresBlocks(database);
    const [short, long] = [block(30), block(60)];
    await blocks.extend('tape', short);
    await blocks.extend('tape charts', long);
    expect(await new PostgresBlocks(database).read('tape', 'tape charts')).toEqual(long);
    expect(await blocks.read('tape', 'other')).toEqual(short);
  });

  it('forgets one that is over, and none that holds', async () => {
    const blocks = new PostgresBlocks(database);
    await blocks.extend('tape', block(-1));
    await blocks.clear('tape');
    expect(await new PostgresBlocks(database).read('tape')).toBeNull();
    const holding = block(60);
    await new PostgresBlocks(database).extend('tape', holding);
    await blocks.clear('tape');
    expect(await blocks.read('tape')).toEqual(holding);
  });

  it('is kept by this process while the database is away, and told to the others when it is back', async () => {
    const blocks = new PostgresBlocks(database);
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
    expect(await new PostgresBlocks(database).read('tape')).toEqual(untold);
  });

  it('does not wait for a database that hangs', async () => {
    const blocks = new PostgresBlocks(database);
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
