import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startFaultyProxy } from '../../libs/database/src/testing/faulty-proxy.js';
import { migratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { ISO, json } from '../support/harness.js';
import { OWNER, asOwner, linkByProgram } from '../support/link-by-program.js';
import { type Stage, openStage } from '../support/sandbox.js';
import { type Service, removeFolder, startAlone, startService, temporaryFolder } from '../support/service.js';
import { visits } from '../support/visits.js';

const folder = temporaryFolder();
const started: Service[] = [];
let stage: Stage;
let shared: Service;

beforeAll(async () => {
  stage = await openStage();
  shared = await startService(folder, settings(await migratedDatabase(), 'lastfm'));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((service) => service.stop()));
  await stage.reset();
});
afterAll(async () => {
  await shared.stop();
  await stage.close();
  removeFolder(folder);
});

const settings = (databaseUrl: string, fallback: 'lastfm' | 'none'): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  ADMIN_TOKEN: OWNER,
  LISTENING_PROVIDER: 'spotify',
  LISTENING_FALLBACK: fallback,
  ...stage.settings,
  ...stage.spotifySettings,
});

async function start(databaseUrl: string, fallback: 'lastfm' | 'none'): Promise<Service> {
  const service = await startService(folder, settings(databaseUrl, fallback));
  started.push(service);
  return service;
}

/** A service on a database of its own, with a linked account. */
async function linkedService(fallback: 'lastfm' | 'none'): Promise<{ service: Service; databaseUrl: string }> {
  const databaseUrl = await migratedDatabase();
  const service = await start(databaseUrl, fallback);
  await linkByProgram(service, stage);
  return { service, databaseUrl };
}

/** The one for tests after which nothing is left once an account is linked anew: with that it forgets what it knows. */
async function relinkedService(): Promise<Service> {
  await linkByProgram(shared, stage);
  return shared;
}

const premium = (has: boolean): Promise<unknown> => stage.control('PUT', '/control/spotify/switches', { premium: has });

const scenario = (name: string, more: object = {}): Promise<unknown> =>
  stage.control('PUT', '/control/spotify', { scenario: name, ...more });

async function query(databaseUrl: string, sql: string): Promise<object[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}

const outage = { reason: 'owner_premium_required', provider: 'spotify', since: expect.stringMatching(ISO) };

