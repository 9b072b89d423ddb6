import { describe, expect, it } from 'vitest';
import { startFaultyProxy } from './testing/faulty-proxy.js';
import { hear, hearing, settled, soon, useNotificationStage } from './testing/notification-stage.js';

const stage = useNotificationStage();

/** So many, on two channels, so that one sees their order. */
function songsAndLinks(count: number): string[] {
  return Array.from({ length: count }, (_, number) => (number % 3 === 0 ? 'links' : 'songs'));
}

describe('notifications', () => {
  it('reach every process that listens to the channel, the speaker too, in order, and nobody else', async () => {
    const one = stage.open();
    const other = stage.open();
    const [own, others, elsewhere] = await Promise.all([
      hearing(one, 'songs', 'links'),
      hearing(other, 'songs', 'links'),
      hearing(other, 'SONGS'),
    ]);
    const said = songsAndLinks(50);
    await Promise.all(said.map((channel) => one.notify(channel)));
    await expect.poll(() => own, soon).toEqual(said);
    await expect.poll(() => others, soon).toEqual(said);
    await settled(other);
    expect(elsewhere).toEqual([]);
  });

  it.each([`a "b"; DROP TABLE x; --`, 'Großbuchstaben', 'select', 'n'.repeat(63)])(
    'take the channel name %s literally',
    async (channel) => {
      const notifications = stage.open();
      const heard = await hearing(notifications, channel);
      await notifications.notify(channel);
      await expect.poll(() => heard, soon).toEqual([channel]);
    },
  );

  it.each(['', 'n'.repeat(64), 'ü'.repeat(32), 'a\0b', '\ud800'])('refuse the channel name %j', async (channel) => {
    const notifications = stage.open();
    const refused = expect.objectContaining({ code: 'notification_channel_invalid' });
    expect(() => {
      notifications.listen(channel, () => undefined);
    }).toThrow(refused);
    await expect(notifications.notify(channel)).rejects.toEqual(refused);
  });

  it('need no listener, and a burst of them takes one connection, which is not kept', async () => {
    const listener = stage.open();
    const heard = await hearing(listener, 'songs', 'links');
    const proxy = await startFaultyProxy(stage.connectionString);
    const speaker = stage.open({ connectionString: proxy.connectionString });
    const said = songsAndLinks(100);
    await Promise.all(said.map((channel) => speaker.notify(channel)));
    await expect.poll(() => heard, soon).toEqual(said);
    expect(proxy.asked()).toBe(1);
    await expect.poll(stage.connections, soon).toBe(1);
    await speaker.notify('songs');
    await expect.poll(() => heard, soon).toEqual([...said, 'songs']);
    expect(proxy.asked()).toBe(2);
    await proxy.close();
  });
});

describe('a listener', () => {
  it('is told once the server delivers the channel, and not when it does already', async () => {
    const notifications = stage.open();
    const first = await hearing(notifications, 'songs');
    const second = hear(notifications, 'songs');
    const another = await hearing(notifications, 'another');
    await settled(notifications);
    expect([first, second, another]).toEqual([[], [], []]);
    await notifications.notify('songs');
    await settled(notifications);
    expect([first, second, another]).toEqual([['songs'], ['songs'], []]);
  });

  it('that throws is logged, and the others hear', async () => {
    const notifications = stage.open();
    notifications.listen('songs', () => {
      throw new Error('a fault in the listener');
    });
    const heard = await hearing(notifications, 'songs');
    await notifications.notify('songs');
    await expect.poll(() => heard, soon).toEqual(['songs']);
    const line = 'warn: A listener to notifications on songs failed: a fault in the listener';
    expect(stage.log.lines).toEqual([line, line]);
  });
});
