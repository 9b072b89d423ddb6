import { Socket } from 'node:net';
import pg from 'pg';

/** A connection on which nothing waits for ever, also when the other side has vanished without a word. */
export interface BoundedConnection {
  /** Aborted when the connection is gone, however it ended; its `reason` is the error that says why. */
  gone: AbortSignal;
  /**
   * Runs a statement after those that were asked for before it. One without an answer in time costs the connection.
   * Rejects with the error of Postgres or of the network.
   */
  run: (statement: string, values?: readonly string[]) => Promise<void>;
  /** Takes leave of the server, or leaves without it when it does not react. Idempotent; does not reject. */
  close: () => Promise<void>;
}

/** How to connect. */
export interface BoundedConnectionOptions {
  /** A secret. */
  connectionString: string;
  /** How long connecting, and each statement, may take, in ms. */
  patienceMs: number;
  /** Ends connecting when aborted; without effect on a connection that exists. */
  signal?: AbortSignal;
  /** Called with the channel of each notification that the connection brings. */
  heard?: (channel: string) => void;
}

const KEEP_ALIVE_AFTER_MS = 10_000;
/** A live server answers a goodbye in a few ms. */
const GOODBYE_MS = 250;

/** Connects. Rejects with the error of Postgres or of the network; then nothing is left open. */
export async function connectBounded(options: BoundedConnectionOptions): Promise<BoundedConnection> {
  const { patienceMs, signal, heard } = options;
  signal?.throwIfAborted();
  // pg's own end() waits for the other side in most states. Only whoever holds the socket can break it at any moment.
  const socket = new Socket();
  const client = clientOn(socket, options);
  const gone = goneSignal(client);
  client.on('notification', ({ channel }) => heard?.(channel));

  const stop = (): void => {
    socket.destroy();
  };
  signal?.addEventListener('abort', stop);
  try {
    await client.connect();
  } catch (error) {
    stop();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }

  const ask = (statement: string, values?: readonly string[]): Promise<void> =>
    within(socket, patienceMs, () => client.query(statement, values && [...values]));
  // pg has deprecated its own queue of statements.
  let last = Promise.resolve();
  return {
    gone,
    run: (statement, values) => {
      const answer = last.then(() => ask(statement, values));
      last = answer.catch(() => undefined);
      return answer;
    },
    close: () => within(socket, GOODBYE_MS, () => client.end()),
  };
}

function clientOn(socket: Socket, { connectionString, patienceMs }: BoundedConnectionOptions): pg.Client {
  return new pg.Client({
    connectionString,
    stream: () => socket,
    application_name: 'tonearm notifications',
    connectionTimeoutMillis: patienceMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
  });
}

function goneSignal(client: pg.Client): AbortSignal {
  const gone = new AbortController();
  let reason: Error | undefined;
  // The first error is the cause, those that follow are its echo.
  client.on('error', (error) => (reason ??= error));
  client.once('end', () => {
    gone.abort(reason ?? new Error('The connection was closed.'));
  });
  return gone.signal;
}

/** Breaks the connection, and so whatever waits for it, when the answer takes too long. */
async function within(socket: Socket, patienceMs: number, ask: () => Promise<unknown>): Promise<void> {
  const timer = setTimeout(() => {
    socket.destroy(Object.assign(new Error('No answer in time.'), { code: 'ETIMEDOUT' }));
  }, patienceMs);
  try {
    await ask();
  } finally {
    clearTimeout(timer);
  }
}
