import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PERIODS, type RecentTrack } from '#listening';
import type { ActiveProvider } from '../providers/active-provider.js';
import type { RunningProvider } from '../providers/running-providers.js';
import { ChartsService } from './charts.service.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('a song that ran when the list was read is not said to run half a minute later', async () => {
  const track = { title: 'Salt', artist: 'The Night Ferry', album: '', albumImageUrl: null, songUrl: '' };
  const played = { ...track, title: 'Tide', nowPlaying: false, playedAt: new Date(0) };
  const told = [{ ...track, nowPlaying: true, playedAt: null }, played, played] as unknown as RecentTrack[];
  const answers = [told];
  const running = {
    provider: { source: 'tapes' },
    listeningKey: 'tapes 1',
    reads: {
      recentTracks: () => Promise.resolve(answers.shift()).then((list) => list ?? new Promise(() => undefined)),
    },
  } as unknown as RunningProvider;
  const charts = new ChartsService({} as ActiveProvider).of(running, () => 1_000);
  const titles = async (): Promise<string[]> =>
    (await charts.recentTracks(2)).value.document.items.map(({ title }) => title);
  expect(await titles()).toEqual(['Salt', 'Tide']);
  vi.setSystemTime(Date.now() + 29_000);
  expect(await titles()).toEqual(['Salt', 'Tide']);
  vi.setSystemTime(Date.now() + 2_000);
  expect(await titles()).toEqual(['Tide', 'Tide']);
});

it.each(['topTracks', 'topArtists', 'topAlbums'] as const)('%s of another time is another question', async (read) => {
  const asked: unknown[] = [];
  const ask = ({ period }: { period: string }): Promise<object> => {
    asked.push(period);
    return Promise.resolve({ items: [{ name: period }], derivation: null });
  };
  const running = {
    provider: { source: 'tapes' },
    key: 'tapes 1',
    reads: { [read]: ask },
  } as unknown as RunningProvider;
  const charts = new ChartsService({} as ActiveProvider).of(running, () => 1_000);
  for (const period of ['7day', 'overall', '7day'] as const) {
    const { document } = (await charts[read](period, 5)).value;
    expect(document).toMatchObject({ period, items: [{ name: period }] });
  }
  expect(asked).toEqual(['7day', 'overall']);
});

it('what was read before an outage goes when there have been more, and what can be asked for stays', async () => {
  const asked: string[] = [];
  const runs = (key: string): RunningProvider => {
    const ask = ({ period }: { period: string }): Promise<object> => {
      asked.push(`${key} ${period}`);
      return Promise.resolve({ items: [], derivation: null });
    };
    const loved = (): Promise<object[]> => {
      asked.push(`${key} loved`);
      return Promise.resolve([]);
    };
    const reads = { topTracks: ask, topArtists: ask, topAlbums: ask, lovedTracks: loved };
    return { provider: { source: 'tapes' }, key, reads } as unknown as RunningProvider;
  };
  const service = new ChartsService({} as ActiveProvider);
  const askAll = async (key: string): Promise<void> => {
    const charts = service.of(runs(key), () => 1_000);
    for (const period of PERIODS) {
      await charts.topTracks(period, 5);
      await charts.topArtists(period, 5);
      await charts.topAlbums(period, 5);
    }
    await charts.lovedTracks(5);
  };
  for (const key of ['tapes 1', 'tapes 2', 'tapes 3', 'tapes 4', 'tapes 5']) await askAll(key);
  const all = asked.splice(0).length / 5;
  await askAll('tapes 5');
  expect(asked).toEqual([]);
  await askAll('tapes 1');
  expect(asked).toHaveLength(all);
});
