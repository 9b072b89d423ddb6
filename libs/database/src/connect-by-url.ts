import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { DatabaseError } from './database-error.js';
import type { DatabaseLog } from './database-log.js';
import { errorCode, errorText } from './error-code.js';
import { keepsSessions } from './keeps-sessions.js';
import { isPostgresUrl } from './postgres-url.js';

const RETRY_MS = 250;
const SCHEMA = 'public';
/** Older ones make no UUIDs by themselves. */
const OLDEST_MAJOR = 13;

/** The server is there but not ready, or full for the moment. */
const NOT_YET = new Set(['57P01', '57P02', '57P03', '53300']);
/** The code of a system call; those of Node's own errors have lines in them. */
const FILE = /^E[A-Z]+$/;
const NETWORK = /^(ECONN|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_|EPIPE|ENOENT)/;

/**
 * Connects to the Postgres at `databaseUrl`. Containers start together, so a server that does not accept connections yet
 * is waited for (`waitMs`); one that refuses us is not.
 * @throws DatabaseError `database_url_invalid`, `database_unreachable`, `database_refused`
 */
export async function connectByUrl(databaseUrl: string, log: DatabaseLog, waitMs = 30_000): Promise<pg.Client> {
  const deadline = performance.now() + waitMs;
  for (let attempt = 0; ; attempt += 1) {
    const patienceMs = (): number => Math.max(1, Math.min(5_000, deadline - performance.now()));
    const client = clientFor(databaseUrl, patienceMs());
    const place = `${client.database ?? 'the default database'} at ${client.host}:${client.port}`;
    try {
      await client.connect();
      await checkDatabase(client, { databaseUrl, place, patienceMs: patienceMs() });
      await checkPooler(client, { databaseUrl, place, patienceMs: patienceMs() });
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (error instanceof DatabaseError) throw error;
      if (!isTransient(error)) throw refused(place, error);
      if (deadline - performance.now() < RETRY_MS) {
        throw new DatabaseError(
          'database_unreachable',
          `The database ${place} did not answer within ${Math.round(waitMs / 1000)} s (${errorCode(error) ?? 'no answer'}).`,
          'Start that Postgres, or correct DATABASE_URL. Without DATABASE_URL Tonearm runs a Postgres of its own.',
        );
      }
      if (attempt === 0) log.info(`Waiting for the database ${place} (${errorCode(error) ?? 'no answer'}).`);
      await delay(RETRY_MS);
    }
  }
}

