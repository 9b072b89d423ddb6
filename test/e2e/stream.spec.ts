import { connect } from 'node:net';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { migratedDatabase } from '../support/database.js';
import { type Listener, listen } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import { json } from '../support/harness.js';
import { type Stage, openStage } from '../support/sandbox.js';
import { type Service, removeFolder, startProcess, startService, temporaryFolder } from '../support/service.js';

const folder = temporaryFolder();
const listeners: Listener[] = [];
let stage: Stage;
let settings: Readonly<Record<string, string>>;
let service: Service;

const song = (title: string): Promise<void> =>
  stage.scenario('playing', { track: { artist: 'The Night Ferry', title, album: 'Harbour Lights' } });

async function come(headers: Readonly<Record<string, string>> = {}, at = service): Promise<Listener> {
  const listener = await listen(at.url, headers);
  listeners.push(listener);
  return listener;
}

const titles = (listener: Listener): unknown[] => [
  ...new Set(listener.events().map(({ document }) => document['title'])),
];

beforeAll(async () => {
  stage = await openStage();
  settings = {
    ...stage.settings,
    TRUST_PROXY: '127.0.0.1',
    STREAM_CLIENTS: '5',
    STREAM_CLIENTS_PER_ADDRESS: '3',
  };
  service = await startService(folder, { ...settings, DATABASE_URL: await migratedDatabase() });
});
afterEach(async () => {
  for (const listener of listeners.splice(0)) listener.leave();
  await stage.reset();
});
afterAll(async () => {
  await service.stop();
  await stage.close();
  removeFolder(folder);
});