describe("while the app owner's Premium is over", () => {
  it('the fallback answers in the same request, says so, and asks the provider no more', async () => {
    const service = await relinkedService();
    await premium(false);
    expect((await json(service, '/currently-playing')).body).toMatchObject({ source: 'last.fm', degraded: outage });
    const calls = await stage.calls();
    const songs = await json(service, '/top/tracks?limit=50');
    expect(songs.body).toMatchObject({ source: 'last.fm' });
    expect(songs.headers.get('cache-status')).toContain('detail=owner_premium_required');
    const { items } = songs.body as { items: { songUrl: string }[] };
    expect(items).toHaveLength(50);
    expect(items.filter(({ songUrl }) => !songUrl.includes('last.fm'))).toEqual([]);
    expect((await json(service, '/summary')).body).toMatchObject({
      source: 'last.fm',
      currentlyPlaying: { source: 'last.fm', degraded: outage },
      errors: [{ part: 'currentlyPlaying', code: 'owner_premium_required' }],
    });
    expect(await json(service, '/health')).toMatchObject({
      status: 200,
      body: {
        ok: true,
        source: 'last.fm',
        degraded: outage,
        providers: [
          { id: 'lastfm', state: 'ok' },
          { id: 'spotify', state: 'premium_required', reason: outage.reason },
        ],
      },
    });
    const after = await stage.calls();
    const ofSpotify = (counts: Record<string, number>): string[] =>
      Object.entries(counts)
        .filter(([method]) => method.startsWith('spotify'))
        .map(([method, count]) => `${method} ${count}`);
    expect(ofSpotify(after)).toEqual(ofSpotify(calls));
  });

  it('without a fallback nothing plays, and what was in memory is not given out either', async () => {
    const { service, databaseUrl } = await linkedService('none');
    expect((await json(service, '/top/artists')).status).toBe(200);
    await premium(false);
    expect((await json(service, '/profile')).body).toMatchObject({
      status: 503,
      code: 'owner_premium_required',
      remedy: expect.stringContaining('Premium'),
    });
    expect((await json(service, '/currently-playing')).body).toMatchObject({
      isPlaying: false,
      title: 'Not Playing',
      artist: 'Spotify',
      source: 'spotify',
      degraded: outage,
    });
    expect((await json(service, '/top/artists')).body).toMatchObject({ status: 503, code: 'owner_premium_required' });
    expect(await json(service, '/health')).toMatchObject({ status: 503, body: { ok: false, degraded: outage } });
    // With one in the settings it answers from its first word on.
    await service.stop();
    const restarted = await start(databaseUrl, 'lastfm');
    expect((await json(restarted, '/currently-playing')).body).toMatchObject({ source: 'last.fm', degraded: outage });
    // And once it is the one that is chosen, nothing is wrong with what it says.
    await restarted.stop();
    const chosen = await startService(folder, { ...settings(databaseUrl, 'none'), LISTENING_PROVIDER: 'lastfm' });
    started.push(chosen);
    expect((await json(chosen, '/currently-playing')).body).toMatchObject({ source: 'last.fm', degraded: null });
  });

  it('what another process has told before is not given out either', async () => {
    const databaseUrl = await migratedDatabase();
    const service = await startAlone(folder, settings(databaseUrl, 'none'));
    await linkByProgram(service, stage);
    expect((await json(service, '/currently-playing')).body).toMatchObject({ isPlaying: true });
    const other = await start(databaseUrl, 'none');
    await service.kill();
    await premium(false);
    expect((await json(other, '/profile')).status).toBe(503);
    expect((await json(other, '/currently-playing')).body).toMatchObject({ isPlaying: false });
  });

  it('every process knows, also one that starts later, and one probe brings all of them back', async () => {
    const { service, databaseUrl } = await linkedService('lastfm');
    const other = await start(databaseUrl, 'lastfm');
    expect((await json(other, '/currently-playing')).body).toMatchObject({ source: 'spotify' });
    await premium(false);
    // What plays is asked for when a song is due to end; any other read finds out at once, and tells all of them.
    await json(service, '/profile');
    await premium(true);
    await eventually(async () => {
      expect((await json(other, '/currently-playing')).body).toMatchObject({ source: 'last.fm', degraded: outage });
    });
    const late = await start(databaseUrl, 'lastfm');
    expect((await json(late, '/currently-playing')).body).toMatchObject({ source: 'last.fm', degraded: outage });
    const calls = await stage.calls();
    expect(
      await query(
        databaseUrl,
        "SELECT probe_at BETWEEN now() + interval '26 min' AND now() + interval '33 min' AS soon FROM provider_outages",
      ),
    ).toEqual([{ soon: true }]);
    await query(databaseUrl, 'UPDATE provider_outages SET probe_at = now()');
    await eventually(async () => {
      for (const one of [service, other, late]) {
        expect((await json(one, '/currently-playing')).body).toMatchObject({ source: 'spotify', degraded: null });
      }
    });
    expect((await stage.calls())['spotify me']).toBe((calls['spotify me'] ?? 0) + 1);
  });

  it('a process that has been refused itself says that it is over when another one finds out', async () => {
    const { service, databaseUrl } = await linkedService('lastfm');
    const other = await start(databaseUrl, 'lastfm');
    await premium(false);
    await json(service, '/profile');
    expect((await asOwner(other, 'POST', '/admin/providers/spotify/probe')).body).toMatchObject({
      state: 'premium_required',
    });
    await premium(true);
    await asOwner(service, 'POST', '/admin/providers/spotify/probe');
    await eventually(async () => {
      const { providers } = (await asOwner(other, 'GET', '/admin/providers')).body as { providers: object[] };
      expect(providers[1]).toMatchObject({ id: 'spotify', reason: null });
    }, 3_000);
  });

  it('of a provider that was left alone after faults is over at the word of the owner, and at once', async () => {
    const { service } = await linkedService('lastfm');
    await scenario('unavailable');
    await eventually(async () => {
      const { body } = await json(service, '/currently-playing');
      expect(body).toMatchObject({ degraded: { provider: 'spotify', reason: 'upstream_error' } });
      const { providers } = (await asOwner(service, 'GET', '/admin/providers')).body as { providers: object[] };
      expect(providers[1]).toMatchObject({ state: 'failing', detail: expect.stringContaining('left alone') });
    });
    await scenario('normal');
    expect((await asOwner(service, 'POST', '/admin/providers/spotify/probe')).body).toMatchObject({
      state: 'ok',
      reason: null,
    });
    await eventually(async () => {
      expect((await json(service, '/currently-playing')).body).toMatchObject({ source: 'spotify', degraded: null });
    }, 3_000);
  });

  it('what else is wrong by then is told, and not the outage that is over', async () => {
    const service = await relinkedService();
    await premium(false);
    await json(service, '/profile');
    await premium(true);
    await scenario('not-registered');
    expect((await asOwner(service, 'POST', '/admin/providers/spotify/probe')).body).toMatchObject({
      state: 'not_registered',
      nextProbeAt: null,
    });
  });

  it('a link that has ended is told first: without it nobody finds out that the outage is over', async () => {
    const service = await relinkedService();
    await premium(false);
    await json(service, '/profile');
    await stage.control('POST', '/control/spotify/revoke');
    await stage.control('POST', '/control/spotify/expire');
    await premium(true);
    expect((await asOwner(service, 'POST', '/admin/providers/spotify/probe')).body).toMatchObject({
      state: 'needs_consent',
      reason: 'reauthorization_required',
    });
  });

  it('a new link ends it: that is not made without the app being let in', async () => {
    const { service, databaseUrl } = await linkedService('lastfm');
    await premium(false);
    expect((await json(service, '/profile')).body).toMatchObject({ source: 'last.fm' });
    await premium(true);
    await linkByProgram(service, stage);
    expect((await json(service, '/profile')).body).toMatchObject({ source: 'spotify' });
    await eventually(async () => {
      expect(await query(databaseUrl, 'SELECT * FROM provider_outages')).toEqual([]);
    });
  });

  it('a restart asks again at once: what the owner has changed may have ended it', async () => {
    const { service, databaseUrl } = await linkedService('lastfm');
    await premium(false);
    await json(service, '/currently-playing');
    await service.stop();
    await premium(true);
    await query(databaseUrl, "UPDATE provider_outages SET asked_at = asked_at - interval '61 s'");
    const restarted = await start(databaseUrl, 'lastfm');
    await eventually(async () => {
      expect((await json(restarted, '/currently-playing')).body).toMatchObject({ source: 'spotify', degraded: null });
    });
    expect((await query(databaseUrl, 'SELECT * FROM provider_outages')).length).toBe(0);
  });

  it('asking at once ends it as soon as it is over', async () => {
    const service = await relinkedService();
    await premium(false);
    await json(service, '/currently-playing');
    expect((await asOwner(service, 'POST', '/admin/providers/spotify/probe')).body).toMatchObject({
      state: 'premium_required',
      nextProbeAt: expect.stringMatching(ISO),
    });
    await premium(true);
    expect((await asOwner(service, 'POST', '/admin/providers/spotify/probe')).body).toMatchObject({
      state: 'ok',
      nextProbeAt: null,
    });
    expect((await json(service, '/currently-playing')).body).toMatchObject({ source: 'spotify', degraded: null });
  });
});

