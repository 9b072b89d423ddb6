import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { SERVICE_LOCK } from '../advisory-locks.js';
import { DatabaseError } from '../database-error.js';
import { errorCode, errorText } from '../error-code.js';
import { SUPERUSER } from './cluster.js';
import type { RunningServer, ServerSite } from './server.js';
import { ensureServer, stopServer, unresponsive } from './server.js';

/** A cluster that this service alone works on: its server runs and its lock is ours. */
export interface HeldCluster {
  /** TCP port on 127.0.0.1; stays the same when the server has to be started again. */
  port: number;
  /** The connection that holds the lock, for use before anybody else needs the database. */
  client: pg.Client;
  /** Stops the server. Idempotent. */
  close: () => Promise<void>;
}

/** How to hold a cluster. */
export interface HoldOptions {
  site: ServerSite;
  password: string;
  /** How long to wait for a server that starts, stops, recovers or hangs, in ms. */
  patienceMs?: number;
}

interface Hold {
  server: RunningServer;
  client: pg.Client;
  /** Resolves when the connection, and with it the lock, is gone. */
  lost: Promise<void>;
}

/** A killed service's connection, and with it its lock, may outlive it for a moment. */
const LOCK_GRACE_MS = 1_000;
const RETRY_MS = 50;
const RESTART_DELAY_MS = 100;
const LONGEST_RESTART_DELAY_MS = 10_000;
/** Closing waits for the attempt under way, so it must not be long; a server that needs more time gets another attempt. */
const RECOVERY_PATIENCE_MS = 10_000;
const INVALID_PASSWORD = '28P01';

/**
 * Finds or starts the server and takes the lock that keeps a second service out. From then on, when the server ends under
 * us, it is started again on the same port and the lock taken again, for as long as it takes. The lock belongs to a
 * connection, so it ends with the service however that ends.
 * @throws DatabaseError `data_dir_in_use`, `cluster_password`, `server_start_failed`, `server_unresponsive`
 */
export async function holdCluster(options: HoldOptions): Promise<HeldCluster> {
  const { site } = options;
  const first = await acquire(options, undefined);
  const { port } = first.server;
  const closing = new AbortController();
  let current = first;
  let recovery = Promise.resolve();

  const watch = (hold: Hold): void => {
    current = hold;
    void hold.lost.then(() => {
      if (closing.signal.aborted) return;
      site.log.warn('The connection to the embedded Postgres was lost. Connecting again, or starting it again.');
      recovery = recover(options, port, closing.signal).then((again) => {
        if (again) watch(again);
      });
    });
  };
  watch(first);

  const close = async (): Promise<void> => {
    closing.abort();
    await recovery;
    // The lock is kept until the server is gone: whoever waits for it must not get hold of a server that is being stopped.
    await stopServer(site, current.server.pid);
  };
  let closed: Promise<void> | undefined;
  return { port, client: first.client, close: () => (closed ??= close()) };
}

/** Absent: closed meanwhile. Never throws; there is nobody to catch it, and giving up would help nobody. */
async function recover(options: HoldOptions, port: number, closing: AbortSignal): Promise<Hold | undefined> {
  const { log } = options.site;
  for (let wait = RESTART_DELAY_MS; !closing.aborted; wait = Math.min(wait * 2, LONGEST_RESTART_DELAY_MS)) {
    try {
      const hold = await acquire({ ...options, patienceMs: RECOVERY_PATIENCE_MS }, port);
      if (hold.server.port === port) {
        log.info(`The embedded Postgres is back (process ${hold.server.pid}).`);
        return hold;
      }
      // Another service started it elsewhere and is gone again. Our pool knows the old port only.
      await stopServer(options.site, hold.server.pid);
    } catch (error) {
      log.warn(`The embedded Postgres is not back yet, next try in ${wait} ms. ${errorText(error)}`);
    }
    await delay(wait, undefined, { signal: closing }).catch(() => undefined);
  }
  return undefined;
}

async function acquire(options: HoldOptions, port: number | undefined): Promise<Hold> {
  const { site, patienceMs = 60_000 } = options;
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const server = await ensureServer(site, port, deadline);
    const left = deadline - performance.now();
    const client = lockClient(server.port, options.password, Math.max(1, Math.min(5_000, left)));
    // Listened for from the beginning: the server may end right after the lock was taken.
    const lost = new Promise<void>((resolve) => client.once('end', resolve));
    try {
      await client.connect();
      await takeLock(client, site);
      return { server, client, lost };
    } catch (error) {
      await client.end().catch(() => undefined);
      if (error instanceof DatabaseError) throw error;
      if (errorCode(error) === INVALID_PASSWORD) {
        if (server.started) await stopServer(site, server.pid);
        throw wrongPassword(site);
      }
      // The server is stopping, starting or hung; look again what it is.
      if (performance.now() > deadline) throw unresponsive(site, server.pid, errorCode(error) ?? 'no answer');
      await delay(RETRY_MS);
    }
  }
}

function lockClient(port: number, password: string, connectionTimeoutMillis: number): pg.Client {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: SUPERUSER,
    password,
    database: 'postgres',
    connectionTimeoutMillis,
    keepAlive: true,
    application_name: `tonearm service, process ${process.pid}`,
  });
  // Without a listener a broken connection would end the process; 'end' follows, and that is acted upon.
  client.on('error', () => undefined);
  return client;
}

async function takeLock(client: pg.Client, { placement }: ServerSite): Promise<void> {
  const graceEnd = performance.now() + LOCK_GRACE_MS;
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS taken', [
      ...SERVICE_LOCK,
    ]);
    if (rows[0]?.taken) return;
    if (performance.now() > graceEnd) {
      throw new DatabaseError(
        'data_dir_in_use',
        `Another Tonearm (${await holder(client)}) is running on DATA_DIR ${placement.dataDir}.`,
        'Stop that one first, or give this one a DATA_DIR of its own. Several services share a database by DATABASE_URL.',
      );
    }
    await delay(RETRY_MS);
  }
}

async function holder(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT application_name AS name FROM pg_stat_activity JOIN pg_locks USING (pid)
      WHERE locktype = 'advisory' AND granted AND classid = $1 AND objid = $2`,
    [...SERVICE_LOCK],
  );
  return rows[0]?.name.replace(/^tonearm service, /, '') ?? 'which has just ended';
}

function wrongPassword({ placement }: ServerSite): DatabaseError {
  return new DatabaseError(
    'cluster_password',
    `The embedded Postgres in ${placement.cluster} does not accept the password in ${placement.dataDir}/postgres.password.`,
    'Restore the two from the same backup.',
  );
}
