import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { emptyDatabase } from '../../../../test/support/database.js';
import { type Notifications, type NotificationsOptions, openNotifications } from '../notifications.js';
import { makeListeningLog } from './listening-log.js';

/** For what another process does in its own time. */
export const soon = { timeout: 10_000, interval: 5 };

/** A database of its own, and processes that tell each other something there. */
export interface NotificationStage {
  connectionString: string;
  /** What all that were opened in this test have logged, with the level before each line. */
  log: ReturnType<typeof makeListeningLog>;
  /** Opened, and closed after the test. Quick to retry, and slow to probe. */
  open: (options?: Partial<NotificationsOptions>) => Notifications;
  /** Ends all connections of notifications from the server's side; resolves to how many there were. */
  terminate: () => Promise<number>;
  /** How many connections of notifications the server has. */
  connections: () => Promise<number>;
}

/** To be called at the top of a spec file. */
export function useNotificationStage(): NotificationStage {
  const opened: Notifications[] = [];
  const log = makeListeningLog();
  let admin: pg.Client | undefined;
  const counted = async (what: string): Promise<number> => {
    const answer = await admin?.query<{ n: number }>(
      `SELECT count(${what})::int AS n FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'tonearm notifications'`,
    );
    return answer?.rows[0]?.n ?? 0;
  };
  const stage: NotificationStage = {
    connectionString: '',
    log,
    open: (options) => {
      const { connectionString } = stage;
      const notifications = openNotifications({ connectionString, log, retryMs: 5, longestRetryMs: 20, ...options });
      opened.push(notifications);
      return notifications;
    },
    terminate: () => counted('pg_terminate_backend(pid)'),
    connections: () => counted('*'),
  };
  beforeAll(async () => {
    stage.connectionString = await emptyDatabase();
    admin = new pg.Client({ connectionString: stage.connectionString });
    await admin.connect();
  });
  afterAll(() => admin?.end());
  beforeEach(() => {
    log.lines.length = 0;
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((notifications) => notifications.close()));
    // Whatever a test does to the connection, its password stays out of the log.
    expect(log.lines.join('\n')).not.toContain(new URL(stage.connectionString).password);
  });
  return stage;
}

/** On which of the channels something is heard from now on, in order; the list grows. */
export function hear(notifications: Notifications, ...channels: string[]): string[] {
  const heard: string[] = [];
  for (const channel of channels) notifications.listen(channel, () => heard.push(channel));
  return heard;
}

/** The same, once the server delivers channels that nobody has listened to yet. */
export async function hearing(notifications: Notifications, ...channels: string[]): Promise<string[]> {
  const heard = hear(notifications, ...channels);
  await expect.poll(() => heard, soon).toEqual(channels);
  heard.length = 0;
  return heard;
}

/** What was said on any channel before is heard when this resolves, or never will be: the server keeps the order. */
export async function settled(notifications: Notifications): Promise<void> {
  const mark = randomUUID();
  const heard = await hearing(notifications, mark);
  await notifications.notify(mark);
  await expect.poll(() => heard, soon).toEqual([mark]);
}
