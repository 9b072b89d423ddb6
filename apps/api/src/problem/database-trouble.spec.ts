import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPrismaClient } from '../../../../libs/database/src/prisma-client.js';
import { type FaultyProxy, startFaultyProxy } from '../../../../libs/database/src/testing/faulty-proxy.js';
import { migratedDatabase } from '../../../../test/support/database.js';
import { isDatabaseAway, isDatabaseFull } from './database-trouble.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
let proxy: FaultyProxy;

beforeAll(async () => {
  proxy = await startFaultyProxy(await migratedDatabase());
});
afterAll(() => proxy.close());

async function failureWhen(happens: () => void): Promise<unknown> {
  const prisma = createPrismaClient(proxy.connectionString, silent, 1_000);
  try {
    await prisma.accountGrant.findMany();
    happens();
    return await prisma.accountGrant.findMany().catch((error: unknown) => error);
  } finally {
    await prisma.$disconnect();
    proxy.mend();
  }
}

describe('a database that is away', () => {
  it('is known by connections that end, and by those on which nothing comes any more', async () => {
    expect(
      isDatabaseAway(
        await failureWhen(() => {
          proxy.cut();
        }),
      ),
    ).toBe(true);
    expect(
      isDatabaseAway(
        await failureWhen(() => {
          proxy.stall();
        }),
      ),
    ).toBe(true);
  });

  it('is like one that takes too long, and like one that has become a standby', async () => {
    const prisma = createPrismaClient(proxy.connectionString, silent);
    const thrownBy = (asking: Promise<unknown>): Promise<unknown> => asking.catch((error: unknown) => error);
    const slow = await thrownBy(
      prisma.$transaction([prisma.$executeRaw`SET LOCAL statement_timeout = 1`, prisma.$queryRaw`SELECT pg_sleep(9)`]),
    );
    const standby = await thrownBy(
      prisma.$transaction([prisma.$executeRaw`SET TRANSACTION READ ONLY`, prisma.upstreamBlock.deleteMany()]),
    );
    await prisma.$disconnect();
    expect([slow, standby].map(isDatabaseAway)).toEqual([true, true]);
  });

  it('is not one that refuses what it is asked', async () => {
    const prisma = createPrismaClient(proxy.connectionString, silent);
    const refusal: unknown = await prisma.$queryRaw`SELECT 1 / 0`.catch((error: unknown) => error);
    await prisma.$disconnect();
    expect(refusal).toBeInstanceOf(Error);
    expect(isDatabaseAway(refusal)).toBe(false);
  });
});

describe('a database without room', () => {
  it('is known by what it says, to whatever is asked of it', async () => {
    const prisma = createPrismaClient(await migratedDatabase(), silent);
    const refuse = "BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END";
    try {
      const raw: unknown = await prisma.$executeRawUnsafe(`DO $$ ${refuse} $$`).catch((error: unknown) => error);
      await prisma.$executeRawUnsafe(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ ${refuse} $$`);
      await prisma.$executeRawUnsafe(
        'CREATE TRIGGER full_disk BEFORE INSERT ON upstream_blocks EXECUTE FUNCTION refuse()',
      );
      const data = { upstream: 'tape', blockedUntil: new Date(), reason: 'a test' };
      const model: unknown = await prisma.upstreamBlock.create({ data }).catch((error: unknown) => error);
      expect([raw, model].map((error) => [isDatabaseFull(error), isDatabaseAway(error)])).toEqual([
        [true, false],
        [true, false],
      ]);
    } finally {
      await prisma.$disconnect();
    }
  });
});
