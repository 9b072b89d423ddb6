import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FaultyProxy, startFaultyProxy } from '../../libs/database/src/testing/faulty-proxy.js';
import { migratedDatabase } from '../support/database.js';
import { type Listener, listen } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import { json } from '../support/harness.js';
import { type Stage, openStage } from '../support/sandbox.js';
import { type Service, removeFolder, startService, temporaryFolder } from '../support/service.js';

const folder = temporaryFolder();
const listeners: Listener[] = [];
let stage: Stage;
let proxy: FaultyProxy;
let services: Service[] = [];

beforeAll(async () => {
  stage = await openStage();
});
beforeEach(async () => {
  proxy = await startFaultyProxy(await migratedDatabase());
});
afterEach(async () => {
  for (const listener of listeners.splice(0)) listener.leave();
  proxy.mend();
  await Promise.all(services.map((service) => service.stop()));
  await proxy.close();
  await stage.reset();
});
afterAll(async () => {
  await stage.close();
  removeFolder(folder);
});

async function start(count: 2 | 3): Promise<void> {
  const settings = { ...stage.settings, DATABASE_URL: proxy.connectionString, BASE_URL: 'http://music.example' };
  services = await Promise.all(Array.from({ length: count }, () => startService(folder, settings)));
}

const song = (title: string): Promise<void> =>
  stage.scenario('playing', { track: { artist: 'The Night Ferry', title, album: 'Harbour Lights' } });

async function query(sql: string): Promise<object[]> {
  const client = new pg.Client({ connectionString: proxy.connectionString });
  await client.connect();
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}

const one = (index: number): Service => {
  const service = services[index];
  if (!service) throw new Error(`There is no service ${index}.`);
  return service;
};

async function hears(service: Service): Promise<Listener> {
  const listener = await listen(service.url);
  listeners.push(listener);
  return listener;
}

const lastTitle = (listener: Listener): unknown => listener.events().at(-1)?.document['title'];

describe('several processes on one database', () => {
  it('ask the upstream once for all who come at once, and tell the same bytes', async () => {
    await start(3);
    await song('Paper Lanterns');
    const asking = services.flatMap((service) => Array.from({ length: 60 }, () => json(service, '/currently-playing')));
    const answers = await Promise.all(asking);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    // On a slow machine some wait longer than anybody is made to; that all get the song in time is for the benchmark.
    const titles = new Set(answers.map(({ body }) => (body as { title: string }).title));
    titles.delete('Not Playing');
    expect(titles).toEqual(new Set(['Paper Lanterns']));
    // One; on a slow machine the next poll may have come already, and not one per process.
    expect((await stage.calls())['user.getrecenttracks']).toBeLessThanOrEqual(2);
    await eventually(async () => {
      const seen = await Promise.all(services.map((service) => json(service, '/currently-playing')));
      expect(seen[0]?.body).toMatchObject({ lastPlayed: expect.anything() });
      expect(new Set(seen.map(({ headers }) => headers.get('etag'))).size).toBe(1);
    });
  });

  it('hear of a change from the one that asks, and another one asks when it is killed', async () => {
    await start(3);
    await song('Paper Lanterns');
    // Whoever is looked at first takes the lead.
    expect((await json(one(0), '/currently-playing')).body).toMatchObject({ title: 'Paper Lanterns' });
    const [, second, third] = await Promise.all(services.map(hears));
    if (!second || !third) throw new Error('Nobody listens.');
    await song('Salt on the Window');
    await eventually(async () => {
      expect([second, third].map(lastTitle)).toEqual(['Salt on the Window', 'Salt on the Window']);
      await Promise.resolve();
    });
    await one(0).stop('SIGKILL');
    await song('Compass Rose');
    await eventually(async () => {
      expect([second, third].map(lastTitle)).toEqual(['Compass Rose', 'Compass Rose']);
      await Promise.resolve();
    }, 25_000);
    expect(second.isOver()).toBe(false);
  });

  it('hand the lead over when the one that asks is stopped, and go on with the same bytes', async () => {
    await start(2);
    await song('Paper Lanterns');
    await json(one(0), '/currently-playing');
    const listener = await hears(one(1));
    await eventually(async () => {
      expect(listener.events().at(-1)?.document).toMatchObject({
        title: 'Paper Lanterns',
        lastPlayed: expect.anything(),
      });
      await Promise.resolve();
    });
    const heardBefore = listener.events().length;
    // The next poll is due soon, whoever leads by then.
    await query("UPDATE now_playing SET fresh_until = now() + interval '11 s'");
    await one(0).stop();
    await query("UPDATE now_playing SET checked_at = now() - interval '1 s'");
    await eventually(async () => {
      expect(await query("SELECT checked_at > now() - interval '1 s' AS asked FROM now_playing")).toEqual([
        { asked: true },
      ]);
    });
    await song('Salt on the Window');
    await eventually(async () => {
      expect(lastTitle(listener)).toBe('Salt on the Window');
      await Promise.resolve();
    });
    expect(listener.events()[heardBefore]?.document['title']).toBe('Salt on the Window');
  });

  it('go on from memory while the database is away, and catch up when it is back', async () => {
    await start(2);
    await song('Paper Lanterns');
    await json(one(0), '/currently-playing');
    const [first, second] = await Promise.all([hears(one(0)), hears(one(1))]);
    await eventually(async () => {
      expect(lastTitle(second)).toBe('Paper Lanterns');
      await Promise.resolve();
    });
    proxy.cut();
    await song('Salt on the Window');
    // The one that asks goes on; the others say that what they know is old.
    await eventually(async () => {
      expect(lastTitle(first)).toBe('Salt on the Window');
      expect((await json(one(1), '/currently-playing')).body).toMatchObject({ title: 'Paper Lanterns', stale: true });
    }, 30_000);
    await eventually(async () => {
      expect(second.events().at(-1)?.document).toMatchObject({ title: 'Paper Lanterns', stale: true });
      await Promise.resolve();
    });
    // Nobody waits for what cannot come.
    const asked = Date.now();
    await json(one(1), '/currently-playing');
    expect(Date.now() - asked).toBeLessThan(1_500);
    proxy.mend();
    await eventually(async () => {
      expect(second.events().at(-1)?.document).toMatchObject({ title: 'Salt on the Window', stale: false });
      await Promise.resolve();
    });
  });
});
