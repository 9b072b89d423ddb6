import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { PrismaClient } from './generated/client.js';
import type { Database } from './open-database.js';
import { createPrismaClient } from './prisma-client.js';
import { type FaultyProxy, startFaultyProxy } from './testing/faulty-proxy.js';
import { makeListeningLog } from './testing/listening-log.js';
import { startPooler } from './testing/pooler.js';
import { openScratchDatabase } from './testing/scratch-database.js';

let server: Database;
let proxy: FaultyProxy | undefined;
let prisma: PrismaClient;

beforeAll(async () => {
  server = await openScratchDatabase();
});
afterEach(async () => {
  await prisma.$disconnect();
  await proxy?.close();
  proxy = undefined;
});
afterAll(() => server.close());

/** How many statements of the pool wait for a lock. */
async function waiting(): Promise<unknown> {
  const [row] = await server.prisma.$queryRaw<unknown[]>`
    SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
  return row;
}

const answer = (client: Pick<PrismaClient, '$queryRaw'>): Promise<unknown> => client.$queryRaw`SELECT 1 AS one`;

describe('a server that vanishes without a word', () => {
  it.each([
    ['a statement', () => answer(prisma)],
    ['a transaction', () => prisma.$transaction((transaction) => answer(transaction))],
  ])('costs %s and its connection, and the next one gets an answer', async (_, ask) => {
    proxy = await startFaultyProxy(server.connectionString);
    prisma = createPrismaClient(proxy.connectionString, makeListeningLog(), 1_000);
    await ask();
    proxy.stall();
    await expect(ask()).rejects.toThrow();
    expect(await answer(prisma)).toEqual([{ one: 1 }]);
  });
});

describe('a pool', () => {
  it('has the server end a statement that takes too long, and a transaction that nobody goes on with', async () => {
    prisma = createPrismaClient(server.connectionString, makeListeningLog());
    expect(await prisma.$queryRaw`SHOW statement_timeout`).toEqual([{ statement_timeout: '10s' }]);
    expect(await prisma.$queryRaw`SHOW idle_in_transaction_session_timeout`).toEqual([
      { idle_in_transaction_session_timeout: '10s' },
    ]);
  });

  it('reads and keeps times as they are, whatever zone and style the role has', async () => {
    await server.prisma.$executeRawUnsafe("CREATE ROLE tokyo LOGIN PASSWORD 's3cret'");
    for (const setting of ["TimeZone = 'Asia/Tokyo'", "DateStyle = 'German'"])
      await server.prisma.$executeRawUnsafe(`ALTER ROLE tokyo SET ${setting}`);
    prisma = createPrismaClient(server.connectionString.replace(/\/\/[^@]*@/, '//tokyo:s3cret@'), makeListeningLog());
    const at = new Date('2026-12-01T07:10:46.147Z');
    const row = await prisma.$queryRaw`
      SELECT to_timestamp(${at.getTime() / 1000}) AS read, (extract(epoch FROM ${at}::timestamptz) * 1000)::float8 AS kept`;
    expect(row).toEqual([{ read: at, kept: at.getTime() }]);
  });

  it('is one behind a pooler too, which knows no limits of time when a session begins', async () => {
    const pooler = await startPooler(server.connectionString, 'session');
    onTestFinished(() => pooler.close());
    prisma = createPrismaClient(pooler.connectionString, makeListeningLog());
    expect(await prisma.$queryRaw`SHOW statement_timeout`).toEqual([{ statement_timeout: '10s' }]);
  });

  it('lets nobody wait for ever when its four connections are taken', async () => {
    prisma = createPrismaClient(server.connectionString, makeListeningLog());
    const holder = new pg.Client(server.connectionString);
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock(7)');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const ask = (): Promise<string> =>
      prisma.$queryRaw`SELECT 1 AS one FROM pg_advisory_lock_shared(7)`.then(
        () => 'an answer',
        () => 'no place',
      );
    const asked = Array.from({ length: 12 }, ask);
    await expect.poll(waiting).toEqual({ n: 4 });
    await vi.advanceTimersByTimeAsync(5_000);
    vi.useRealTimers();
    await holder.end();
    const answers = await Promise.all(asked);
    expect(answers.toSorted()).toEqual([...Array<string>(4).fill('an answer'), ...Array<string>(8).fill('no place')]);
  });
});
