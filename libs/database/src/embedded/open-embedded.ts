import type pg from 'pg';
import { DatabaseError } from '../database-error.js';
import type { DatabaseLog } from '../database-log.js';
import { errorCode, errorText } from '../error-code.js';
import { prepareBinaries } from './binaries.js';
import { clusterExists, ensureCluster, removeUnfinished, SUPERUSER } from './cluster.js';
import { holdCluster } from './held-cluster.js';
import { clusterPassword } from './password.js';
import { MACHINE_FOLDER, placeCluster } from './placement.js';
import { endDisplacedServers } from './postmaster.js';

const FILE_TROUBLE: ReadonlySet<string> = new Set([
  ...['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EBUSY', 'EXDEV', 'EIO'],
  // A link to what is not there, or to itself; a name that is too long; a folder in a file's place, or the other way round.
  ...['ENOENT', 'ELOOP', 'ENAMETOOLONG', 'EISDIR', 'ENOTDIR', 'EEXIST'],
]);

/** The embedded Postgres, running and ours alone. */
export interface EmbeddedPostgres {
  /** With the superuser's password: a secret. Valid until `close`, also across restarts of the server. */
  connectionString: string;
  /** The connection that holds our lock; it may be used until `openEmbedded`'s caller hands out the database. */
  client: pg.Client;
  /** Stops the server. Idempotent. */
  close: () => Promise<void>;
}

/**
 * Opens the Postgres of `dataDir`: makes the cluster at the first start, takes over a server left behind by a killed
 * service, else starts one.
 * @throws DatabaseError any code of the embedded parts
 */
export async function openEmbedded(dataDir: string, log: DatabaseLog): Promise<EmbeddedPostgres> {
  try {
    const placement = await placeCluster(dataDir, log);
    const { account, cluster } = placement;
    await endDisplacedServers(cluster, log);
    const binaries = await prepareBinaries(account, account ? MACHINE_FOLDER : placement.dataDir, log);
    const password = await clusterPassword(placement.dataDir, await clusterExists(placement));
    await ensureCluster(placement, binaries, password, log);
    const held = await holdCluster({ site: { placement, binaries, log }, password });
    await removeUnfinished(placement, log);
    const connectionString = `postgresql://${SUPERUSER}:${password}@127.0.0.1:${held.port}/postgres`;
    return { connectionString, client: held.client, close: held.close };
  } catch (error) {
    throw fileTrouble(dataDir, error);
  }
}

/** What the file system refuses is a fault of the place, and the owner's to mend; not so what a broken installation lacks. */
function fileTrouble(dataDir: string, error: unknown): unknown {
  if (error instanceof DatabaseError || !FILE_TROUBLE.has(errorCode(error) ?? '')) return error;
  if (errorCode(error) === 'ENOENT' && errorText(error).includes('/node_modules/')) return error;
  return new DatabaseError(
    'data_dir_unusable',
    `DATA_DIR ${dataDir} cannot be used: ${errorText(error)}.`,
    'Give it to the user that runs Tonearm, make room on its disk or mount it, or set DATA_DIR to another folder.',
  );
}
