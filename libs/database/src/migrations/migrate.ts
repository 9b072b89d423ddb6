import type pg from 'pg';
import { MIGRATION_LOCK } from '../advisory-locks.js';
import { DatabaseError } from '../database-error.js';
import type { DatabaseLog } from '../database-log.js';
import { errorCode, errorText } from '../error-code.js';
import { installationRoot } from '../installation.js';
import { MigrationAdapter } from './migration-adapter.js';
import type { MigrationFiles } from './migration-files.js';
import { readMigrationFiles } from './migration-files.js';
import { NOTE_FINISHED, isOpen, pendingMigrations, readHistory, takeBackOpen } from './migration-history.js';
import { openSchemaEngine } from './schema-engine.js';

const LOCK_NOT_AVAILABLE = '55P03';

/** What `migrate` needs. */
export interface MigrateOptions {
  /** A connection of its own, not from a pool: the lock belongs to the session. */
  client: pg.Client;
  /** The same database, for the schema engine. */
  connectionString: string;
  log: DatabaseLog;
  /** How long another process may hold the lock, in ms. */
  lockWaitMs?: number;
}

/**
 * Brings the database to the state this code needs. One look is enough when it is there already. Any number of processes
 * may call this at once: one applies, the others wait for it.
 * @throws DatabaseError `migration_*`, `database_newer`, `database_not_empty`, `installation_incomplete`
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const { client, log, lockWaitMs = 60_000 } = options;
  const files = await readMigrationFiles(installationRoot());
  const glance = await readHistory(client);
  // What is open now may be in another process' hands: only who holds the lock can call it broken off.
  if (!glance.some(isOpen) && pendingMigrations(files.migrations, glance).length === 0) return;

  await waitForLock(client, lockWaitMs, () => client.query('SELECT pg_advisory_lock($1, $2)', [...MIGRATION_LOCK]));
  try {
    let history = await readHistory(client);
    if (history.some(isOpen)) {
      const names = await waitForLock(client, lockWaitMs, () => takeBackOpen(client));
      for (const name of names) log.info(`The database migration ${name} was broken off, and nothing of it kept.`);
      history = await readHistory(client);
    }
    const pending = pendingMigrations(files.migrations, history);
    if (pending.length === 0) return;

    log.info(`Applying ${pending.length} database migration(s): ${pending.map(({ name }) => name).join(', ')}.`);
    await tryToMakeTable(client);
    await applyMigrations(options.connectionString, files);
    // The engine's word is not enough: seen through a wrong adapter or a stand-in it reports success and has done nothing.
    const left = pendingMigrations(files.migrations, await readHistory(client));
    if (left.length > 0) throw failed(`${left.map(({ name }) => name).join(', ')} did not arrive in the database`);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1, $2)', [...MIGRATION_LOCK]).catch((error: unknown) => {
      // A connection that broke has taken the lock with it.
      log.debug(`The migration lock ended with its connection (${errorCode(error) ?? 'connection ended'}).`);
    });
  }
}

async function waitForLock<T>(client: pg.Client, waitMs: number, query: () => Promise<T>): Promise<T> {
  try {
    await client.query(`SET lock_timeout = ${Math.ceil(waitMs)}`);
    const result = await query();
    await client.query('RESET lock_timeout');
    return result;
  } catch (error) {
    if (errorCode(error) !== LOCK_NOT_AVAILABLE) throw error;
    throw new DatabaseError(
      'migration_lock_timeout',
      `Another process has been migrating this database for more than ${Math.round(waitMs / 1000)} s.`,
      'Let it finish and start again. If it hangs, stop it: its lock ends with it.',
    );
  }
}

/** Who may not is told so by Postgres; of what the engine meets it says no code. */
async function tryToMakeTable(client: pg.Client): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query('CREATE TABLE tonearm_may_make_tables ()');
  } finally {
    await client.query('ROLLBACK');
  }
}

async function applyMigrations(connectionString: string, files: MigrationFiles): Promise<void> {
  const adapter = new MigrationAdapter(connectionString, NOTE_FINISHED);
  try {
    const engine = await openSchemaEngine(files.schema, adapter);
    try {
      await engine.applyMigrations({
        filters: { externalTables: [], externalEnums: [] },
        migrationsList: {
          baseDir: files.folder,
          shadowDbInitScript: '',
          lockfile: { path: 'migration_lock.toml', content: files.lockfile },
          migrationDirectories: files.migrations.map(({ name, sql }) => ({
            path: name,
            migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
          })),
        },
      });
    } finally {
      engine.free();
    }
  } catch (error) {
    if (errorCode(error) === 'P3005') {
      throw new DatabaseError(
        'database_not_empty',
        'The database holds tables that Tonearm did not make.',
        'Give Tonearm a database of its own: create an empty one and name it in DATABASE_URL.',
      );
    }
    // What follows is the engine's own call stack.
    throw failed(errorText(error).split(/\n\s+0: /)[0] ?? '');
  } finally {
    await adapter.close();
  }
}

function failed(why: string): DatabaseError {
  return new DatabaseError(
    'migration_failed',
    `Migrating the database failed: ${why}.`,
    'Nothing of the failed migration was kept. Remove the cause, or go back to the version of Tonearm that ran before.',
  );
}