/** Lets one read of the provider fail so, and looks how that is told. */
async function expectTold(service: Service, told: { reason: string; state: string; source: string }): Promise<void> {
  const { reason, state, source } = told;
  await json(service, '/profile');
  await eventually(async () => {
    expect((await json(service, '/currently-playing')).body).toMatchObject({
      source,
      degraded: { reason, provider: 'spotify' },
    });
  });
  const { providers } = (await asOwner(service, 'GET', '/admin/providers')).body as { providers: object[] };
  expect(providers[1]).toMatchObject({
    id: 'spotify',
    state,
    reason,
    detail: expect.stringContaining('Spotify'),
    remedy: expect.stringMatching(/\w{3}/),
  });
}

describe('refusals are told apart', () => {
  it.each([
    ['not-registered', 'user_not_registered', 'not_registered', 'last.fm'],
    ['insufficient-scope', 'insufficient_scope', 'scope_missing', 'spotify'],
    ['permissions-missing', 'insufficient_scope', 'scope_missing', 'spotify'],
    ['country', 'country_unavailable', 'country_unavailable', 'last.fm'],
    ['forbidden', 'not_supported', 'endpoint_gone', 'spotify'],
  ] as const)('%s', async (name, reason, state, source) => {
    const service = await relinkedService();
    await scenario(name);
    await expectTold(service, { reason, state, source });
  });
});

