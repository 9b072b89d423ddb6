import { createServer } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connectByUrl } from './connect-by-url.js';
import { DatabaseError } from './database-error.js';
import type { DatabaseLog } from './database-log.js';
import { errorCode } from './error-code.js';
import type { Database } from './open-database.js';
import { startFaultyProxy } from './testing/faulty-proxy.js';
import { makeListeningLog } from './testing/listening-log.js';
import { startPooler } from './testing/pooler.js';
import { openScratchDatabase } from './testing/scratch-database.js';

let server: Database;
const log = makeListeningLog();

beforeAll(async () => {
  server = await openScratchDatabase();
});
afterAll(() => server.close());

async function failure(url: string, waitMs = 300): Promise<DatabaseError> {
  const error: unknown = await connectByUrl(url, log, waitMs).catch((thrown: unknown) => thrown);
  if (!(error instanceof DatabaseError)) throw new Error('expected a DatabaseError', { cause: error });
  return error;
}

/** Does something when it is told that the database is waited for. */
function whenWaiting(act: () => void): DatabaseLog & { lines: string[] } {
  const listening = makeListeningLog();
  const info = (line: string): void => {
    listening.info(line);
    if (line.includes('Waiting')) act();
  };
  return { ...listening, info };
}

async function addRole(name: string, limits = ''): Promise<string> {
  await server.prisma.$executeRawUnsafe(`CREATE ROLE ${name} LOGIN PASSWORD 's3cret' ${limits}`);
  return server.connectionString.replace(/\/\/[^@]*@/, `//${name}:s3cret@`);
}

/** With which code the server refuses a connection. */
async function refusal(): Promise<string | undefined> {
  const client = new pg.Client(server.connectionString);
  client.on('error', () => undefined);
  return client.connect().then(
    () => client.end().then(() => undefined),
    (error: unknown) => errorCode(error),
  );
}

/** How many connections of a start the server has. */
async function connections(): Promise<unknown> {
  const [row] = await server.prisma.$queryRaw<unknown[]>`
    SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'tonearm start'`;
  return row;
}

function expectNoSecrets(error: DatabaseError): void {
  const told = JSON.stringify([error.message, error.remedy, error.stack, error.cause, log.lines]);
  expect(told).not.toContain('somebody');
  expect(told).not.toContain('s3cret');
}

