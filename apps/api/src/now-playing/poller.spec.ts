import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type NowPlaying, ProviderError, type RecentTrack } from '#listening';
import { PROVIDERS } from '#providers';
import type { ActiveProvider } from '../providers/active-provider.js';
import type { ProviderOutages } from '../providers/provider-outages.js';
import type { RunningProvider, RunningProviders } from '../providers/running-providers.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import type { DailyCalls } from '../upstream/daily-calls.js';
import { keepMoment } from './currently-playing.js';
import { PlayHistory } from './play-history.js';
import { type Poll, Poller } from './poller.js';
import { playing } from './testing/playing.js';
import { song } from './testing/song.js';

const NOW = Date.parse('2026-11-21T09:30:00.000Z');
const tempo = { early: 5, middle: 15, late: 60, idle: [15, 30, 60, 300] };
const IDLE_MS = [15_000, 30_000, 60_000, 300_000];
const [lastfm] = PROVIDERS;

let told: NowPlaying | ProviderError | null;
let played: RecentTrack[];
let used: number;
let running: RunningProvider;
let history: PlayHistory;
let poller: Poller;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  // The middle of what pauses vary by.
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  told = null;
  played = [];
  used = 0;
  const reads = {
    nowPlaying: (): Promise<NowPlaying | null> =>
      told instanceof ProviderError ? Promise.reject(told) : Promise.resolve(told),
    recentTracks: (): Promise<RecentTrack[]> => Promise.resolve(played),
  };
  running = {
    provider: { ...lastfm, tempo },
    listeningKey: 'lastfm 1',
    hiddenAt: null,
    reads,
  } as unknown as RunningProvider;
  const answer = async <T>(ask: (asked: RunningProvider) => Promise<T>) => ({
    running,
    value: await ask(running),
    instead: null,
  });
  history = new PlayHistory();
  poller = new Poller(
    { current: running, fallback: null, answer, sinceOf: () => new Date(NOW) } as unknown as ActiveProvider,
    { onChange: () => undefined, get: () => null } as unknown as ProviderOutages,
    history,
    { used: () => used } as unknown as DailyCalls,
    new PlatformSettings(),
    {
      onHealthChange: () => undefined,
      get: (id: string) => (id === 'lastfm' ? running : null),
      give: () => undefined,
    } as unknown as RunningProviders,
  );
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const at = (ms: number): unknown => vi.setSystemTime(NOW + ms);
const failing = (details: { retryAt?: Date } = {}): ProviderError =>
  new ProviderError('upstream_error', { message: 'It fails.', remedy: 'Wait.', ...details });

/** What the provider tells at this moment. */
function poll(tells: typeof told): Promise<Poll> {
  told = tells;
  return poller.poll();
}

async function pause(tells: typeof told): Promise<number> {
  return poller.pauseAfter(await poll(tells));
}

async function pauses(count: number, tells: typeof told): Promise<number[]> {
  const all: number[] = [];
  while (all.length < count) all.push(await pause(tells));
  return all;
}

describe('the pause', () => {
  const FAILURE_MS = [5_000, 10_000, 20_000, 40_000, 60_000, 60_000];

  it('grows with failures in a row, from the start and after an answer', async () => {
    expect(await pauses(6, failing())).toEqual(FAILURE_MS);
    expect(await pause(song)).toBe(5_000);
    expect(await pauses(6, failing())).toEqual(FAILURE_MS);
    expect(await pause(null)).toBe(15_000);
    expect(await pause(failing())).toBe(5_000);
  });

  it('is as long as the upstream asks for, and five minutes at most', async () => {
    expect(await pause(failing({ retryAt: new Date(NOW + 90_000) }))).toBe(90_000);
    expect(await pause(failing({ retryAt: new Date(NOW + 24 * 3_600_000) }))).toBe(300_000);
    expect(await pause(failing({ retryAt: new Date(NOW - 1_000) }))).toBe(20_000);
  });

  it('is eight times as long when the budget is used up', async () => {
    used = 1;
    expect(await pause(song)).toBe(40_000);
    expect(await pause(null)).toBe(120_000);
  });

  it('is that of an old song when it has been seen for long, and nobody tells since when it plays', async () => {
    expect(await pause(song)).toBe(5_000);
    at(10_000);
    expect(await pause(song)).toBe(15_000);
    at(60_000);
    expect(await pause(song)).toBe(60_000);
    expect(await pause({ ...song, title: 'Compass Rose' })).toBe(5_000);
  });

  it('is that of an old song when it is said to have started long ago', async () => {
    expect(await pause({ ...song, startedAt: new Date(NOW - 60_000) })).toBe(60_000);
  });

  it('grows while nothing plays, and starts over with a song', async () => {
    expect(await pauses(5, null)).toEqual([...IDLE_MS, 300_000]);
    await pause(song);
    expect(await pauses(2, null)).toEqual([15_000, 30_000]);
  });

  it('is a short one again when somebody has come', async () => {
    await pauses(3, null);
    poller.forgetPauses();
    expect(await pause(null)).toBe(15_000);
    await pauses(3, failing());
    poller.forgetPauses();
    expect(await pause(failing())).toBe(5_000);
  });
});

