import { describe, expect, it } from 'vitest';
import type { Notifications } from './notifications.js';
import { startFaultyProxy } from './testing/faulty-proxy.js';
import { hear, hearing, soon, useNotificationStage } from './testing/notification-stage.js';

const stage = useNotificationStage();

/** What was said before has been heard when this resolves, or never will be. */
async function settled(speaker: Notifications, channel: string, heard: (string | null)[]): Promise<void> {
  const before = heard.length;
  await speaker.notify(channel, 'the end');
  await expect.poll(() => heard.slice(before), soon).toContain('the end');
}

describe('notifications', () => {
  it('reach every process that listens to the channel, the speaker too, in order, and nobody else', async () => {
    const one = stage.open();
    const other = stage.open();
    const [own, others, elsewhere] = await Promise.all([
      hearing(one, 'songs'),
      hearing(other, 'songs'),
      hearing(other, 'SONGS'),
    ]);
    const said = Array.from({ length: 50 }, (_, number) => `song ${number}`);
    await Promise.all(said.map((song) => one.notify('songs', song)));
    await expect.poll(() => own, soon).toEqual(said);
    await expect.poll(() => others, soon).toEqual(said);
    await settled(one, 'SONGS', elsewhere);
    expect(elsewhere).toEqual(['the end']);
  });

  it.each([
    ['nothing', ''],
    ['quotes', `it's "quoted" $1 \\ ; --`],
    ['all of Unicode', 'Björk – 椎名林檎 – 🎧\n\t\u200d'],
    ['as much as Postgres takes', 'é'.repeat(3_999) + '!'],
  ])('carry %s', async (_, payload) => {
    const notifications = stage.open();
    const heard = await hearing(notifications, 'payloads');
    await notifications.notify('payloads', payload);
    await expect.poll(() => heard, soon).toEqual([payload]);
  });

  it('carry the empty text when there is no payload', async () => {
    const notifications = stage.open();
    const heard = await hearing(notifications, 'payloads');
    await notifications.notify('payloads');
    await expect.poll(() => heard, soon).toEqual(['']);
  });

  it.each([`a "b"; DROP TABLE x; --`, 'Großbuchstaben', 'select', 'n'.repeat(63)])(
    'take the channel name %s literally',
    async (channel) => {
      const notifications = stage.open();
      const heard = await hearing(notifications, channel);
      await notifications.notify(channel, 'here');
      await expect.poll(() => heard, soon).toEqual(['here']);
    },
  );

  it.each(['', 'n'.repeat(64), 'ü'.repeat(32), 'a\0b', '\ud800'])('refuse the channel name %j', async (channel) => {
    const notifications = stage.open();
    const refused = expect.objectContaining({ code: 'notification_channel_invalid' });
    expect(() => notifications.listen(channel, () => undefined)).toThrow(refused);
    await expect(notifications.notify(channel)).rejects.toEqual(refused);
  });

  it.each([
    ['too long', 'x'.repeat(8_000)],
    ['too long in bytes', 'é'.repeat(4_000)],
    ['with a NUL', 'a\0b'],
    ['with half a character', '🎧'.slice(0, 1)],
  ])('refuse a payload %s, and say what to do', async (_, payload) => {
    await expect(stage.open().notify('payloads', payload)).rejects.toMatchObject({
      code: 'notification_payload_invalid',
      message: expect.stringContaining('payloads'),
      remedy: expect.stringMatching(/^(Store|Encode)/),
    });
  });

  it('need no listener, and a burst of them takes one connection, which is not kept', async () => {
    const listener = stage.open();
    const heard = await hearing(listener, 'burst');
    const proxy = await startFaultyProxy(stage.connectionString);
    const speaker = stage.open({ connectionString: proxy.connectionString });
    const said = Array.from({ length: 100 }, (_, number) => `${number}`);
    await Promise.all(said.map((text) => speaker.notify('burst', text)));
    await expect.poll(() => heard, soon).toEqual(said);
    expect(proxy.asked()).toBe(1);
    await expect.poll(stage.connections, soon).toBe(1);
    await settled(speaker, 'burst', heard);
    expect(proxy.asked()).toBe(2);
    await proxy.close();
  });
});

describe('a listener', () => {
  it('is told null once the server delivers the channel, and not when it does already', async () => {
    const notifications = stage.open();
    const first = await hearing(notifications, 'songs');
    const second = hear(notifications, 'songs');
    const another = await hearing(notifications, 'another');
    await settled(notifications, 'songs', second);
    expect([first, second, another]).toEqual([['the end'], ['the end'], []]);
  });

  it('that throws is logged, and the others hear', async () => {
    const notifications = stage.open();
    notifications.listen('songs', () => {
      throw new Error('a fault in the listener');
    });
    const heard = await hearing(notifications, 'songs');
    await notifications.notify('songs', 'a song');
    await expect.poll(() => heard, soon).toEqual(['a song']);
    const line = 'warn: A listener to notifications on songs failed: a fault in the listener';
    expect(stage.log.lines).toEqual([line, line]);
  });

  it('hears no more once it has ended, and the others do, also when they are the same function', async () => {
    const notifications = stage.open();
    const heard: (string | null)[] = [];
    const keep = (payload: string | null): void => {
      heard.push(payload);
    };
    const end = notifications.listen('songs', keep);
    notifications.listen('songs', keep);
    await expect.poll(() => heard, soon).toEqual([null, null]);
    end();
    end();
    await settled(notifications, 'songs', heard);
    expect(heard).toEqual([null, null, 'the end']);
  });

  it('can end another that would be called next', async () => {
    const notifications = stage.open();
    const ended: (string | null)[] = [];
    notifications.listen('songs', () => {
      end();
    });
    const end = notifications.listen('songs', (payload) => ended.push(payload));
    const heard = await hearing(notifications, 'songs');
    await settled(notifications, 'songs', heard);
    expect(ended).toEqual([]);
  });

  it('that was the last of its channel ends it on the server too, and the next begins anew', async () => {
    const proxy = await startFaultyProxy(stage.connectionString);
    const notifications = stage.open({ connectionString: proxy.connectionString });
    const marks = await hearing(notifications, 'marks');
    for (const round of [1, 2]) {
      const heard: (string | null)[] = [];
      const end = notifications.listen('songs', (payload) => heard.push(payload));
      await expect.poll(() => heard, soon).toEqual([null]);
      end();
      await settled(notifications, 'marks', marks);
      await notifications.notify('songs', `unheard ${round}`);
      await settled(notifications, 'marks', marks);
      expect(heard).toEqual([null]);
    }
    expect(proxy.brought()).not.toContain('unheard');
    expect(proxy.asked()).toBe(1);
    await proxy.close();
  });

  it('that comes back at once hears as if it had stayed', async () => {
    const notifications = stage.open();
    notifications.listen('songs', () => undefined)();
    await hearing(notifications, 'marks');
    const end = notifications.listen('songs', () => undefined);
    end();
    const heard = await hearing(notifications, 'songs');
    await settled(notifications, 'songs', heard);
    expect(heard).toEqual(['the end']);
  });
});
