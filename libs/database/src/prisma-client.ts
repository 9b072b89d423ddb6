import { PrismaPg } from '@prisma/adapter-pg';
import { Socket } from 'node:net';
import type { ClientBase } from 'pg';
import type { DatabaseLog } from './database-log.js';
import { errorCode } from './error-code.js';
import { PrismaClient } from './generated/client.js';

const CONNECT_MS = 5_000;
/** What servers, databases and roles can have otherwise. */
const SESSION = {
  /** The server itself ends what takes longer, in milliseconds. */
  statement_timeout: 10_000,
  /** Of a process that was lost with its machine it would keep the locks until TCP gives that up. */
  idle_in_transaction_session_timeout: 10_000,
  /** Prisma takes each time that it is told for one of UTC, whatever stands behind it, and in this style. */
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  default_transaction_isolation: 'read committed',
};
/** A connection on which nothing came for so long has nobody at its other end: a server would have ended the statement. */
const SILENT_MS = 12_000;
/**
 * Each is a process of Postgres that has to learn all tables anew: with ten of them a small backup costs Postgres twice as
 * much. What visitors ask is answered from memory, so more than these seldom have something to do at a time.
 */
const MOST_CONNECTIONS = 4;
/** An unused connection is given back before it counts as silent. */
const IDLE_MS = 10_000;

/**
 * A Prisma client with its own pool. No query may hang: taking a connection ends after 5 s, a statement after 10 s, and a
 * connection whose other side has vanished without a word after 12 s. The pool replaces lost connections by itself; they
 * are only logged.
 *
 * @param silentMs those 12 s, in milliseconds
 */
export function createPrismaClient(connectionString: string, log: DatabaseLog, silentMs = SILENT_MS): PrismaClient {
  const lost = (error: Error): void => {
    log.debug(`A pooled database connection was lost (${errorCode(error) ?? 'connection ended'}).`);
  };
  const adapter = new PrismaPg(
    {
      connectionString,
      application_name: 'tonearm',
      max: MOST_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_MS,
      idleTimeoutMillis: IDLE_MS,
      // eslint-disable-next-line @typescript-eslint/no-misused-promises -- it is waited for, of which the types say nothing
      onConnect: begin,
      keepAlive: true,
      // pg's own query_timeout gives the query up and keeps the connection, for the next one to hang on.
      stream: () => endingWhenSilent(silentMs),
    },
    { onPoolError: lost, onConnectionError: lost },
  );
  return new PrismaClient({ adapter });
}

/** By a statement: poolers refuse a connection that asks for it when it begins. */
async function begin(client: ClientBase): Promise<void> {
  const text = Object.entries(SESSION).map(([name, value]) => `SET ${name} = '${value}'`);
  const statements = { text: text.join(';'), query_timeout: CONNECT_MS };
  await client.query(statements);
}

function endingWhenSilent(silentMs: number): Socket {
  const socket = new Socket();
  return socket.setTimeout(silentMs, () => {
    socket.destroy(Object.assign(new Error('No answer in time.'), { code: 'ETIMEDOUT' }));
  });
}