describe('a reading', () => {
  it('says when the song was seen first', async () => {
    for (const ms of [0, 20_000, 40_000]) {
      at(ms);
      expect((await poll(song)).reading).toMatchObject({ seenAt: NOW, at: NOW + ms });
    }
    at(60_000);
    expect((await poll({ ...song, title: 'Compass Rose' })).reading).toMatchObject({ seenAt: NOW + 60_000 });
  });

  it('makes the same answer while the start of the song only wobbles', async () => {
    const startedAt = (ms: number): NowPlaying => ({ ...song, durationMs: 200_000, startedAt: new Date(NOW + ms) });
    const first = poller.describe(await poll(startedAt(0)));
    for (const wobble of [900, -900, 1_900, -1_900]) {
      at(20_000 + wobble);
      const next = poller.describe(await poll(startedAt(wobble)));
      expect(JSON.stringify(keepMoment(first, next))).toBe(JSON.stringify(first));
    }
    expect(poller.describe(await poll(startedAt(-30_000))).startedAt).toBe('2026-11-21T09:29:30.000Z');
  });
});

const before: RecentTrack = {
  title: 'Salt on the Window',
  artist: 'The Night Ferry',
  album: '',
  albumImageUrl: null,
  songUrl: null,
  nowPlaying: false,
  playedAt: new Date(NOW - 300_000),
};

describe('a song that was paused', () => {
  it('was played, and no more once it goes on', async () => {
    const lastPlayed = async (tells: NowPlaying | null): Promise<string | undefined> => {
      const now = await poll(tells);
      poller.pauseAfter(now);
      await poller.refreshHistory(now);
      return history.of(running)?.title;
    };
    played = [before];
    expect(await lastPlayed(null)).toBe('Salt on the Window');
    expect(await lastPlayed(song)).toBe('Salt on the Window');
    for (const ms of [15_000, 40_000]) {
      at(ms);
      expect(await lastPlayed(song)).toBe('Salt on the Window');
    }
    expect(await lastPlayed(null)).toBe('Paper Lanterns');
    expect(await lastPlayed(song)).toBe('Salt on the Window');
  });
});

describe('a song that nobody can confirm', () => {
  const title = async (): Promise<string> => poller.describe(await poll(failing())).title;

  it('is not said to play long after its end, and was played last', async () => {
    await poller.refreshHistory(await poll(null));
    await poll({ ...song, durationMs: 200_000, startedAt: new Date(NOW) });
    for (const ms of [100_000, 209_999]) {
      at(ms);
      expect(await title()).toBe('Paper Lanterns');
    }
    at(210_000);
    const over = poller.describe(await poll(failing()));
    expect(over).toMatchObject({ isPlaying: false, stale: true, lastPlayed: { title: 'Paper Lanterns' } });
    const told = { document: { ...playing, endsAt: new Date(NOW + 200_000).toISOString() }, checkedAt: NOW };
    expect(poller.aged(told)).toMatchObject({
      isPlaying: false,
      stale: true,
      lastPlayed: { title: 'Paper Lanterns', playedAt: playing.updatedAt },
    });
    // What the history tells later stays.
    played = [{ ...before, title: 'Tide', playedAt: new Date(NOW + 300_000) }];
    at(40 * 60_000);
    await poller.refreshHistory(await poll(failing()));
    expect(poller.describe(await poll(failing()))).toMatchObject({ lastPlayed: { title: 'Tide' } });
  });

  it('is said to play for ten minutes when its end is not known', async () => {
    await poll(song);
    at(599_999);
    expect(await title()).toBe('Paper Lanterns');
    expect(poller.aged({ document: playing, checkedAt: NOW })).toMatchObject({ isPlaying: true, stale: true });
    at(600_000);
    expect(await title()).toBe('Not Playing');
    expect(poller.aged({ document: playing, checkedAt: NOW })).toMatchObject({ isPlaying: false, stale: true });
  });
});

describe('what another process has told', () => {
  const news = { provider: 'lastfm', subject: null, seenAt: null };
  const document = { ...playing, title: 'Compass Rose' };
  /** What is told while the provider cannot. */
  const title = async (): Promise<string | undefined> => (await poll(failing())).reading?.playing?.title;

  it('is gone on from when it is newer than what was read here', async () => {
    await poll(song);
    poller.goOnFrom({ ...news, document, readAt: NOW + 1 });
    expect(await title()).toBe('Compass Rose');
  });

  it('takes nothing newer away', async () => {
    await poll(song);
    for (const readAt of [NOW - 1_000, NOW, null]) poller.goOnFrom({ ...news, document, readAt });
    expect(await title()).toBe('Paper Lanterns');
  });

  it('is not degraded when the provider that is active here has told it', () => {
    const degraded = { reason: 'upstream_error', provider: 'spotify', since: playing.updatedAt };
    expect(poller.inOurTerms({ ...playing, degraded }, 'lastfm')).toEqual({ ...playing, degraded: null });
    for (const [whose, provider] of [
      ['lastfm', 'lastfm'],
      ['spotify', 'spotify'],
      ['spotify', null],
    ] as const) {
      const own = { ...playing, degraded: { ...degraded, provider: whose } };
      expect(poller.inOurTerms(own, provider)).toEqual(own);
    }
  });
});
