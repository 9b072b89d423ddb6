import { Logger } from '@nestjs/common';
import { type Server, createServer } from 'node:http';
import { type Socket, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../test/support/eventually.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import { EventHub } from './event-hub.js';
import { LiveState } from './live-state.js';
import { playing } from './testing/playing.js';

/** More than the buffers between two sockets of one machine hold: Linux lets that for sending alone grow to 4 MiB. */
const MUCH = 10_000_000;
let state: LiveState;
let hub: EventHub;
let server: Server;
const sockets: Socket[] = [];
/** What happens between what plays being read for somebody and their coming. */
let meanwhile: () => void;

/** Another song plays. */
function play(title: string): void {
  const [checkedAt, freshUntil] = [Date.now(), Date.now() + 60_000];
  state.set({ document: { ...playing, title }, provider: 'lastfm', generation: 0, checkedAt, freshUntil });
}

beforeEach(async () => {
  Logger.overrideLogger(false);
  state = new LiveState({ current: 0 });
  hub = new EventHub(state, new PlatformSettings());
  hub.onApplicationBootstrap();
  play('Paper Lanterns');
  meanwhile = () => undefined;
  server = createServer((_request, response) => {
    const { current } = state;
    if (!current) throw new Error('Nothing is known.');
    meanwhile();
    hub.add(response, ['Content-Type', 'text/event-stream'], {
      address: 'a',
      lastEventId: null,
      bytes: current.bytes,
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  vi.useRealTimers();
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

interface Hearing {
  socket: Socket;
  titles: () => string[];
}

async function come(version = '1.1'): Promise<Hearing> {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server listens on no port.');
  const socket = connect(address.port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  socket.write(`GET / HTTP/${version}\r\nHost: a\r\n\r\n`);
  const titles = (): string[] => [...text.matchAll(/"title":"([^"]{1,30})/g)].map(([, title = '']) => title);
  await eventually(async () => {
    expect(titles()).not.toHaveLength(0);
    await Promise.resolve();
  });
  return { socket, titles };
}

const hears = (hearing: Hearing, expected: string[]): Promise<void> =>
  eventually(async () => {
    expect(hearing.titles()).toEqual(expected);
    await Promise.resolve();
  });

describe('EventHub', () => {
  it('tells everybody each change once, also those who speak HTTP/1.0', async () => {
    const all = await Promise.all([come(), come(), come('1.0')]);
    play('Salt on the Window');
    play('Salt on the Window');
    play('Compass Rose');
    for (const one of all) await hears(one, ['Paper Lanterns', 'Salt on the Window', 'Compass Rose']);
  });

  it('sends one who does not read the newest only, once they read', async () => {
    const [slow, quick] = await Promise.all([come(), come()]);
    slow.socket.pause();
    play(`1${'x'.repeat(MUCH)}`);
    play(`2${'x'.repeat(MUCH)}`);
    play(`3${'x'.repeat(MUCH)}`);
    play('the last one');
    await eventually(async () => {
      expect(quick.titles().at(-1)).toBe('the last one');
      await Promise.resolve();
    });
    slow.socket.resume();
    await eventually(async () => {
      expect(slow.titles().at(-1)).toBe('the last one');
      await Promise.resolve();
    });
    expect(slow.titles().map((title) => title.slice(0, 8))).toEqual(['Paper La', '1xxxxxxx', 'the last']);
  });

  it('counts who listens as somebody who looks, until they are gone', async () => {
    const [one, other] = await Promise.all([come(), come()]);
    expect(hub.size).toBe(2);
    one.socket.destroy();
    other.socket.destroy();
    await eventually(async () => {
      expect(hub.size).toBe(0);
      await Promise.resolve();
    });
    expect(hub.refusal('a')).toBeNull();
    const before = state.lastLookAt ?? 0;
    await eventually(async () => {
      expect(Date.now()).toBeGreaterThan(before + 5);
      await Promise.resolve();
    });
    expect(state.lastLookAt).toBe(before);
  });

  it('keeps a connection by comments, and lets nobody in once it stops', async () => {
    const one = await come();
    let text = '';
    one.socket.on('data', (chunk) => (text += chunk.toString()));
    hub.beat();
    await eventually(async () => {
      expect(text).toContain(':\n\n');
      await Promise.resolve();
    });
    hub.beforeApplicationShutdown();
    await eventually(async () => {
      expect(text).toMatch(/retry: \d+\n\n/);
      await Promise.resolve();
    });
    expect(hub.refusal('b')).toBe('stopping');
  });

  it('tells one who comes what has changed while they came', async () => {
    meanwhile = () => {
      play('Salt on the Window');
    };
    await hears(await come(), ['Paper Lanterns', 'Salt on the Window']);
  });

  /** One who has not taken what it was sent, and one who has. */
  async function slowAndQuick(): Promise<{ slow: Hearing; quick: Hearing; since: number }> {
    const [slow, quick] = await Promise.all([come(), come()]);
    slow.socket.pause();
    const since = Date.now();
    play(`1${'x'.repeat(MUCH)}`);
    // Whoever has heard this has taken all that came before it.
    play('Compass Rose');
    await eventually(async () => {
      expect(quick.titles().at(-1)).toBe('Compass Rose');
      await Promise.resolve();
    });
    return { slow, quick, since };
  }

  function beatAt(now: number): void {
    vi.useFakeTimers({ toFake: ['Date'], now });
    hub.beat();
    vi.useRealTimers();
  }

  it('waits half a minute for one who is slow', async () => {
    const { slow, since } = await slowAndQuick();
    beatAt(since + 29_000);
    slow.socket.resume();
    await eventually(async () => {
      expect(slow.titles().at(-1)).toBe('Compass Rose');
      await Promise.resolve();
    });
    expect(hub.size).toBe(2);
  });

  it('sends one away who is slow for longer, and nobody else', async () => {
    const { quick } = await slowAndQuick();
    beatAt(Date.now() + 31_000);
    await eventually(async () => {
      expect(hub.size).toBe(1);
      await Promise.resolve();
    });
    play('the last one');
    await eventually(async () => {
      expect(quick.titles().at(-1)).toBe('the last one');
      await Promise.resolve();
    });
  });

  it('lets no proxy wait long enough to end a connection', () => {
    const beat: unknown = Reflect.get(EventHub.prototype, 'beat');
    if (typeof beat !== 'function') throw new Error('There is no beat.');
    expect(Reflect.getMetadata('SCHEDULE_INTERVAL_OPTIONS', beat)).toEqual({ timeout: 15_000 });
  });
});