describe('GET /currently-playing/stream', () => {
  it('tells what plays at once, and each change, in the bytes of /currently-playing', async () => {
    await song('Paper Lanterns');
    const listener = await come({ origin: 'https://blog.example' });
    expect(listener.response.status).toBe(200);
    expect(Object.fromEntries(listener.response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
    });
    await eventually(async () => {
      expect(titles(listener)).toEqual(['Paper Lanterns']);
      const answer = await json(service, '/currently-playing');
      expect(listener.events().at(-1)).toEqual({
        id: answer.headers.get('etag')?.replaceAll('"', ''),
        document: answer.body,
      });
    });
    expect(listener.text()).toMatch(/^retry: [345]\d\d\d\n\nid: /);
    await song('Salt on the Window');
    await eventually(async () => {
      expect(titles(listener)).toEqual(['Paper Lanterns', 'Salt on the Window']);
      await Promise.resolve();
    });
  });

  it('does not repeat what the client has already', async () => {
    await song('Paper Lanterns');
    // Another one has seen other songs end.
    const alone = await startService(folder, { ...settings, DATABASE_URL: await migratedDatabase() });
    try {
      const first = await come({}, alone);
      const id = await eventually(async () => {
        const answer = await json(alone, '/currently-playing');
        const last = first.events().at(-1);
        expect(last?.document).toEqual(answer.body);
        expect(answer.body).toMatchObject({ title: 'Paper Lanterns', lastPlayed: expect.anything() });
        return last?.id ?? '';
      });
      const again = await come({ 'last-event-id': id }, alone);
      await eventually(async () => {
        expect(again.text()).toMatch(/^retry: \d+\n\n:\n\n$/);
        await Promise.resolve();
      });
      const other = await come({ 'last-event-id': 'something-else' }, alone);
      await eventually(async () => {
        expect(other.events()).toHaveLength(1);
        await Promise.resolve();
      });
    } finally {
      await alone.stop();
    }
  });

  it('takes so many from one address and so many in all, and says when to come again', async () => {
    const from = (address: string): Promise<Listener> => come({ 'x-forwarded-for': address });
    const full = async (address: string, why: string): Promise<void> => {
      const { response, text } = await from(address);
      expect(response.status).toBe(503);
      const seconds = Number(response.headers.get('retry-after'));
      expect(seconds >= 29 && seconds <= 60, String(seconds)).toBe(true);
      await eventually(async () => {
        expect(JSON.parse(text())).toMatchObject({ code: 'too_many_listeners', detail: expect.stringContaining(why) });
        await Promise.resolve();
      });
    };
    const first = await from('2001:db8::1');
    // Whoever has an IPv6 network has all its addresses.
    for (const address of ['2001:db8::2', '2001:db8::3:1', '192.0.2.2', '192.0.2.3']) {
      expect((await from(address)).response.status).toBe(200);
      if (address === '192.0.2.2') await full('2001:db8::4', 'from this address');
    }
    await full('192.0.2.4', 'As many listen');
    first.leave();
    await eventually(async () => {
      expect((await from('192.0.2.4')).response.status).toBe(200);
    });
  });

  it('gives its places to those who are still there when the first answer comes, and to no more', async () => {
    await stage.scenario('slow', { ms: 1_000 });
    const alone = await startService(folder, { ...settings, DATABASE_URL: await migratedDatabase() });
    const leaving = Array.from({ length: 3 }, () => {
      const socket = connect(Number(new URL(alone.url).port), '127.0.0.1');
      socket.write('GET /currently-playing/stream HTTP/1.1\r\nHost: a\r\n\r\n');
      return socket;
    });
    try {
      await eventually(async () => {
        expect(await stage.calls()).toHaveProperty('user.getrecenttracks');
      });
      const waiting = Array.from({ length: 5 }, () => come({}, alone));
      for (const socket of leaving) socket.destroy();
      const statuses = (await Promise.all(waiting)).map(({ response }) => response.status);
      expect(statuses.sort()).toEqual([200, 200, 200, 503, 503]);
    } finally {
      await alone.stop();
    }
  });

  it('is refused behind another answer, and so takes no memory that nobody counts', async () => {
    await stage.scenario('slow', { ms: 200, method: 'user.gettoptracks' });
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.write('GET /top/tracks?limit=3 HTTP/1.1\r\nHost: a\r\n\r\n');
    socket.write('GET /currently-playing/stream HTTP/1.1\r\nHost: a\r\n\r\n');
    await eventually(async () => {
      expect(text).toMatch(/"items":.*HTTP\/1.1 503 .*"code":"too_many_listeners"/s);
      await Promise.resolve();
    });
    socket.destroy();
  });

  it('does not go back to an older song that another process has left behind', async () => {
    await song('Paper Lanterns');
    const databaseUrl = await migratedDatabase();
    const alone = await startService(folder, { ...settings, DATABASE_URL: databaseUrl });
    const database = new pg.Client({ connectionString: databaseUrl });
    await database.connect();
    try {
      const listener = await come({}, alone);
      await eventually(async () => {
        expect(titles(listener)).toEqual(['Paper Lanterns']);
        await Promise.resolve();
      });
      await database.query(
        `UPDATE now_playing SET document = replace(document, 'Paper Lanterns', 'Compass Rose'), leader = gen_random_uuid(),
          lease_until = now() + interval '3 s', checked_at = now() - interval '1 min'`,
      );
      await database.query(`SELECT pg_notify('now_playing', '')`);
      await song('Salt on the Window');
      await eventually(async () => {
        expect(titles(listener).at(-1)).toBe('Salt on the Window');
        await Promise.resolve();
      });
      expect(titles(listener)).toEqual(['Paper Lanterns', 'Salt on the Window']);
    } finally {
      await database.end();
      await alone.stop();
    }
  });

  it('answers HEAD with its head alone', async () => {
    const answer = await fetch(`${service.url}/currently-playing/stream`, { method: 'HEAD' });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(answer.headers.get('content-length')).toBeNull();
    expect(await answer.text()).toBe('');
  });

  it('ends when the service stops, which does not wait for anybody, and spreads who comes back', async () => {
    const short = await startProcess(folder, { ...settings, DATABASE_URL: await migratedDatabase() });
    const listener = await come({}, short);
    expect(await short.stop()).toBe(0);
    await eventually(async () => {
      expect(listener.isOver()).toBe(true);
      await Promise.resolve();
    });
    expect(listener.text()).toMatch(/\nretry: \d{1,5}\n\n$/);
  });
});
