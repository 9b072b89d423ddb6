import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseLog } from '../database-log.js';
import { errorCode } from '../error-code.js';
import type { BoundedConnection } from './bounded-connection.js';
import type { ChannelListeners } from './channel-listeners.js';

/** How long to wait between attempts. */
export interface RetryOptions {
  /** The first pause, in ms. */
  retryMs: number;
  /** The longest, in ms. */
  longestRetryMs: number;
  /** From 0 to below 1. */
  random: () => number;
}

/** What to listen to, how, and for how long. */
export interface KeepListeningOptions extends RetryOptions {
  /** Rejects when the signal is aborted meanwhile. */
  connect: (signal: AbortSignal) => Promise<BoundedConnection>;
  listeners: ChannelListeners;
  log: DatabaseLog;
  /** Listening goes on until this is aborted and the connection closed. */
  closing: AbortSignal;
  /** How often a quiet connection is asked whether it is still there, in ms. */
  probeMs: number;
}

/** The connection that listens. */
export interface ListeningConnection {
  /** Absent while it is lost. */
  current: () => BoundedConnection | undefined;
  /** To be called whenever the listeners' channels have changed. */
  channelsChanged: () => void;
  /** Resolves when listening is over. Does not reject. */
  over: Promise<void>;
}

/**
 * How long to wait after so many failures in a row, in ms. Doubles up to a bound, and is shortened by up to a half at
 * random, so that not all processes come back to a restarted server at once.
 */
export function retryPause(failures: number, { retryMs, longestRetryMs, random }: RetryOptions): number {
  return Math.min(retryMs * 2 ** failures, longestRetryMs) * (1 - random() / 2);
}

/**
 * Has the server deliver the channels that somebody listens to, and connects again whenever that fails. Each time the
 * server begins to deliver a channel its listeners are told. What the connection brings is up to whoever connects.
 */
export function keepListening(options: KeepListeningOptions): ListeningConnection {
  const { connect, listeners, log, closing, probeMs } = options;
  let current: BoundedConnection | undefined;
  let wake = (): void => undefined;
  let failures = 0;
  let deaf = false;

  async function listenForEver(): Promise<void> {
    for (;;) {
      try {
        await listenOnce();
      } catch (error) {
        if (closing.aborted) return;
        failed(errorCode(error) ?? 'no answer');
      }
      const pause = retryPause(failures, options);
      failures += 1;
      await delay(pause, undefined, { signal: closing }).catch(() => undefined);
    }
  }

  /** Rejects with what has ended it. */
  async function listenOnce(): Promise<never> {
    const connection = await connect(closing);
    connection.gone.addEventListener('abort', () => {
      wake();
    });
    const delivered = new Set<string>();
    try {
      closing.throwIfAborted();
      current = connection;
      for (;;) {
        // Nothing is awaited from here to the pause, so that no change falls in between.
        connection.gone.throwIfAborted();
        const begin = listeners.channels().filter((channel) => !delivered.has(channel));
        if (begin.length > 0) {
          await connection.run(begin.map((channel) => `LISTEN ${pg.escapeIdentifier(channel)}`).join('; '));
          for (const channel of begin) delivered.add(channel);
          for (const channel of begin) listeners.tell(channel);
          continue;
        }
        succeeded();
        if ((await wokenOrQuiet()) === 'woken') continue;
        await connection.run('SELECT 1');
        // Not before: a connection that is lost as soon as it is made must not be made again without a pause.
        failures = 0;
      }
    } finally {
      current = undefined;
      await connection.close();
    }
  }

  function wokenOrQuiet(): Promise<'woken' | 'quiet'> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, probeMs, 'quiet');
      wake = () => {
        clearTimeout(timer);
        resolve('woken');
      };
    });
  }

  function failed(why: string): void {
    if (deaf) log.debug(`Notifications still cannot be heard (${why}).`);
    else log.warn(`Notifications from other processes cannot be heard (${why}). Connecting again until they can.`);
    deaf = true;
  }

  function succeeded(): void {
    if (deaf) log.info('Notifications from other processes are heard again.');
    deaf = false;
  }

  return {
    current: () => current,
    channelsChanged: () => {
      wake();
    },
    over: listenForEver(),
  };
}
