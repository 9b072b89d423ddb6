import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseError } from '../database-error.js';
import { makeFileOnce } from '../durable-file.js';
import { errorCode } from '../error-code.js';

const PASSWORD_FILE = 'postgres.password';

/**
 * The superuser's password of the cluster that belongs to `dataDir`, from `postgres.password` (mode 0600). Without a cluster
 * a missing file is made; whoever comes first, all processes get the same.
 * @throws DatabaseError `cluster_password` when there is a cluster and no password to it
 */
export async function clusterPassword(dataDir: string, clusterExists: boolean): Promise<string> {
  const file = join(dataDir, PASSWORD_FILE);
  const kept = await read(file);
  if (kept) return kept;
  if (clusterExists || kept === '') {
    throw new DatabaseError(
      'cluster_password',
      `${file}, which holds the password of the embedded Postgres, is ${kept === '' ? 'empty' : 'missing'}.`,
      `Restore it from a backup. Or move the folder of the database, and ${file}, away to begin with an empty database.`,
    );
  }
  // On disk before the cluster that needs it.
  await makeFileOnce(file, `${randomBytes(24).toString('base64url')}\n`);
  return clusterPassword(dataDir, true);
}

async function read(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
