import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PrismaClient } from './generated/client.js';
import type { Database } from './open-database.js';
import { createPrismaClient } from './prisma-client.js';
import { type FaultyProxy, startFaultyProxy } from './testing/faulty-proxy.js';
import { makeListeningLog } from './testing/listening-log.js';
import { openScratchDatabase } from './testing/scratch-database.js';

let server: Database;
let proxy: FaultyProxy;
let prisma: PrismaClient;

beforeAll(async () => {
  server = await openScratchDatabase();
});
afterEach(async () => {
  await prisma.$disconnect();
  await proxy.close();
});
afterAll(() => server.close());

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
