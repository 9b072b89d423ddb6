import type pg from 'pg';
import { ENGINE_LOCK } from '../advisory-locks.js';
import { DatabaseError } from '../database-error.js';
import { errorCode } from '../error-code.js';
import type { Migration } from './migration-files.js';

/** A row of `_prisma_migrations`, without those that were rolled back. */
export interface AppliedMigration {
  name: string;
  checksum: string;
  /** False while it is being applied, when that has failed, and when it was broken off. */
  finished: boolean;
  /** Whether it has left an error. */
  failed: boolean;
}

const UNDEFINED_TABLE = '42P01';

const OPEN = 'finished_at IS NULL AND rolled_back_at IS NULL AND logs IS NULL';

/** What Prisma has noted in this database; empty when it was never migrated. */
export async function readHistory(client: pg.Client): Promise<AppliedMigration[]> {
  try {
    const { rows } = await client.query<AppliedMigration>(
      `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished, logs IS NOT NULL AS failed
         FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
    );
    return rows;
  } catch (error) {
    if (errorCode(error) === UNDEFINED_TABLE) return [];
    throw error;
  }
}

/** Unfinished, and no error tells of it: another process is at it, or was ended while it was. */
export function isOpen({ finished, failed }: AppliedMigration): boolean {
  return !finished && !failed;
}

/**
 * What a script ends with, in its own transaction: whether a migration is there can be told from its row from then on,
 * however the process ends that applies it. The engine notes the same once more.
 */
export const NOTE_FINISHED = `UPDATE _prisma_migrations SET finished_at = now() WHERE ${OPEN}`;

/**
 * Notes of what was broken off that nothing of it is there, so that it is applied anew. The caller holds {@link MIGRATION_LOCK}.
 * A server may still be at the script of a process that is gone: that is waited for, as long as `lock_timeout` allows.
 * @returns the names
 */
export async function takeBackOpen(client: pg.Client): Promise<string[]> {
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [ENGINE_LOCK]);
    const { rows } = await client.query<{ name: string }>(
      `UPDATE _prisma_migrations SET rolled_back_at = now() WHERE ${OPEN} RETURNING migration_name AS name`,
    );
    await client.query('COMMIT');
    return rows.map(({ name }) => name);
  } catch (error) {
    // A connection that broke has ended it.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/**
 * The migrations that this database still needs, in order. Empty: it fits the code.
 * @throws DatabaseError `database_newer`, `migration_incomplete`, `migration_changed` when applying more would be wrong
 */
export function pendingMigrations(ours: readonly Migration[], history: readonly AppliedMigration[]): Migration[] {
  const known = new Map(ours.map((migration) => [migration.name, migration]));
  const unknown = history.filter((row) => !known.has(row.name));
  if (unknown.length > 0) throw newer(unknown.map((row) => row.name));

  const unfinished = history.find((row) => !row.finished);
  if (unfinished) throw incomplete(unfinished.name);

  const changed = history.find((row) => known.get(row.name)?.checksum !== row.checksum);
  if (changed) throw edited(changed.name);

  const applied = new Set(history.map((row) => row.name));
  return ours.filter((migration) => !applied.has(migration.name));
}

function newer(names: string[]): DatabaseError {
  return new DatabaseError(
    'database_newer',
    `A newer Tonearm has already changed this database. This one does not know: ${names.join(', ')}.`,
    'Update Tonearm to at least that version, or restore a backup of the database from before the update.',
  );
}

function incomplete(name: string): DatabaseError {
  const escaped = name.replaceAll("'", "''");
  return new DatabaseError(
    'migration_incomplete',
    `The database migration ${name} has failed before. Its error is in the table _prisma_migrations.`,
    'Restore a backup from before the update. Or look whether the database holds the changes of ' +
      `prisma/migrations/${name}/migration.sql: if none, run UPDATE _prisma_migrations SET rolled_back_at = now() ` +
      `WHERE migration_name = '${escaped}' AND finished_at IS NULL; if all of them, the same with finished_at = now(). ` +
      'Then start again.',
  );
}

function edited(name: string): DatabaseError {
  return new DatabaseError(
    'migration_changed',
    `prisma/migrations/${name}/migration.sql is not the file that was applied to this database.`,
    'Put the original file back (install the released version again); changes belong in a new migration.',
  );
}
