import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ENGINE_LOCK, MIGRATION_LOCK } from '../advisory-locks.js';
import { installationRoot } from '../installation.js';
import type { Database } from '../open-database.js';
import { openDatabase } from '../open-database.js';
import { makeListeningLog } from '../testing/listening-log.js';
import { startMuteServer } from '../testing/mute-server.js';
import { openScratchDatabase } from '../testing/scratch-database.js';
import { migrate } from './migrate.js';
import { MigrationAdapter } from './migration-adapter.js';
import { readMigrationFiles } from './migration-files.js';
import { NOTE_FINISHED } from './migration-history.js';
import { openSchemaEngine } from './schema-engine.js';

let server: Database;
let url: string;
let client: pg.Client;
const log = makeListeningLog();

beforeAll(async () => {
  server = await openScratchDatabase();
});
afterAll(() => server.close());

beforeEach(async () => {
  url = await createDatabase();
  client = new pg.Client(url);
  await client.connect();
});
afterEach(() => client.end());

async function createDatabase(): Promise<string> {
  const name = `d_${randomUUID().replaceAll('-', '')}`;
  await server.prisma.$executeRawUnsafe(`CREATE DATABASE ${name}`);
  return server.connectionString.replace(/[^/]*$/, name);
}

async function rowsOf(sql: string): Promise<unknown[]> {
  return (await client.query<Record<string, unknown>>(sql)).rows;
}

async function rowsWaitingForALock(asker: pg.Client): Promise<number> {
  const { rowCount } = await asker.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
  return rowCount ?? 0;
}

const run = (): Promise<void> => migrate({ client, connectionString: url, log });

