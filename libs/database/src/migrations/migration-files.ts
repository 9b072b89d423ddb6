import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseError } from '../database-error.js';
import { errorCode } from '../error-code.js';

/** One folder of `prisma/migrations`. */
export interface Migration {
  /** The folder's name; migrations are applied in the order of their names. */
  name: string;
  /** All of `migration.sql`. */
  sql: string;
  /** sha256 of `migration.sql` in hex, as Prisma stores it with the applied migration. */
  checksum: string;
}

/** What Prisma's schema engine wants to read, already read. */
export interface MigrationFiles {
  /** Absolute path of `prisma/migrations`. */
  folder: string;
  /** In the order of application; never empty. */
  migrations: Migration[];
  /** Content of `migration_lock.toml`. */
  lockfile: string;
  /** Content of `schema.prisma`. */
  schema: string;
}

/**
 * Reads `prisma/` of the installation at `root`.
 * @throws DatabaseError `installation_incomplete`
 */
export async function readMigrationFiles(root: string): Promise<MigrationFiles> {
  const folder = join(root, 'prisma', 'migrations');
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    const [schema, lockfile, ...migrations] = await Promise.all([
      readFile(join(root, 'prisma', 'schema.prisma'), 'utf8'),
      readFile(join(folder, 'migration_lock.toml'), 'utf8'),
      ...names.sort().map((name) => readMigration(folder, name)),
    ]);
    if (migrations.length > 0) return { folder, migrations, lockfile, schema };
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  throw new DatabaseError(
    'installation_incomplete',
    `The database migrations that belong in ${folder} are missing or incomplete.`,
    'Install Tonearm again; the folder prisma/ comes with it.',
  );
}

async function readMigration(folder: string, name: string): Promise<Migration> {
  const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}
