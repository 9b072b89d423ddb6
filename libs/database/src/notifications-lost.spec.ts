import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openEmbedded } from './embedded/open-embedded.js';
import { readPidFile } from './embedded/postmaster.js';
import { type FaultyProxy, startFaultyProxy } from './testing/faulty-proxy.js';
import { hear, hearing, soon, useNotificationStage } from './testing/notification-stage.js';
import { startMuteServer } from './testing/mute-server.js';
import { makeScratchFolder, removeScratchFolder } from './testing/scratch-folder.js';

const stage = useNotificationStage();
/** Longer than any test. */
const NEVER = 3_600_000;
let proxies: FaultyProxy[] = [];

afterEach(async () => {
  await Promise.all(proxies.map((proxy) => proxy.close()));
  proxies = [];
});

async function proxied(): Promise<FaultyProxy> {
  const proxy = await startFaultyProxy(stage.connectionString);
  proxies.push(proxy);
  return proxy;
}

const LOST = /^warn: Notifications from other processes cannot be heard \(\w+/;
const BACK = 'info: Notifications from other processes are heard again.';

/** What an operator sees. */
function reported(): string[] {
  return stage.log.lines.filter((line) => !line.startsWith('debug'));
}

describe('listening', () => {
  it('goes on when the server has ended the connection, and tells every channel that some may be missed', async () => {
    const notifications = stage.open();
    const [songs, links] = await Promise.all([hearing(notifications, 'songs'), hearing(notifications, 'links')]);
    expect(await stage.terminate()).toBe(1);
    await expect.poll(() => [songs, links], soon).toEqual([['songs'], ['links']]);
    await stage.open().notify('songs');
    await expect.poll(() => songs, soon).toEqual(['songs', 'songs']);
    expect(reported()).toEqual([expect.stringContaining('heard (57P01)'), BACK]);
  });

  it('goes on when Postgres has ended and come back', async () => {
    const folder = await makeScratchFolder();
    const dataDir = join(folder, 'data');
    const { connectionString, close } = await openEmbedded(dataDir, stage.log);
    const postmaster = async (): Promise<number> => (await readPidFile(join(dataDir, 'postgres')))?.pid ?? 0;
    try {
      const notifications = stage.open({ connectionString });
      const heard = await hearing(notifications, 'songs');
      const before = await postmaster();
      process.kill(before, 'SIGINT');
      await expect.poll(() => heard, soon).toEqual(['songs']);
      expect(await postmaster()).not.toBe(before);
      await notifications.notify('songs');
      await expect.poll(() => heard, soon).toEqual(['songs', 'songs']);
      await notifications.close();
    } finally {
      await close();
      await removeScratchFolder(folder);
    }
  });

  it('tries until it works, also for those who came meanwhile, and reports the loss and the return once', async () => {
    const proxy = await proxied();
    const notifications = stage.open({ connectionString: proxy.connectionString });
    const early = await hearing(notifications, 'songs');
    proxy.cut();
    const before = proxy.asked();
    await expect.poll(proxy.asked, soon).toBeGreaterThan(before + 5);
    const late = [hear(notifications, 'songs'), hear(notifications, 'links')];
    await stage.open().notify('songs');
    proxy.mend();
    await expect.poll(() => [early, ...late], soon).toEqual([['songs'], ['songs'], ['links']]);
    expect(reported()).toEqual([expect.stringMatching(LOST), BACK]);
  });

  it('notices a connection on which nothing comes any more', async () => {
    const proxy = await proxied();
    const notifications = stage.open({ connectionString: proxy.connectionString, probeMs: 20, patienceMs: 200 });
    const heard = await hearing(notifications, 'songs');
    proxy.stall();
    await expect.poll(() => heard, soon).toContain('songs');
    expect(reported()).toEqual(expect.arrayContaining([expect.stringContaining('heard (ETIMEDOUT)'), BACK]));
  });

  it('keeps a quiet connection that is well', async () => {
    const proxy = await proxied();
    const notifications = stage.open({ connectionString: proxy.connectionString, probeMs: 1 });
    const heard = await hearing(notifications, 'songs');
    for (let round = 0; round < 20; round += 1) await notifications.notify('songs');
    await expect.poll(() => heard, soon).toEqual(Array.from({ length: 20 }, () => 'songs'));
    expect(proxy.asked()).toBe(1);
  });

  it('begins when a server that was not there at first is', async () => {
    const proxy = await proxied();
    proxy.cut();
    const notifications = stage.open({ connectionString: proxy.connectionString });
    const heard = hear(notifications, 'songs');
    await expect.poll(() => stage.log.lines[0], soon).toMatch(LOST);
    proxy.mend();
    await expect.poll(() => heard, soon).toEqual(['songs']);
  });
});

describe('notify', () => {
  it('works while listening does not', async () => {
    const other = await hearing(stage.open(), 'songs');
    await stage.terminate();
    await expect.poll(() => other, soon).toEqual(['songs']);
    const deaf = stage.open({ retryMs: NEVER, longestRetryMs: NEVER });
    await hearing(deaf, 'songs');
    stage.log.lines.length = 0;
    await stage.terminate();
    await expect.poll(() => stage.log.lines.filter((line) => LOST.test(line)).length, soon).toBe(2);
    await expect.poll(() => other, soon).toEqual(['songs', 'songs']);
    await deaf.notify('songs');
    await expect.poll(() => other, soon).toEqual(['songs', 'songs', 'songs']);
  });

  it('takes another way when the connection that listens breaks under it', async () => {
    const other = await hearing(stage.open(), 'one', 'two');
    const proxy = await proxied();
    const notifications = stage.open({ connectionString: proxy.connectionString });
    const own = await hearing(notifications, 'songs');
    proxy.stall();
    const sent = [notifications.notify('one'), notifications.notify('two')];
    proxy.cut();
    proxy.mend();
    await Promise.all(sent);
    await expect.poll(() => other, soon).toEqual(['one', 'two']);
    // What it may not have heard itself, it is told of when it listens again.
    await expect.poll(() => own, soon).toContain('songs');
  });

  it('says so when it cannot, without saying who we are, and can again', async () => {
    const connectionString = stage.connectionString.replace(/\/\/[^@]*@/, '//somebody:s3cret@');
    const refused = await stage.open({ connectionString }).notify('songs').catch(String);
    expect(refused).toBe('DatabaseError: Postgres did not take a notification on songs (28P01).');
    hear(stage.open({ connectionString }), 'songs');
    await expect.poll(() => stage.log.lines.length, soon).toBeGreaterThan(2);
    expect(stage.log.lines.join()).not.toMatch(/somebody|s3cret/);

    const proxy = await proxied();
    proxy.cut();
    const speaker = stage.open({ connectionString: proxy.connectionString });
    const away = speaker.notify('songs');
    await expect(away).rejects.toMatchObject({ code: 'notification_failed', remedy: expect.stringContaining('again') });
    proxy.mend();
    await speaker.notify('songs');
  });

  it('gives up on a server that accepts and never answers', async () => {
    const mute = await startMuteServer();
    const notifications = stage.open({ connectionString: mute.connectionString, patienceMs: 50 });
    await expect(notifications.notify('songs')).rejects.toMatchObject({ code: 'notification_failed' });
    await mute.close();
  });
});