describe('migrate', () => {
  it('applies every migration once when four services start at the same moment', async () => {
    const opened = await Promise.all(
      [1, 2, 3, 4].map(() => openDatabase({ databaseUrl: url, dataDir: '/nowhere', log })),
    );
    await Promise.all(opened.map((database) => database.ping()));
    await Promise.all(opened.map((database) => database.close()));

    const { migrations } = await readMigrationFiles(installationRoot());
    expect(await rowsOf('SELECT migration_name AS name, checksum FROM _prisma_migrations ORDER BY 1')).toEqual(
      migrations.map(({ name, checksum }) => ({ name, checksum })),
    );
    expect(await rowsOf('SELECT 1 FROM _prisma_migrations WHERE finished_at IS NULL')).toEqual([]);
  });

  it('does not load the engine when there is nothing to do', async () => {
    await run();
    await migrate({ client, connectionString: 'postgresql://127.0.0.1:1/unreachable', log });
  });

  it('does not believe an engine that has done nothing here', async () => {
    const elsewhere = await createDatabase();
    await expect(migrate({ client, connectionString: elsewhere, log })).rejects.toMatchObject({
      code: 'migration_failed',
      message: expect.stringContaining('did not arrive') as unknown,
    });
  });

  it('names a migration that has failed, and the remedy it names works', async () => {
    const { migrations } = await readMigrationFiles(installationRoot());
    const name = migrations[0]?.name ?? '';
    await run();
    await client.query(`UPDATE _prisma_migrations SET finished_at = NULL, logs = 'no room' WHERE migration_name = $1`, [
      name,
    ]);

    const error = await run().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'migration_incomplete', message: expect.stringContaining(name) as unknown });

    await client.query('DROP TABLE upstream_blocks');
    const remedy = error instanceof Error && 'remedy' in error ? String(error.remedy) : '';
    await client.query(/UPDATE .*? IS NULL/.exec(remedy)?.[0] ?? 'no statement');
    await run();
    expect(await rowsOf("SELECT to_regclass('upstream_blocks') IS NOT NULL AS there")).toEqual([{ there: true }]);
  });

  it('says in the words of Postgres, and no more, why a migration fails', async () => {
    const { migrations } = await readMigrationFiles(installationRoot());
    const last = migrations.at(-1)?.name ?? '';
    await run();
    // Nothing tells that it was there already.
    await client.query('DELETE FROM _prisma_migrations WHERE migration_name = $1', [last]);
    const error = await run().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'migration_failed',
      message: expect.stringMatching(/already exists\.$/) as unknown,
    });
    // The connection that the service goes on with keeps nobody out, and waits as it did.
    expect(await rowsOf(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`)).toEqual([]);
    expect(await rowsOf('SHOW lock_timeout')).toEqual([{ lock_timeout: '0' }]);
    await expect(run()).rejects.toMatchObject({ code: 'migration_incomplete' });
    // Not taken back together with another that was broken off.
    await client.query('UPDATE _prisma_migrations SET finished_at = NULL WHERE logs IS NULL');
    await expect(run()).rejects.toMatchObject({ code: 'migration_incomplete' });
  });

  it('applies anew what was begun by a process that was killed, once the server is done with it', async () => {
    const { migrations } = await readMigrationFiles(installationRoot());
    const last = migrations.at(-1)?.name ?? '';
    await run();
    await client.query('ALTER TABLE restore_parts DROP COLUMN standing');
    await client.query(
      'UPDATE _prisma_migrations SET finished_at = NULL, applied_steps_count = 0 WHERE migration_name = $1',
      [last],
    );
    const leftBehind = new pg.Client(url);
    await leftBehind.connect();
    await leftBehind.query('SELECT pg_advisory_lock($1)', [ENGINE_LOCK]);
    const waiting = run();
    await expect.poll(() => rowsWaitingForALock(leftBehind)).toBe(1);
    const takenBack = await leftBehind.query('SELECT 1 FROM _prisma_migrations WHERE rolled_back_at IS NOT NULL');
    expect(takenBack.rows).toEqual([]);
    await leftBehind.end();
    await waiting;
    expect(await rowsOf('SELECT standing FROM restore_parts')).toEqual([]);
    await run();
  });

  it('knows a script that has come through from its own transaction, whatever becomes of the process', async () => {
    await run();
    await client.query('CREATE TABLE there (i int)');
    await client.query(`INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', 'x', 'begun')`);
    const adapter = new MigrationAdapter(url, NOTE_FINISHED);
    const connection = await adapter.connect();
    const begun = `SELECT finished_at IS NOT NULL AS finished FROM _prisma_migrations WHERE id = 'x'`;
    await expect(connection.executeScript('CREATE TABLE there (i int)')).rejects.toThrow();
    expect(await rowsOf(begun)).toEqual([{ finished: false }]);
    await connection.executeScript('CREATE TABLE here (i int) -- and no more');
    expect(await rowsOf(begun)).toEqual([{ finished: true }]);
    await adapter.close();
  });

  it('waits for a migration that another process has begun, and does not call it broken off', async () => {
    await run();
    const other = new pg.Client(url);
    await other.connect();
    try {
      await other.query('SELECT pg_advisory_lock($1, $2)', [...MIGRATION_LOCK]);
      await other.query('UPDATE _prisma_migrations SET finished_at = NULL');
      const waiting = run();
      await expect.poll(() => rowsWaitingForALock(other)).toBe(1);
      await other.query('UPDATE _prisma_migrations SET finished_at = now()');
      await other.query('SELECT pg_advisory_unlock($1, $2)', [...MIGRATION_LOCK]);
      await waiting;
    } finally {
      await other.end();
    }
  });

  it('refuses a database that a newer version has migrated', async () => {
    await run();
    await client.query(`INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at)
                        VALUES ('x', 'x', '29990101000000_from_the_future', now())`);
    await expect(run()).rejects.toMatchObject({
      code: 'database_newer',
      message: expect.stringContaining('29990101000000_from_the_future') as unknown,
    });
  });

  it('refuses when an applied migration file has changed', async () => {
    await run();
    await client.query(`UPDATE _prisma_migrations SET checksum = 'another'`);
    await expect(run()).rejects.toMatchObject({ code: 'migration_changed' });
  });

  it("refuses somebody else's database and leaves it alone", async () => {
    await client.query('CREATE TABLE theirs (id int)');
    await expect(run()).rejects.toMatchObject({ code: 'database_not_empty' });
    expect(await rowsOf(`SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`)) //
      .toEqual([{ relname: 'theirs' }]);
  });

  it('does not wait for ever for another process that migrates', async () => {
    const other = new pg.Client(url);
    await other.connect();
    await other.query('SELECT pg_advisory_lock($1, $2)', [...MIGRATION_LOCK]);
    await expect(migrate({ client, connectionString: url, log, lockWaitMs: 50 })).rejects.toMatchObject({
      code: 'migration_lock_timeout',
    });
    await other.end();
    await run();
  });

  it('does not wait for ever for a server that is still at a script, and can try again', async () => {
    await run();
    const other = new pg.Client(url);
    await other.connect();
    await other.query('SELECT pg_advisory_lock($1)', [ENGINE_LOCK]);
    await other.query('UPDATE _prisma_migrations SET finished_at = NULL');
    await expect(migrate({ client, connectionString: url, log, lockWaitMs: 50 })).rejects.toMatchObject({
      code: 'migration_lock_timeout',
    });
    await other.query('UPDATE _prisma_migrations SET finished_at = now()');
    await other.end();
    await run();
    await client.query('SELECT 1 FROM _prisma_migrations');
  });

  it('does not wait for ever for the connection that it applies them on', async () => {
    const mute = await startMuteServer();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const failed = migrate({ client, connectionString: mute.connectionString, log }).catch((error: unknown) => error);
    await mute.accepted;
    await vi.advanceTimersByTimeAsync(10_000);
    vi.useRealTimers();
    expect(await failed).toMatchObject({ code: 'migration_failed' });
    expect(String(await failed)).not.toMatch(/somebody|s3cret/);
    await mute.close();
  });
});

