import { Logger } from '@nestjs/common';
import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '#database';
import { ProviderError, type ProviderErrorCode } from '#listening';
import type { BackupStanding } from '../backup/index.js';
import { type House, LASTFM, SPOTIFY, openHouse } from '../providers/testing/house.js';
import { HealthService } from './health.service.js';

const START = Date.UTC(2026, 10, 21, 9, 30);
const ADA = '{"user":{"name":"Ada","realname":"Ada L."}}';
const FAULT = '<html>Bad gateway</html>';
const NO_KEY = '{"error":10,"message":"Invalid API key"}';

let house: House;
/** Last.fm, on a loopback port. */
let lastfm: { url: string; says: string; calls: number; close: () => void };

beforeAll(async () => {
  Logger.overrideLogger(false);
  house = await openHouse();
  const server = createServer((_, response) => {
    lastfm.calls += 1;
    response.setHeader('content-type', 'application/json').end(lastfm.says);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server listens on no port.');
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  lastfm = { url: `http://127.0.0.1:${address.port}/`, says: ADA, calls: 0, close };
});
afterAll(async () => {
  lastfm.close();
  await house.close();
});
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  Object.assign(lastfm, { says: ADA, calls: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

const later = (milliseconds: number): void => {
  vi.setSystemTime(Date.now() + milliseconds);
};

/** A service that reads Last.fm unless told otherwise. */
function service(env: Record<string, string> = {}, ping: Database['ping'] = () => Promise.resolve()) {
  const settings = { ...LASTFM, LASTFM_API_URL: lastfm.url, LISTENING_PROVIDER: 'lastfm', ...env };
  const { active, states, running, generation, settings: platform } = house.with(settings);
  const backups = { current: () => Promise.resolve(null) } as unknown as BackupStanding;
  const database = { ...house.database, ping };
  const health = new HealthService(active, states, database, backups, platform, house.accounts, generation);
  /** Somebody else's read ends so. */
  const ended = async (read: 'nowPlaying' | 'topTracks', code: ProviderErrorCode | null): Promise<void> => {
    const failure = code && new ProviderError(code, { message: 'It failed.', remedy: 'Wait.' });
    const reading = failure ? Promise.reject(failure) : Promise.resolve(null);
    await running('lastfm')
      .health.watch(read, reading)
      .catch(() => undefined);
  };
  return { health, ended, generation, record: () => running('lastfm').health };
}

describe('the account', () => {
  it('is told as the provider spells it, by a word that is no older than a minute', async () => {
    const { health } = service();
    expect(await health.health()).toEqual({
      ok: true,
      source: 'last.fm',
      user: 'Ada',
      displayName: 'Ada L.',
      origin: null,
      checkedAt: '2026-11-21T09:30:00.000Z',
      degraded: null,
      providers: [
        expect.objectContaining({ id: 'lastfm', displayName: 'Last.fm', state: 'ok' }),
        expect.objectContaining({ id: 'spotify' }),
      ],
      database: 'ok',
      backups: null,
    });
    later(60_000);
    expect(await health.health()).toMatchObject({ ok: true, checkedAt: '2026-11-21T09:31:00.000Z' });
    expect(lastfm.calls).toBe(1);
    later(1);
    await health.health();
    expect(lastfm.calls).toBe(2);
  });

  it('is told from memory while the provider does not tell it', async () => {
    const { health } = service();
    await health.health();
    later(120_000);
    lastfm.says = FAULT;
    expect(await health.health()).toMatchObject({
      ok: false,
      user: 'Ada',
      source: 'last.fm',
      degraded: { reason: 'upstream_error', provider: 'lastfm', since: '2026-11-21T09:32:00.000Z' },
      providers: [
        { state: 'failing', reason: 'upstream_error', lastSuccessAt: '2026-11-21T09:30:00.000Z' },
        { id: 'spotify' },
      ],
    });
  });

  it('is told as the settings spell it where that is all that is known', async () => {
    lastfm.says = NO_KEY;
    const { health } = service();
    expect(await health.health()).toMatchObject({
      ok: false,
      user: 'ada',
      displayName: null,
      source: 'last.fm',
      degraded: { reason: 'provider_not_configured', provider: 'lastfm', since: '2026-11-21T09:30:00.000Z' },
      providers: [{ remedy: expect.stringMatching(/^Last\.fm .+\. Set LASTFM_API_KEY/) }, { id: 'spotify' }],
    });
  });

  it('is nobody where no account is linked, or nothing is chosen', async () => {
    const unlinked = service({ ...SPOTIFY, LISTENING_PROVIDER: 'spotify' }).health;
    expect(await unlinked.health()).toMatchObject({
      ok: false,
      user: null,
      source: 'spotify',
      degraded: { reason: 'provider_not_linked', provider: 'spotify' },
    });
    const { health } = service({ LASTFM_API_KEY: '', LASTFM_USERNAME: '', LISTENING_PROVIDER: '' });
    later(5_000);
    expect(await health.health()).toMatchObject({
      ok: false,
      user: null,
      source: null,
      degraded: { reason: 'provider_not_configured', provider: null, since: '2026-11-21T09:30:00.000Z' },
    });
  });
});

describe('while the provider fails', () => {
  it('it is asked anew, and one good answer ends what has failed as a whole', async () => {
    const { health, ended } = service();
    await health.health();
    later(10_000);
    await ended('topTracks', 'upstream_rate_limited');
    later(1);
    expect(await health.health()).toMatchObject({ ok: true, degraded: null });
    expect(lastfm.calls).toBe(2);
  });

  it('as a whole, it is asked at once, however good its last word was, and asked again after five seconds', async () => {
    const { health, ended } = service();
    await health.health();
    later(1_000);
    await ended('topTracks', 'reauthorization_required');
    lastfm.says = NO_KEY;
    for (let visit = 0; visit < 5; visit += 1) {
      expect(await health.health()).toMatchObject({ ok: false, degraded: { reason: 'provider_not_configured' } });
      expect(lastfm.calls).toBe(2);
    }
    later(5_000);
    lastfm.says = ADA;
    expect(await health.health()).toMatchObject({ ok: true, degraded: null });
  });

  it.each([
    ['what plays is what counts', 'nowPlaying', 'upstream_error'],
    ['what is withheld is told', 'topTracks', 'forbidden'],
  ] as const)(
    '%s, and however many ask, the provider is not asked more often than every five seconds',
    async (_, read, code) => {
      const { health, ended } = service();
      await health.health();
      later(10_000);
      await ended(read, code);
      for (let visit = 0; visit < 50; visit += 1) {
        expect(await health.health()).toMatchObject({
          ok: false,
          user: 'Ada',
          degraded: { reason: code, provider: 'lastfm', since: '2026-11-21T09:30:10.000Z' },
        });
        later(100);
      }
      expect(lastfm.calls).toBe(2);
      later(1);
      await health.health();
      expect(lastfm.calls).toBe(3);
    },
  );

  it('what the check has found is told of the provider too, also when nobody else has', async () => {
    const { health, record } = service();
    lastfm.says = NO_KEY;
    await health.health();
    // As after an account was linked: what was known of the one before is forgotten.
    record().reset();
    const found = { reason: 'provider_not_configured', since: '2026-11-21T09:30:00.000Z' };
    expect(await health.health()).toMatchObject({ ok: false, degraded: found, providers: [found, { id: 'spotify' }] });
  });

  it('the profile alone, what plays is well, and so is the service', async () => {
    const { health, ended } = service();
    await ended('nowPlaying', null);
    lastfm.says = FAULT;
    expect(await health.health()).toMatchObject({ ok: true, user: 'ada', degraded: null });
  });

  it('another one answers, and since when is told as it was found out', async () => {
    const { health } = service({ ...SPOTIFY, LISTENING_PROVIDER: 'spotify', LISTENING_FALLBACK: 'lastfm' });
    const found = {
      ok: true,
      source: 'last.fm',
      user: 'Ada',
      degraded: { reason: 'provider_not_linked', provider: 'spotify', since: '2026-11-21T09:30:00.000Z' },
      providers: [
        { id: 'lastfm', state: 'ok', reason: null },
        { id: 'spotify', state: 'not_linked', reason: 'provider_not_linked', lastSuccessAt: null },
      ],
    };
    expect(await health.health()).toMatchObject(found);
    later(3_600_000);
    expect(await health.health()).toMatchObject(found);
  });
});

describe('the database', () => {
  it('that cannot be reached is told, and nothing is well without it', async () => {
    const { health } = service({}, () => Promise.reject(new Error('It is away.')));
    expect(await health.health()).toMatchObject({ ok: false, user: 'Ada', degraded: null, database: 'unreachable' });
    expect(await health.readiness()).toEqual({ ok: false, database: 'unreachable' });
    expect(await service().health.readiness()).toEqual({ ok: true, database: 'ok' });
  });

  it('is asked no more than once a second however many ask, well or not, and anew of links when they have changed', async () => {
    const ping = vi.fn(() => Promise.resolve());
    const list = vi.spyOn(house.accounts.links, 'list');
    try {
      const { health, generation } = service({}, ping);
      const ask = () => Promise.all([health.health(), health.readiness(), health.health()]);
      await ask();
      ping.mockRejectedValue(new Error('It is away.'));
      later(1_000);
      await ask();
      expect([ping.mock.calls.length, list.mock.calls.length]).toEqual([1, 1]);
      later(1);
      await ask();
      expect(await health.readiness()).toEqual({ ok: false, database: 'unreachable' });
      expect([ping.mock.calls.length, list.mock.calls.length]).toEqual([2, 2]);
      await generation.advance();
      await generation.catchUp();
      list.mockClear();
      await health.health();
      expect([ping.mock.calls.length, list.mock.calls.length]).toEqual([2, 1]);
    } finally {
      list.mockRestore();
    }
  });

  it('is waited for two seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { health } = service({}, () => new Promise(() => undefined));
    let told: unknown = null;
    const asking = health.readiness().then((readiness) => (told = readiness));
    await vi.advanceTimersByTimeAsync(1_999);
    expect(told).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    await asking;
    expect(told).toEqual({ ok: false, database: 'unreachable' });
  });
});

it('names the origin that the settings name', async () => {
  const { health } = service({ BASE_URL: 'https://Music.example.org/' });
  expect((await health.health()).origin).toBe('https://music.example.org');
});
