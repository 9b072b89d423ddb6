import { PrismaPg } from '@prisma/adapter-pg';
import type { DatabaseLog } from './database-log.js';
import { errorCode } from './error-code.js';
import { PrismaClient } from './generated/client.js';

/**
 * A Prisma client with its own pool. No query may hang: taking a connection ends after 5 s, a statement after 10 s. The
 * pool replaces lost connections by itself; they are only logged.
 */
export function createPrismaClient(connectionString: string, log: DatabaseLog): PrismaClient {
  const lost = (error: Error): void => {
    log.debug(`A pooled database connection was lost (${errorCode(error) ?? 'connection ended'}).`);
  };
  const adapter = new PrismaPg(
    {
      connectionString,
      application_name: 'tonearm',
      max: 10,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 60_000,
      statement_timeout: 10_000,
      keepAlive: true,
    },
    { onPoolError: lost, onConnectionError: lost },
  );
  return new PrismaClient({ adapter });
}