describe('MigrationAdapter', () => {
  it('lets Postgres read the script: semicolons may be anywhere', async () => {
    const adapter = new MigrationAdapter(url);
    const connection = await adapter.connect();
    await connection.executeScript(`CREATE TABLE a (t text DEFAULT 'one;two'); -- three;four
      CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 5; END $$;`);
    await adapter.close();
    expect(await rowsOf('INSERT INTO a SELECT FROM f() RETURNING t')).toEqual([{ t: 'one;two' }]);
  });

  it('keeps nothing of a script that fails', async () => {
    const adapter = new MigrationAdapter(url);
    const connection = await adapter.connect();
    await expect(connection.executeScript('CREATE TABLE a (i int); SELECT 1 / 0;')).rejects.toMatchObject({
      cause: { kind: 'postgres', message: 'division by zero' },
    });
    await adapter.close();
    expect(await rowsOf("SELECT to_regclass('a') AS a")).toEqual([{ a: null }]);
  });
});

describe('prisma/migrations', () => {
  it('make exactly what prisma/schema.prisma describes', async () => {
    await run();
    const migrated = await describeTables();

    const { schema } = await readMigrationFiles(installationRoot());
    const fresh = await createDatabase();
    const adapter = new MigrationAdapter(fresh);
    const engine = await openSchemaEngine(schema, adapter);
    // From nothing: to compare with a live database, the engine would have to read Postgres 18's catalogue, and cannot.
    const { stdout } = await engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    engine.free();
    await adapter.close();
    await client.end();
    client = new pg.Client(fresh);
    await client.connect();
    await client.query(stdout ?? '');

    expect(migrated.length).toBeGreaterThan(5);
    expect(migrated).toEqual(await describeTables());
  });
});

/**
 * Every column, constraint, index and enum value of the public schema, one line each; but for indexes of a part of a table,
 * which a Prisma schema has no words for.
 */
function describeTables(): Promise<unknown[]> {
  return rowsOf(`
    WITH tables AS (
      SELECT oid FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> '_prisma_migrations')
    SELECT concat_ws(' ', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull,
                     pg_get_expr(adbin, adrelid)) AS line
      FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE attrelid IN (TABLE tables) AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
     WHERE conrelid IN (TABLE tables)
    UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index
     WHERE indrelid IN (TABLE tables) AND indpred IS NULL
    UNION ALL SELECT concat_ws(' ', enumtypid::regtype, enumlabel) FROM pg_enum
    ORDER BY line`);
}
