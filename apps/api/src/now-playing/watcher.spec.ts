import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '#database';
import { type NowPlaying, ProviderError, type RecentTrack } from '#listening';
import { PROVIDERS } from '#providers';
import type { ActiveProvider } from '../providers/active-provider.js';
import type { ProviderGeneration } from '../providers/provider-generation.js';
import type { ProviderOutages } from '../providers/provider-outages.js';
import type { RunningProvider, RunningProviders } from '../providers/running-providers.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import type { DailyCalls } from '../upstream/daily-calls.js';
import { LiveState } from './live-state.js';
import { PlayHistory } from './play-history.js';
import { Poller } from './poller.js';
import type { Bid, Landing, Snapshot, SnapshotStore } from './snapshot-store.js';
import { song } from './testing/song.js';
import { Watcher } from './watcher.js';

const NOW = Date.parse('2026-11-21T09:30:00.000Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const [lastfm] = PROVIDERS;

/** What the provider tells from now on. */
let told: NowPlaying | ProviderError | null;
/** When it was asked, in milliseconds after the beginning. */
let asked: number[];
let landed: Landing[];
/** Whether this process has the lead, and when somebody has looked at another one. */
let leads: boolean;
let lookedAt: number | null;
let heard: () => void;
let state: LiveState;
let watcher: Watcher;

/** The board of all processes, of which the others only look. */
const store = {
  onNews: (hear: () => void): void => {
    heard = hear;
  },
  sync: (_: string, bid: Bid | null): Promise<Snapshot> => {
    leads ||= bid !== null;
    return Promise.resolve({
      document: null,
      provider: null,
      subject: null,
      generation: 0,
      readAgoMs: null,
      seenAgoMs: null,
      checkedAgoMs: null,
      freshForMs: Number.NEGATIVE_INFINITY,
      lookedAgoMs: lookedAt === null ? null : Date.now() - lookedAt,
      leads,
      isLed: false,
    });
  },
  land: (_: string, found: Landing): Promise<boolean> => {
    landed.push(found);
    return Promise.resolve(leads);
  },
  release: (): Promise<void> => {
    leads = false;
    return Promise.resolve();
  },
};

beforeEach(async () => {
  vi.useFakeTimers({ now: NOW });
  // The middle of what pauses vary by.
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  told = song;
  asked = [];
  landed = [];
  leads = false;
  lookedAt = null;
  const nothing = (): void => undefined;
  const running = {
    provider: { ...lastfm, tempo: { early: 5, middle: 15, late: 60, idle: [15, 30, 60, 300] } },
    subject: 'ada',
    listeningKey: 'lastfm 1',
    hiddenAt: null,
    reads: {
      nowPlaying: (): Promise<NowPlaying | null> => {
        asked.push(Date.now() - NOW);
        return told instanceof ProviderError ? Promise.reject(told) : Promise.resolve(told);
      },
      recentTracks: (): Promise<RecentTrack[]> => Promise.resolve([]),
    },
  } as unknown as RunningProvider;
  const outages = { onChange: nothing, get: () => null } as unknown as ProviderOutages;
  const providers = { onHidden: nothing, onHealthChange: nothing } as unknown as RunningProviders;
  const generation = { current: 0, onChange: nothing } as unknown as ProviderGeneration;
  const answer = async <T>(ask: (whom: RunningProvider) => Promise<T>) => ({
    running,
    value: await ask(running),
    instead: null,
  });
  const active = { current: running, fallback: null, answer, sinceOf: () => new Date(NOW) };
  state = new LiveState(generation);
  const poller = new Poller(
    active as unknown as ActiveProvider,
    outages,
    new PlayHistory(),
    { used: () => 0 } as unknown as DailyCalls,
    new PlatformSettings(),
    providers,
  );
  const database = { embedded: false } as unknown as Database;
  watcher = new Watcher(state, store as unknown as SnapshotStore, poller, providers, generation, outages, database);
  await watcher.onApplicationBootstrap();
});
afterEach(async () => {
  await watcher.beforeApplicationShutdown();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** Somebody looks here. */
async function look(): Promise<void> {
  watcher.arrive(state.look());
  await pass(0);
}

describe('the upstream', () => {
  it('is asked while somebody looks, and for five minutes after that, and then by nobody', async () => {
    await pass(10 * MINUTE);
    expect(asked).toEqual([]);
    await look();
    expect(asked).toEqual([10 * MINUTE]);
    await pass(5 * MINUTE);
    const until = asked.at(-1) ?? 0;
    expect(until).toBeGreaterThan(14 * MINUTE);
    expect(leads).toBe(true);
    const count = asked.length;
    await pass(60 * MINUTE);
    expect(asked).toHaveLength(count);
    expect(leads).toBe(false);
    await look();
    expect(asked).toHaveLength(count + 1);
    expect(leads).toBe(true);
  });

  it('is asked on while somebody looks at another process', async () => {
    await look();
    for (let minutes = 0; minutes < 20; minutes += 1) {
      lookedAt = Date.now();
      await pass(MINUTE);
    }
    expect(asked.at(-1)).toBeGreaterThan(19 * MINUTE);
    await pass(5 * MINUTE);
    const count = asked.length;
    await pass(60 * MINUTE);
    expect(asked).toHaveLength(count);
  });
});

describe('what a leader tells the others', () => {
  it('says how long ago the song was seen first, and when that was read', async () => {
    await look();
    expect(landed.at(-1)).toMatchObject({ readAgoMs: 0, seenAgoMs: 0, provider: 'lastfm', subject: 'ada' });
    await pass(30 * SECOND);
    const last = asked.at(-1) ?? 0;
    expect(landed.at(-1)).toMatchObject({ readAgoMs: 0, seenAgoMs: last });
    told = new ProviderError('upstream_error', { message: 'It fails.', remedy: 'Wait.' });
    await pass(MINUTE);
    const failed = asked.at(-1) ?? 0;
    expect(failed).toBeGreaterThan(last);
    expect(landed.at(-1)).toMatchObject({ readAgoMs: failed - last, seenAgoMs: failed, document: { stale: true } });
    told = null;
    await pass(MINUTE);
    expect(landed.at(-1)).toMatchObject({ readAgoMs: 0, seenAgoMs: null, document: { isPlaying: false } });
  });

  it('is news when it is another thing, and when somebody has come who waits for it', async () => {
    const isNews = (): boolean[] => landed.splice(0).map((found) => found.isNews);
    await look();
    expect(isNews()).toEqual([true]);
    await pass(2 * MINUTE);
    const same = isNews();
    expect(same.length).toBeGreaterThan(2);
    expect(same).not.toContain(true);
    lookedAt = Date.now();
    heard();
    await pass(2 * MINUTE);
    const [awaited, ...after] = isNews();
    expect(awaited).toBe(true);
    expect(after).not.toContain(true);
    told = { ...song, title: 'Compass Rose' };
    await pass(2 * MINUTE);
    const [other, ...more] = isNews();
    expect(other).toBe(true);
    expect(more).not.toContain(true);
  });
});
