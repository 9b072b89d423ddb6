import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FaultyProxy, startFaultyProxy } from '../../libs/database/src/testing/faulty-proxy.js';
import { migratedDatabase } from '../support/database.js';
import { type Listener, listen } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import { json } from '../support/harness.js';
import { type Stage, openStage } from '../support/sandbox.js';
import {
  type LoneService,
  type Service,
  type ServiceProcess,
  removeFolder,
  startAlone,
  startProcess,
  temporaryFolder,
} from '../support/service.js';

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

const settings = (): Record<string, string> => ({
  ...stage.settings,
  DATABASE_URL: proxy.connectionString,
  BASE_URL: 'http://music.example',
});

async function start(count: 2 | 3): Promise<LoneService[]> {
  const started = await Promise.all(Array.from({ length: count }, () => startAlone(folder, settings())));
  services = started;
  return started;
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

/** Loaded by a process before everything else: its clock goes on by 90 seconds each time that it gets SIGUSR2. */
const LATER = `
  const now = Date.now.bind(Date);
  let laterMs = 0;
  process.on('SIGUSR2', () => (laterMs += 90_000));
  Date.now = () => now() + laterMs;`;

/** Lets three minutes pass in which nobody looks, for all processes and the database. */
async function passTime(processes: readonly ServiceProcess[]): Promise<void> {
  // In two steps: what is under way during one of them, between two clocks, has become old with the other.
  for (let step = 0; step < 2; step += 1) {
    for (const { pid } of processes) process.kill(pid, 'SIGUSR2');
    await query(
      `UPDATE now_playing SET checked_at = checked_at - interval '90 s', looked_at = looked_at - interval '90 s',
        fresh_until = now() + interval '3 min'`,
    );
  }
}

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
    const [first] = await start(3);
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
    await first?.kill();
    await song('Compass Rose');
    await eventually(async () => {
      expect([second, third].map(lastTitle)).toEqual(['Compass Rose', 'Compass Rose']);
      await Promise.resolve();
    }, 25_000);
    expect(second.isOver()).toBe(false);
  });

  it('tell whoever comes after a while what plays by then, whichever of them is asked', async () => {
    // The day's calls are used up: whoever leads asks seldom.
    const later = `--import data:text/javascript,${encodeURIComponent(LATER)}`;
    await query("INSERT INTO upstream_calls VALUES ('lastfm', '', date_trunc('hour', now()), 100)");
    const more = { LASTFM_DAILY_CALLS: '100', NODE_OPTIONS: later };
    const processes = await Promise.all([1, 2, 3].map(() => startProcess(folder, { ...settings(), ...more })));
    services = processes;
    await song('Paper Lanterns');
    await json(one(0), '/currently-playing');
    await eventually(async () => {
      const seen = await Promise.all(services.map((service) => json(service, '/currently-playing')));
      const known = { title: 'Paper Lanterns', lastPlayed: expect.anything() };
      expect(seen.map(({ body }) => body)).toMatchObject([known, known, known]);
    });
    const calls = (await stage.calls())['user.getrecenttracks'] ?? 0;
    await passTime(processes);
    await stage.advance(12 * 60_000);
    await song('Salt on the Window');
    const answers = await Promise.all([1, 2].map((index) => json(one(index), '/currently-playing')));
    expect(answers.map(({ body }) => body)).toMatchObject([
      { title: 'Salt on the Window', stale: false },
      { title: 'Salt on the Window', stale: false },
    ]);
    // Of the song, and of what was played before it.
    expect((await stage.calls())['user.getrecenttracks']).toBeLessThanOrEqual(calls + 2);
    // More was played than the last that was seen.
    const { items } = (await json(one(0), '/recent-tracks')).body as {
      items: { nowPlaying: boolean; title: string }[];
    };
    const lastPlayed = { title: items.find(({ nowPlaying }) => !nowPlaying)?.title };
    await eventually(async () => {
      expect((await json(one(1), '/currently-playing')).body).toMatchObject({ lastPlayed });
    });
    // The same song as before is waited for no longer than another one.
    await passTime(processes);
    const asked = Date.now();
    expect((await json(one(1), '/currently-playing')).body).toMatchObject({
      title: 'Salt on the Window',
      stale: false,
    });
    expect(Date.now() - asked).toBeLessThan(2_000);
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
    expect(listener.events()[heardBefore]?.document).toEqual(expect.objectContaining({ title: 'Salt on the Window' }));
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
