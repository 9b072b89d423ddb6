import type pg from 'pg';
import { connectByUrl } from './connect-by-url.js';
import { DatabaseError } from './database-error.js';
import type { DatabaseLog } from './database-log.js';
import { openEmbedded } from './embedded/open-embedded.js';
import { errorCode, errorText } from './error-code.js';
import type { PrismaClient } from './generated/client.js';
import { migrate } from './migrations/migrate.js';
import { withVerifiedTls } from './postgres-url.js';
import { createPrismaClient } from './prisma-client.js';

const NOT_ALLOWED = '42501';

/** Which database to open. */
export interface OpenDatabaseOptions {
  /** A Postgres to connect to. Absent: an embedded one in `dataDir`. Holds a password: never log it. */
  databaseUrl?: string;
  /** DATA_DIR, absolute or relative to the working directory. Used by the embedded Postgres only; made when missing. */
  dataDir: string;
  log: DatabaseLog;
}

/** An open, migrated database. */
export interface Database {
  /** For queries. Its pool has four connections, and reconnects by itself. */
  prisma: PrismaClient;
  /** For connections of one's own, such as LISTEN. A secret: it holds the password. */
  connectionString: string;
  /** Whether the server is ours, and lives and ends with this service. */
  embedded: boolean;
  /** Resolves when the database has answered a query; rejects when it does not (after 5 to 10 s at most). */
  ping: () => Promise<void>;
  /** Disconnects, and stops the server if it is ours. Idempotent. */
  close: () => Promise<void>;
}

interface Server {
  connectionString: string;
  client: pg.Client;
  /** The client was only for the start. */
  release: () => Promise<void>;
  close: () => Promise<void>;
}

/**
 * Opens the database and applies the migrations that it lacks. When this throws, nothing that it started is left
 * running, except a server that did not become ready in time: it may be recovering, and the next start waits for it again.
 * @throws DatabaseError
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const { log, databaseUrl } = options;
  const began = performance.now();
  const server = databaseUrl === undefined ? await embedded(options) : await external(databaseUrl, log);
  const { connectionString } = server;
  const prisma = createPrismaClient(connectionString, log);
  const close = async (): Promise<void> => {
    await prisma.$disconnect();
    await server.close();
  };
  try {
    const reached = performance.now();
    await Promise.all([migrate({ client: server.client, connectionString, log }), prisma.$connect()]);
    await server.release();
    log.debug(`Database open: server ${ms(began, reached)}, migrations and client ${ms(reached)} ms.`);
  } catch (error) {
    await close();
    throw errorCode(error) === NOT_ALLOWED ? notAllowed(error) : error;
  }
  let closed: Promise<void> | undefined;
  return {
    prisma,
    connectionString,
    embedded: databaseUrl === undefined,
    ping: async () => {
      await prisma.$queryRaw`SELECT 1`;
    },
    close: () => (closed ??= close()),
  };
}

function notAllowed(error: unknown): DatabaseError {
  return new DatabaseError(
    'database_refused',
    `The user of DATABASE_URL may not do what Tonearm needs: ${errorText(error)}.`,
    'Let that user own the database and the tables in it: ALTER DATABASE … OWNER TO …, and the same for its tables.',
  );
}

async function embedded({ dataDir, log }: OpenDatabaseOptions): Promise<Server> {
  const { client, connectionString, close } = await openEmbedded(dataDir, log);
  // The client holds the lock on DATA_DIR and stays.
  return { client, connectionString, release: () => Promise.resolve(), close };
}

async function external(databaseUrl: string, log: DatabaseLog): Promise<Server> {
  const connectionString = withVerifiedTls(databaseUrl);
  const client = await connectByUrl(connectionString, log);
  const end = async (): Promise<void> => {
    await client.end();
  };
  return { client, connectionString, release: end, close: end };
}

function ms(from: number, to = performance.now()): number {
  return Math.round(to - from);
}
