import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Notifications } from './notifications.js';
import { connectBounded } from './notifications/bounded-connection.js';
import { startFaultyProxy } from './testing/faulty-proxy.js';
import { startMuteServer } from './testing/mute-server.js';
import { hear, hearing, soon, useNotificationStage } from './testing/notification-stage.js';
import { buildDatabase } from './testing/service-process.js';

const stage = useNotificationStage();
/** Longer than any test. */
const NEVER = 3_600_000;

describe('close', () => {
  it('ends listening for good: nothing is heard, and nothing new begins', async () => {
    const notifications = stage.open();
    const heard = await hearing(notifications, 'songs');
    await Promise.all([notifications.close(), notifications.close()]);
    await notifications.close();
    await expect.poll(stage.connections, soon).toBe(0);
    const closed = expect.objectContaining({ code: 'notifications_closed' });
    expect(() => {
      notifications.listen('songs', () => undefined);
    }).toThrow(closed);
    await expect(notifications.notify('songs')).rejects.toEqual(closed);
    expect(heard).toEqual([]);
    expect(stage.log.lines).toEqual([]);
  });

  it('leaves nothing that keeps the process alive, whatever the connection was doing', async () => {
    const built = await buildDatabase('notifications');
    const mute = await startMuteServer();
    const script = fileURLToPath(new URL('testing/closing.mjs', import.meta.url));
    const env = { DATABASE: stage.connectionString, MUTE: mute.connectionString };
    try {
      const ended = await promisify(execFile)(process.execPath, [script, built.entry], { env, timeout: 10_000 });
      expect(ended).toEqual({ stdout: 'closed', stderr: '' });
    } finally {
      await built.remove();
    }
    await mute.close();
  });

  it('leaves nothing at any moment of connecting, and nothing is heard after it', async () => {
    for (let turns = 0; turns < 40; turns += 1) {
      const notifications = stage.open();
      const heard = hear(notifications, 'songs');
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      const closing = notifications.close();
      const atClose = heard.length;
      await closing;
      expect(heard).toHaveLength(atClose);
    }
    await expect.poll(stage.connections, soon).toBe(0);
    expect(stage.log.lines).toEqual([]);
  });

  it('does not wait for a server that accepts and never answers', async () => {
    const mute = await startMuteServer();
    const notifications = stage.open({ connectionString: mute.connectionString, patienceMs: NEVER });
    hear(notifications, 'songs');
    await mute.accepted;
    await notifications.close();
    await mute.close();
  });

  it('begins no connection any more, and breaks none that is there: what is under way on it arrives', async () => {
    const closing = new AbortController();
    const options = { connectionString: stage.connectionString, patienceMs: NEVER, signal: closing.signal };
    const connection = await connectBounded(options);
    closing.abort();
    await connection.run('SELECT 1');
    await connection.close();
    await expect(connectBounded(options)).rejects.toThrow('aborted');
  });

  it('does not wait for the next attempt to connect', async () => {
    const connectionString = 'postgresql://127.0.0.1:1/music';
    const notifications = stage.open({ connectionString, retryMs: NEVER, longestRetryMs: NEVER });
    hear(notifications, 'songs');
    await expect.poll(() => stage.log.lines.length, soon).toBe(1);
    await notifications.close();
  });

  it('does not wait for a connection on which nothing passes any more', async () => {
    const proxy = await startFaultyProxy(stage.connectionString);
    const notifications = stage.open({ connectionString: proxy.connectionString, patienceMs: NEVER });
    await hearing(notifications, 'songs');
    proxy.stall();
    await notifications.close();
    await proxy.close();
  });

  it('lets notifications that are under way arrive, elsewhere', async () => {
    const songs = ['one', 'two', 'three'];
    const heard = await hearing(stage.open(), ...songs);
    const listening = stage.open();
    const own = await hearing(listening, ...songs);
    const speaker = stage.open();
    const arrived: string[] = [];
    const say = (notifications: Notifications, song: string): Promise<number> =>
      notifications.notify(song).then(() => arrived.push(song));
    const sent = [say(listening, 'one'), say(listening, 'two'), say(speaker, 'three')];
    await Promise.all([listening.close(), speaker.close()]);
    expect(arrived.toSorted()).toEqual(['one', 'three', 'two']);
    await expect.poll(stage.connections, soon).toBe(1);
    await Promise.all(sent);
    expect(own).toEqual([]);
    await expect.poll(() => heard.toSorted(), soon).toEqual(['one', 'three', 'two']);
  });
});
