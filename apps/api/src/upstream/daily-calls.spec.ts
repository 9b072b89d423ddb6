import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '#database';
import { migratedDatabase } from '../../../../test/support/database.js';
import { eventually } from '../../../../test/support/eventually.js';
import { DailyCalls } from './daily-calls.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const tape = { upstream: 'tape', clientId: 'one', dailyCalls: 100 };
let database: Database;

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await openDatabase({ databaseUrl: await migratedDatabase(), dataDir: '/nowhere', log: silent });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.prisma.upstreamCalls.deleteMany({});
});

function count(calls: DailyCalls, times: number, of = tape): void {
  for (let time = 0; time < times; time += 1) calls.count(of);
}

/** Calls of an hour that is over. */
const past = (hoursAgo: number, calls: number) =>
  database.prisma.upstreamCalls.create({
    data: { upstream: 'tape', clientId: 'one', hour: new Date(Date.now() - hoursAgo * 3_600_000), calls },
  });

describe('DailyCalls', () => {
  it('adds up what every process counts, by upstream and app', async () => {
    const [one, other] = [new DailyCalls(database), new DailyCalls(database)];
    count(one, 7);
    count(other, 5);
    count(one, 3, { ...tape, clientId: 'two' });
    await eventually(async () => {
      expect(await one.sum(tape)).toBe(12);
      expect(await one.sum({ ...tape, clientId: 'two' })).toBe(3);
    });
    expect(await one.sum({ ...tape, upstream: 'other' })).toBe(0);
  });

  it('knows how much of the budget the last day has used, and forgets what is older', async () => {
    await past(2, 30);
    await past(23, 10);
    await past(25, 1_000);
    const calls = new DailyCalls(database);
    await eventually(async () => {
      expect(calls.used(tape)).toBe(0.4);
      await Promise.resolve();
    });
    count(calls, 10);
    expect(calls.used(tape)).toBe(0.5);
  });

  it('counts later what it could not write down', async () => {
    const calls = new DailyCalls(database);
    // What the test before is still writing down must not be counted here.
    const own = { ...tape, clientId: 'own' };
    await database.prisma.$executeRaw`ALTER TABLE upstream_calls RENAME TO upstream_calls_away`;
    try {
      count(calls, 4, own);
      await expect(calls.sum(own)).rejects.toThrow();
    } finally {
      await database.prisma.$executeRaw`ALTER TABLE upstream_calls_away RENAME TO upstream_calls`;
    }
    await eventually(async () => {
      // Each new call is an occasion for those before it.
      count(calls, 1, { ...tape, clientId: 'two' });
      expect(await calls.sum(own)).toBe(4);
    });
  });
});