describe('failures are told apart', () => {
  it('asked by the owner, a provider is as it is at that moment, however well it was just before', async () => {
    const service = await relinkedService();
    expect((await json(service, '/health')).body).toMatchObject({ source: 'spotify', degraded: null });
    await scenario('server-error');
    const found = (await asOwner(service, 'POST', '/admin/providers/spotify/probe')).body;
    expect(found).toMatchObject({ state: 'failing', reason: 'upstream_error' });
  });

  it.each([
    ['rate-limited', { retryAfter: 30 }, 'upstream_rate_limited', 'blocked', 'spotify'],
    ['quota', {}, 'upstream_rate_limited', 'quota_exceeded', 'last.fm'],
    // Two reads with three attempts each are as many failures in a row as it takes.
    ['server-error', {}, 'upstream_error', 'failing', 'last.fm'],
  ] as const)('%s', async (name, more, reason, state, source) => {
    const { service } = await linkedService('lastfm');
    await scenario(name, more);
    await expectTold(service, { reason, state, source });
  });

  it('a link that is taken back at the upstream: the fallback answers, and linking again ends it', async () => {
    const { service } = await linkedService('lastfm');
    await stage.control('POST', '/control/spotify/revoke');
    await stage.control('POST', '/control/spotify/expire');
    await eventually(async () => {
      expect((await json(service, '/currently-playing')).body).toMatchObject({
        source: 'last.fm',
        degraded: { reason: 'reauthorization_required', provider: 'spotify' },
      });
    });
    await linkByProgram(service, stage);
    expect((await json(service, '/currently-playing')).body).toMatchObject({ source: 'spotify', degraded: null });
  });

  it('an upstream that is down for a while: the fallback answers once nobody asks it any more', async () => {
    const { service } = await linkedService('lastfm');
    await scenario('unavailable');
    await eventually(async () => {
      await Promise.all(
        ['/profile', '/recent-tracks', '/top/tracks', '/top/artists', '/loved-tracks'].map((path) =>
          json(service, path),
        ),
      );
      expect((await json(service, '/currently-playing')).body).toMatchObject({
        source: 'last.fm',
        degraded: { reason: 'upstream_error', provider: 'spotify' },
      });
    });
  });
});

describe('while neither of the two can answer', () => {
  it('a page of everything is what the active one has told before, and names each part once', async () => {
    const { service } = await linkedService('lastfm');
    expect((await json(service, '/summary')).body).toMatchObject({ source: 'spotify', errors: [] });
    await scenario('not-registered');
    await stage.scenario('offline');
    await json(service, '/loved-tracks');
    await eventually(async () => {
      const { status, body } = await json(service, '/summary');
      expect({ status, body }).toMatchObject({
        status: 200,
        body: { source: 'spotify', profile: { source: 'spotify' } },
      });
      const { errors, topTracks } = body as { errors: { part: string; code: string }[]; topTracks: unknown[] };
      expect(topTracks).toHaveLength(10);
      expect(errors).toContainEqual(expect.objectContaining({ part: 'currentlyPlaying', code: 'user_not_registered' }));
    });
  });

  it('a part that fails with both of them is named once', async () => {
    const { service } = await linkedService('lastfm');
    await premium(false);
    await stage.scenario('backend-failed', { method: 'user.getrecenttracks' });
    const { body } = await json(service, '/summary');
    expect(body).toMatchObject({ source: 'last.fm' });
    const parts = (body as { errors: { part: string }[] }).errors.map(({ part }) => part);
    expect(parts.sort()).toEqual(['currentlyPlaying', 'recentTracks']);
  });
});

describe('one list that fails', () => {
  it('takes nothing else to the fallback', async () => {
    const { service } = await linkedService('lastfm');
    await asOwner(service, 'PUT', '/admin/provider', { active: 'lastfm', fallback: 'spotify' });
    await stage.scenario('backend-failed', { method: 'user.gettopalbums' });
    for (let period = 0; period < 4; period += 1) {
      await json(service, `/top/albums?period=${['7day', '1month', '3month', '6month'][period] ?? ''}`);
    }
    // By now it is asked no more for a while, and that is answered by the other one.
    expect((await json(service, '/top/albums?period=12month')).body).toMatchObject({ source: 'spotify' });
    const { body } = await json(service, '/summary?period=12month');
    expect(body).toMatchObject({ source: 'last.fm', currentlyPlaying: { degraded: null }, topAlbums: null });
    expect((body as { errors: { part: string }[] }).errors.map(({ part }) => part)).toEqual(['topAlbums']);
    expect((await json(service, '/health')).body).toMatchObject({ ok: true, degraded: null });
  });
});