/** Whether it can hold what we keep, and where we look for it. */
async function checkDatabase(
  client: pg.Client,
  { databaseUrl, place, patienceMs }: { databaseUrl: string; place: string; patienceMs: number },
): Promise<void> {
  const question = {
    text: `SELECT current_schema() AS schema, current_setting('server_encoding') AS encoding,
      current_setting('server_version') AS version, current_setting('transaction_read_only') AS "readOnly"`,
    // A pooler takes the login itself, and may wait for its server with what comes then.
    query_timeout: patienceMs,
  };
  const { rows } = await client.query<{
    schema: string | null;
    encoding: string;
    version: string;
    readOnly: 'on' | 'off';
  }>(question);
  const { schema = null, encoding = '', version = '', readOnly } = rows[0] ?? {};
  if (Number.parseInt(version) < OLDEST_MAJOR) {
    throw new DatabaseError(
      'database_refused',
      `The server of the database ${place} is Postgres ${version}, and Tonearm needs ${OLDEST_MAJOR} or newer.`,
      'Upgrade that server, or give Tonearm another one. Without DATABASE_URL it runs a Postgres of its own.',
    );
  }
  if (readOnly === 'on') {
    throw new DatabaseError(
      'database_refused',
      `The database ${place} can only be read there.`,
      'Write the address of the primary in DATABASE_URL, not of a standby. If it is the primary, look at ' +
        'default_transaction_read_only of the server, the database and the user.',
    );
  }
  if (encoding !== 'UTF8') {
    throw new DatabaseError(
      'database_refused',
      `The database ${place} keeps texts in ${encoding}, which has no room for the titles of the world.`,
      "Give Tonearm a database in UTF8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
    );
  }
  // Tables are made where the role looks first, and read in `public`: both have to be the same.
  const used = /[?&]schema=([^&#]*)/.exec(databaseUrl)?.[1] ?? schema;
  if (used === SCHEMA) return;
  throw new DatabaseError(
    'database_refused',
    used === null
      ? `The user of DATABASE_URL may not use the schema ${SCHEMA} of the database ${place}.`
      : `DATABASE_URL leads to the schema ${used} of the database ${place}, and Tonearm keeps its tables in ${SCHEMA}.`,
    'Give Tonearm a database of its own whose owner is the user in DATABASE_URL: without schema=…, and without a schema or ' +
      `a search_path of that user's that comes before ${SCHEMA}.`,
  );
}

/** Whether what we hear, and the locks that we hold, would be somebody else's. */
async function checkPooler(
  client: pg.Client,
  { databaseUrl, place, patienceMs }: { databaseUrl: string; place: string; patienceMs: number },
): Promise<void> {
  const connect = async (): Promise<pg.Client> => {
    const other = clientFor(databaseUrl, patienceMs);
    await other.connect();
    return other;
  };
  if (await keepsSessions(client, connect, patienceMs)) return;
  throw new DatabaseError(
    'database_refused',
    `DATABASE_URL leads to a pooler before the database ${place} which serves each transaction by another connection: ` +
      'nothing could be heard there, and no lock would hold.',
    'Write the address of the server itself, or of a pooler that keeps sessions (PgBouncer: pool_mode = session). Hosted ' +
      'databases often have that under another port, or under a name without "pooler".',
  );
}

function clientFor(databaseUrl: string, connectionTimeoutMillis: number): pg.Client {
  try {
    if (!isPostgresUrl(databaseUrl)) throw new TypeError('not a Postgres URL');
    const client = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis,
      keepAlive: true,
      application_name: 'tonearm start',
    });
    // A connection may break at any time, and without a listener that ends the process. The next query reports it.
    client.on('error', () => undefined);
    return client;
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (FILE.test(code)) {
      throw new DatabaseError(
        'database_url_invalid',
        `A file that DATABASE_URL names cannot be read (${code}).`,
        'Correct sslrootcert, sslcert and sslkey in DATABASE_URL.',
      );
    }
    // The parser's own error carries the URL, and with it the password: it goes no further.
    throw new DatabaseError(
      'database_url_invalid',
      'DATABASE_URL is not the URL of a Postgres database.',
      'Write it as postgresql://user:password@host:5432/database, with special characters in the password percent-encoded.',
    );
  }
}

function isTransient(error: unknown): boolean {
  const code = errorCode(error);
  if (code !== undefined) return NOT_YET.has(code) || NETWORK.test(code);
  return /terminated|timeout/i.test(errorText(error));
}

/** Node's codes for a certificate that it does not take. */
const UNTRUSTED = /CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;
/** The driver's own words, which have no code. */
const WITHOUT_TLS = /does not support SSL/;

/** In our words: Postgres names the user in its own. */
function refused(place: string, error: unknown): DatabaseError {
  const [why, remedy] = reasonOf(errorCode(error), errorText(error));
  return new DatabaseError('database_refused', `Cannot use the database ${place}: ${why}.`, remedy);
}

function reasonOf(code: string | undefined, text: string): [why: string, remedy: string] {
  if (code === '28P01' || code === '28000')
    return ['it refuses the login', 'Correct the user and the password in DATABASE_URL.'];
  if (code === '3D000')
    return ['there is no such database', 'Create it, or correct the name at the end of DATABASE_URL.'];
  if (code === 'CERT_HAS_EXPIRED') return ['its certificate has expired', 'Renew the certificate of the server.'];
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return ['its certificate is of another host', 'Write the host in DATABASE_URL as it stands in the certificate.'];
  if (code !== undefined && UNTRUSTED.test(code)) {
    return [
      `its certificate is not trusted (${code})`,
      'Name the certificate of who has signed it in DATABASE_URL: sslmode=verify-full&sslrootcert=/path/to/ca.crt. ' +
        'With sslmode=no-verify any certificate will do, for a network in which nobody else can answer.',
    ];
  }
  if (WITHOUT_TLS.test(text))
    return ['it offers no TLS', 'Take sslmode out of DATABASE_URL, or let the server offer TLS.'];
  return [`the connection failed (${code ?? 'handshake'})`, 'Check user, password, and sslmode in DATABASE_URL.'];
}