describe('connectByUrl', () => {
  it('waits for a server that does not listen yet', async () => {
    const late = await startFaultyProxy(server.connectionString);
    late.cut();
    const listening = whenWaiting(late.mend);
    const client = await connectByUrl(late.connectionString, listening, 60_000);
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect(listening.lines.filter((line) => line.includes('Waiting'))).toHaveLength(1);
    await client.end();
    await late.close();
  });

  it('waits for a place where all are taken', async () => {
    const url = await addRole('only_one', 'CONNECTION LIMIT 1');
    const before = await connectByUrl(url, log);
    const waiting = whenWaiting(() => void before.end());
    await (await connectByUrl(url, waiting, 60_000)).end();
    expect(waiting.lines).toEqual([expect.stringContaining('(53300)')]);
  });

  it('waits for a server that ends, and comes back', async () => {
    const client = new pg.Client(server.connectionString);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`,
    );
    const pid = rows[0]?.pid ?? 0;
    // 0 would be our own group.
    expect(pid).toBeGreaterThan(0);
    // Lets nobody in any more, and waits for those who are there.
    process.kill(pid, 'SIGTERM');
    await expect.poll(refusal).toBe('57P03');
    const waiting = whenWaiting(() => process.kill(pid, 'SIGINT'));
    client.on('error', () => undefined);
    await (await connectByUrl(server.connectionString, waiting, 60_000)).end();
    expect(waiting.lines).toEqual([expect.stringContaining('(57P03)')]);
  });

  it('gives up on a server that does not listen, and names host, port and database only', async () => {
    const error = await failure('postgresql://somebody:s3cret@127.0.0.1:1/music');
    expect(error.code).toBe('database_unreachable');
    expect(error.message).toContain('music at 127.0.0.1:1');
    expectNoSecrets(error);
  });

  it('says of a server without TLS that it has none', async () => {
    const error = await failure(`${server.connectionString}?sslmode=require`);
    expect(error).toMatchObject({ code: 'database_refused', message: expect.stringContaining('no TLS') as unknown });
  });

  it('gives up on a server that accepts and never answers', async () => {
    const mute = createServer();
    const port = await new Promise<number>((resolve) => {
      mute.listen(0, '127.0.0.1', () => {
        const address = mute.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const error = await failure(`postgresql://somebody:s3cret@127.0.0.1:${port}/music`);
    mute.close();
    expect(error.code).toBe('database_unreachable');
  });

  it('gives up on one that takes the login, and then never answers', async () => {
    const pooler = await startFaultyProxy(server.connectionString);
    pooler.stallWhenTold('current_schema');
    const error = await failure(pooler.connectionString, 2_000);
    expect(error).toMatchObject({
      code: 'database_unreachable',
      message: expect.stringContaining('no answer') as unknown,
    });
    expect(pooler.brought()).toContain('server_version');
    await pooler.close();
  });

  it('does not wait when the login or the database is wrong', async () => {
    const wrong = server.connectionString.replace(/\/\/[^@]*@/, '//somebody:s3cret@');
    const login = await failure(wrong, 60_000);
    expect(login.code).toBe('database_refused');
    expectNoSecrets(login);

    const database = await failure(server.connectionString.replace(/[^/]*$/, 'nothing_here'), 60_000);
    expect(database.code).toBe('database_refused');
    expect(database.message).toContain('nothing_here');
  });

  it('refuses a schema other than public, and a role that has one of its own', async () => {
    const named = await failure(`${server.connectionString}?schema=music`);
    expect(named).toMatchObject({
      code: 'database_refused',
      message: expect.stringContaining('schema music') as unknown,
    });
    await (await connectByUrl(`${server.connectionString}?schema=public`, log)).end();

    const url = await addRole('somebody');
    await server.prisma.$executeRawUnsafe('CREATE SCHEMA somebody AUTHORIZATION somebody');
    expect((await failure(url)).code).toBe('database_refused');
    // Who is refused keeps no place.
    await expect.poll(connections).toEqual({ n: 0 });
    await server.prisma.$executeRawUnsafe('DROP SCHEMA somebody');
    await (await connectByUrl(url, log)).end();
  });

  it('refuses one that can only be read, as a standby', async () => {
    const url = await addRole('reading_only');
    await server.prisma.$executeRaw`ALTER ROLE reading_only SET default_transaction_read_only = on`;
    expect(await failure(url)).toMatchObject({
      code: 'database_refused',
      message: expect.stringContaining('only be read'),
      remedy: expect.stringContaining('primary'),
    });
  });

  it('refuses a database that cannot hold every title', async () => {
    await server.prisma.$executeRawUnsafe(
      `CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0`,
    );
    const error = await failure(server.connectionString.replace(/[^/]*$/, 'latin'));
    expect(error).toMatchObject({ code: 'database_refused', message: expect.stringContaining('LATIN1') as unknown });
    expect(error.remedy).toContain('UTF8');
  });

  it.each(['transaction', 'session'] as const)('takes a pooler that keeps sessions alone: one by %s', async (mode) => {
    const pooler = await startPooler(server.connectionString, mode);
    onTestFinished(() => pooler.close());
    if (mode === 'session') {
      const client = await connectByUrl(pooler.connectionString, log);
      expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
      await client.end();
    } else {
      expect(await failure(pooler.connectionString, 30_000)).toMatchObject({
        code: 'database_refused',
        message: expect.stringContaining('pooler'),
        remedy: expect.stringContaining('pool_mode = session'),
      });
    }
  });

  it('refuses a server that is too old, by its version', async () => {
    await server.prisma.$executeRawUnsafe('CREATE DATABASE old');
    await server.prisma.$executeRawUnsafe('ALTER DATABASE old SET search_path = public, pg_catalog');
    const url = server.connectionString.replace(/[^/]*$/, 'old');
    const client = new pg.Client(url);
    await client.connect();
    const tell = (version: string): Promise<unknown> =>
      client.query(`CREATE OR REPLACE FUNCTION public.current_setting(name text) RETURNS text LANGUAGE sql AS
        $$ SELECT CASE name WHEN 'server_version' THEN '${version}' ELSE pg_catalog.current_setting(name) END $$`);
    await tell('12.22 (Debian 12.22-1)');
    const error = await failure(url);
    expect(error).toMatchObject({ code: 'database_refused', message: expect.stringContaining('12.22') as unknown });
    expect(error.message).toContain('13 or newer');
    await tell('13beta1');
    await (await connectByUrl(url, log)).end();
    await client.end();
  });

  it('hands out a connection whose end does not end the process', async () => {
    const client = await connectByUrl(server.connectionString, log);
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    await server.prisma.$queryRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tonearm start'`;
    await ended;
    await expect(client.query('SELECT 1')).rejects.toThrow();
  });

  it('says so when a file that the URL names is not there', async () => {
    const error = await failure('postgresql://somebody:s3cret@127.0.0.1:1/music?sslrootcert=/nowhere/ca.pem');
    expect(error).toMatchObject({
      code: 'database_url_invalid',
      message: expect.stringContaining('ENOENT') as unknown,
    });
    expectNoSecrets(error);
  });

  it.each([
    'mysql://somebody:s3cret@host/music',
    'postgresql://somebody:s3cret@host:port/music',
    // Until the slash is encoded, `somebody` is the host, 12 its port, and the rest the database.
    'postgresql://somebody:12/s3cret@host/music',
    'postgresql://somebody:12#s3cret@host/music',
    'postgresql://somebody:12@s3cret@127.0.0.1:1/music',
    'postgresql://somebody:12?s3cret@host/music',
    'postgres',
    '',
  ])('refuses %s without repeating it', async (url) => {
    const error = await failure(url);
    expect(error.code).toBe('database_url_invalid');
    expectNoSecrets(error);
  });
});
