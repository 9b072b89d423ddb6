import { DatabaseError } from './database-error.js';
import type { DatabaseLog } from './database-log.js';
import { errorCode } from './error-code.js';
import type { BoundedConnection } from './notifications/bounded-connection.js';
import { connectBounded } from './notifications/bounded-connection.js';
import { makeChannelListeners } from './notifications/channel-listeners.js';
import { checkChannel } from './notifications/check-channel.js';
import type { ListeningConnection } from './notifications/keep-listening.js';
import { keepListening } from './notifications/keep-listening.js';
import { shareConnection } from './notifications/shared-connection.js';

/** What processes on the same database tell each other, by LISTEN and NOTIFY. */
export interface Notifications {
  /**
   * Calls `heard` for each notification on the channel until `close`, and whenever some may have been missed: each time
   * the server begins to deliver the channel, which is soon after `listen` and after every reconnect. So whoever reads the
   * state behind a channel on every call is never behind for long. A notification may be heard twice. What `heard` throws
   * is logged and stops nothing.
   * @param channel 1 to 63 bytes of UTF-8 without NUL, taken literally: case counts
   * @throws DatabaseError `notification_channel_invalid`, `notifications_closed`
   */
  listen(channel: string, heard: () => void): void;
  /**
   * Tells every process that listens, this one included. Resolves when Postgres has taken it, also while listening does
   * not work. A database that does not answer is given up after three times `patienceMs` at the latest.
   * @throws DatabaseError `notification_channel_invalid`, `notification_failed`, `notifications_closed`
   */
  notify(channel: string): Promise<void>;
  /** Nothing is heard from now on; what is being notified is still sent. Leaves no connection open. Idempotent. */
  close(): Promise<void>;
}

/** Where to listen, and with how much patience. */
export interface NotificationsOptions {
  /** Of Postgres itself or a pooler that keeps sessions: on any other LISTEN succeeds and hears nothing. A secret. */
  connectionString: string;
  log: DatabaseLog;
  /** Pause before connecting again, in ms; doubles with each failure. Default 100. */
  retryMs?: number;
  /** Bound of that pause, in ms. Default 2000. */
  longestRetryMs?: number;
  /** How often a quiet connection is asked whether it is still there, in ms. Default 10 000. */
  probeMs?: number;
  /** How long connecting, and each statement, may take, in ms. Default 5000. */
  patienceMs?: number;
  /** From 0 to below 1. Shortens each pause by up to a half, so that not all processes come back at once. */
  random?: () => number;
}

/** Connects when the first channel is listened to, and from then on again whenever the connection is lost, until `close`. */
export function openNotifications(options: NotificationsOptions): Notifications {
  const { connectionString, log, patienceMs = 5_000, probeMs = 10_000 } = options;
  const { retryMs = 100, longestRetryMs = 2_000, random = Math.random } = options;
  const retry = { retryMs, longestRetryMs, random };
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();
  let listening: ListeningConnection | undefined;

  const listeners = makeChannelListeners(log, closing.signal, () => listening?.channelsChanged());
  const connect = (signal: AbortSignal): Promise<BoundedConnection> =>
    connectBounded({ connectionString, patienceMs, heard: listeners.tell, signal });
  const withSpare = shareConnection(() => connectBounded({ connectionString, patienceMs }));

  /**
   * On the connection that listens if there is one: that costs no more than the statement, and keeps the order. While it is
   * lost, or breaks under the statement, on a short-lived one: what has changed here must be heard where listening works.
   * In the second case Postgres may have taken it already, and it is heard twice.
   */
  async function send(channel: string): Promise<void> {
    const say = ({ run }: BoundedConnection): Promise<void> => run(`SELECT pg_notify($1, '')`, [channel]);
    const connection = listening?.current();
    if (connection) {
      try {
        await say(connection);
        return;
      } catch (error) {
        log.debug(`A notification on ${channel} is sent again on another connection (${reason(error)}).`);
      }
    }
    try {
      await withSpare(say);
    } catch (error) {
      throw new DatabaseError(
        'notification_failed',
        `Postgres did not take a notification on ${channel} (${reason(error)}).`,
        'Other processes do not know of this change yet. Do it again when the database answers.',
      );
    }
  }

  async function close(): Promise<void> {
    closing.abort();
    await Promise.allSettled(underWay);
    await listening?.current()?.close();
    await listening?.over;
  }

  function refuseWhenClosed(): void {
    if (!closing.signal.aborted) return;
    throw new DatabaseError(
      'notifications_closed',
      'Notifications have been closed, and are wanted again.',
      'Nothing can be done while the service stops; otherwise report this as a fault of Tonearm.',
    );
  }

  let closed: Promise<void> | undefined;
  return {
    listen: (channel, heard) => {
      checkChannel(channel);
      refuseWhenClosed();
      listeners.add(channel, heard);
      listening ??= keepListening({ connect, listeners, log, closing: closing.signal, probeMs, ...retry });
    },
    notify: async (channel) => {
      checkChannel(channel);
      refuseWhenClosed();
      const sending = send(channel);
      underWay.add(sending);
      await sending.finally(() => underWay.delete(sending));
    },
    close: () => (closed ??= close()),
  };
}

function reason(error: unknown): string {
  return errorCode(error) ?? 'no answer';
}
