import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type JsonResponse, json, useHarness } from '../support/harness.js';
import { OWNER, asOwner } from '../support/link-by-program.js';
import { type Service, removeFolder, startAlone, startService, temporaryFolder } from '../support/service.js';

const harness = useHarness();

describe('memory', () => {
  it('asks once for a thousand who ask at the same time', async () => {
    await harness.stage.scenario('slow', { ms: 300 });
    const service = harness.shared;
    const path = '/top/artists?period=3month&limit=7';
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => fetch(service.url + path)));
    // On a slow machine some or all wait longer than anybody is made to; that they get it in time is for the benchmark.
    const isSlow = answers.some(({ status }) => status === 504);
    for (const { status } of answers) expect([200, 504]).toContain(status);
    const { 'user.gettopartists': calls, ...others } = await harness.stage.calls();
    expect(others).toEqual({});
    // What is given up there is asked for twice more.
    expect(calls).toBeLessThanOrEqual(isSlow ? 3 : 1);
  });

  it('asks a handful of questions however many different lists strangers want', async () => {
    const service = harness.shared;
    const paths = ['overall', '7day', '1month'].flatMap((period) =>
      Array.from({ length: 50 }, (_, index) => `/top/tracks?period=${period}&limit=${index + 1}`),
    );
    const answers = await Promise.all(paths.map((path) => json(service, path)));
    answers.forEach(({ status, body }, index) => {
      expect(status).toBe(200);
      expect((body as { items: unknown[] }).items).toHaveLength((index % 50) + 1);
    });
    expect(await harness.stage.calls()).toEqual({ 'user.gettoptracks': 3 });
  });

  it('does not turn visitors during a failure into calls, and says in the log what is wrong', async () => {
    await harness.stage.scenario('key-invalid');
    const service = await harness.freshService(startAlone);
    for (let visitor = 0; visitor < 20; visitor += 1) {
      expect((await json(service, '/profile')).status).toBe(503);
    }
    expect((await harness.stage.calls())['user.getinfo']).toBeLessThanOrEqual(2);
    expect(service.output()).toContain('Last.fm does not know this API key (error 10). Set LASTFM_API_KEY');
  });

  it('serves what it knows when the upstream fails, and says how old it is and why', async () => {
    const service = harness.shared;
    const first = await json(service, '/recent-tracks?limit=3');
    expect(first.headers.get('cache-status')).toMatch(/^Tonearm; fwd=miss; stored; ttl=1[345]$/);
    await harness.stage.scenario('key-suspended');
    const stale = await eventually(async () => {
      const answer = await json(service, '/recent-tracks?limit=3');
      expect(answer.headers.get('cache-status')).toMatch(/^Tonearm; hit; ttl=-\d+; detail=provider_not_configured$/);
      return answer;
    }, 25_000);
    expect(stale.status).toBe(200);
    expect(stale.body).toEqual(first.body);
    expect(Number(stale.headers.get('age'))).toBeGreaterThanOrEqual(15);
  });

  it('tells a failure with its remedy when it knows nothing yet', async () => {
    await harness.stage.scenario('offline');
    const service = await harness.freshService();
    const { status, headers, body } = await json(service, '/top/tracks');
    expect(status).toBe(502);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      type: '/docs#upstream_error',
      title: expect.any(String),
      status: 502,
      detail: expect.stringContaining('Last.fm'),
      instance: '/top/tracks',
      code: 'upstream_error',
      remedy: expect.any(String),
    });
  });

  it('does not wait longer than 2.5 s for an upstream that hangs', async () => {
    await harness.stage.scenario('hang');
    const service = await harness.freshService();
    const start = Date.now();
    expect(await json(service, '/profile')).toMatchObject({ status: 504, body: { code: 'upstream_timeout' } });
    expect(Date.now() - start).toBeLessThan(3_500);
  });
});

describe('what the account has come to hide', () => {
  const folder = temporaryFolder();
  const track = { artist: 'The Night Ferry', title: 'Paper Lanterns', album: 'Harbour Lights' };
  const nothing = { isPlaying: false, title: 'Not Playing', lastPlayed: null };
  const services: Service[] = [];
  const all = (path: string): Promise<JsonResponse[]> => Promise.all(services.map((service) => json(service, path)));
  const tell = (expected: object): Promise<void> =>
    eventually(async () => {
      const bodies = (await all('/currently-playing')).map(({ body }) => body);
      expect(bodies).toMatchObject(services.map(() => expected));
    });

  let env: Record<string, string>;
  const start = async (): Promise<void> => {
    services.push(await startService(folder, env));
  };
  const stop = async (): Promise<void> => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
  };

  /** Two of which the first leads. */
  beforeEach(async () => {
    const settings = { ADMIN_TOKEN: OWNER, ...harness.stage.settings };
    env = { DATABASE_URL: await migratedDatabase(), ...settings };
    await harness.stage.scenario('playing', { track });
    while (services.length < 2) {
      await start();
      await tell({ title: 'Paper Lanterns', lastPlayed: expect.anything() });
    }
  });
  afterEach(stop);
  afterAll(() => {
    removeFolder(folder);
  });

  it('is given out by no process and no way from then on, whatever fails next', async () => {
    expect((await all('/recent-tracks')).map(({ status }) => status)).toEqual([200, 200]);
    expect(await cards()).toEqual([expect.stringContaining(track.title), expect.stringContaining(track.title)]);
    /** What plays is asked for at once. */
    const change = async (scenario: string): Promise<void> => {
      await harness.stage.scenario(scenario);
      await asOwner(services[0] as Service, 'DELETE', '/admin/provider');
    };
    await change('hidden');
    await tell({ ...nothing, degraded: { reason: 'forbidden' } });
    expect((await all('/recent-tracks')).map(({ status }) => status)).toEqual([403, 403]);
    for (const { body } of await all('/summary')) {
      expect(body).toMatchObject({ currentlyPlaying: nothing, recentTracks: null, topTracks: expect.anything() });
    }
    await change('backend-failed');
    await tell({ ...nothing, degraded: { reason: 'upstream_error' } });
    // Drawn without waiting for what plays.
    await change('hang');
    for (const card of await cards()) expect(card).not.toContain(track.title);
  });

  it('is not told on by the process that asks what plays, when another one finds out', async () => {
    await harness.stage.scenario('hidden');
    expect((await json(services[1] as Service, '/recent-tracks')).status).toBe(403);
    await tell({ ...nothing, degraded: { reason: 'forbidden' } });
  });

  it.each(['next look', 'next start'])(
    'is not told at the %s, when it was found out while nobody looked',
    async (next) => {
      await stop();
      await harness.stage.scenario('hidden');
      await start();
      expect((await all('/recent-tracks')).map(({ status }) => status)).toEqual([403]);
      await harness.stage.scenario('backend-failed');
      if (next === 'next start') {
        await stop();
        await start();
      }
      expect((await all('/currently-playing')).map(({ body }) => body)).toMatchObject([
        { ...nothing, degraded: { reason: 'upstream_error' } },
      ]);
    },
  );

  function cards(): Promise<string[]> {
    return Promise.all(services.map(async ({ url }) => (await fetch(`${url}/currently-playing/card.svg`)).text()));
  }
});