describe('an upstream that hangs', () => {
  it('is tried again behind the backs of visitors: the fallback answers all of them, and at once', async () => {
    const { service } = await linkedService('lastfm');
    await scenario('hang');
    const paths = ['/profile', '/recent-tracks', '/top/tracks', '/top/artists', '/top/albums', '/loved-tracks'];
    const asked = Date.now();
    await Promise.all(paths.map((path) => json(service, path)));
    // Nobody waits longer than 2.5 s, the fallback's turn included.
    expect(Date.now() - asked).toBeLessThan(4_000);
    await eventually(async () => {
      expect((await json(service, '/profile')).body).toMatchObject({ source: 'last.fm' });
    });
    // Longer than the circuit stays open, and than its trial takes.
    for await (const begun of visits({ apartMs: 100, forMs: 12_000 })) {
      const answers = await Promise.all(paths.map((path) => json(service, path)));
      const sources = answers.map(({ status, body }) => [status, (body as { source?: unknown }).source]);
      expect(sources).toEqual(paths.map(() => [200, 'last.fm']));
      expect(Date.now() - begun).toBeLessThan(2_000);
    }
  });
});

describe('a long pause', () => {
  it('is as long after a restart as it was before', async () => {
    const { service, databaseUrl } = await linkedService('lastfm');
    await scenario('rate-limited', { retryAfter: 1_200 });
    await json(service, '/profile');
    await service.stop();
    const [{ since } = { since: null }] = (await query(
      databaseUrl,
      `UPDATE upstream_blocks SET blocked_since = now() - interval '19 min', blocked_until = now() + interval '50 s'
        RETURNING blocked_since AS since`,
    )) as { since: Date | null }[];
    const restarted = await start(databaseUrl, 'lastfm');
    expect((await json(restarted, '/profile')).body).toMatchObject({ source: 'last.fm' });
    const { providers } = (await asOwner(restarted, 'GET', '/admin/providers')).body as { providers: object[] };
    expect(providers[1]).toMatchObject({ state: 'blocked', since: since?.toISOString() });
  });
});

describe('while the database cannot be reached', () => {
  it('the fallback answers for what needs a token, and the owner is told what is wrong', async () => {
    const proxy = await startFaultyProxy(await migratedDatabase());
    try {
      const service = await start(proxy.connectionString, 'lastfm');
      await linkByProgram(service, stage);
      proxy.cut();
      const songs = await json(service, '/top/tracks');
      expect(songs).toMatchObject({ status: 200, body: { source: 'last.fm' } });
      expect(songs.headers.get('cache-status')).toContain('detail=database_unavailable');
      const { providers } = (await json(service, '/health')).body as { providers: object[] };
      expect(providers).toContainEqual(
        expect.objectContaining({ id: 'spotify', state: 'failing', reason: 'database_unavailable' }),
      );
      const refused = {
        status: 503,
        body: { code: 'database_unavailable', remedy: expect.stringContaining('DATABASE_URL') },
      };
      expect(await asOwner(service, 'PUT', '/admin/provider', { active: 'lastfm' })).toMatchObject(refused);
      expect(await asOwner(service, 'DELETE', '/admin/provider')).toMatchObject(refused);
      expect(await asOwner(service, 'POST', '/admin/providers/lastfm/probe')).toMatchObject(refused);
      expect(await asOwner(service, 'POST', '/admin/tokens', { scopes: [] })).toMatchObject(refused);
      proxy.mend();
      await eventually(async () => {
        expect((await asOwner(service, 'PUT', '/admin/provider', { active: 'spotify' })).status).toBe(200);
      });
      proxy.cutAfter('COMMIT');
      expect(await asOwner(service, 'PUT', '/admin/provider', { active: 'lastfm' })).toMatchObject({
        status: 503,
        body: { code: 'database_unavailable', detail: expect.stringContaining('is stored') },
      });
      proxy.mend();
      await eventually(async () => {
        const { body } = await json(service, '/currently-playing');
        expect(body).toMatchObject({ source: 'last.fm', degraded: null });
      });
      proxy.cutWhenTold('COMMIT');
      expect(await asOwner(service, 'PUT', '/admin/provider', { active: 'spotify' })).toMatchObject({
        status: 503,
        body: { code: 'database_unavailable', detail: expect.stringContaining('not known') },
      });
      proxy.mend();
    } finally {
      await Promise.all(started.splice(0).map((service) => service.stop()));
      await proxy.close();
    }
  });
});
