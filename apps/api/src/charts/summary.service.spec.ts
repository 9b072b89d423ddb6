import { expect, it } from 'vitest';
import { ProviderError, type ProviderErrorCode } from '#listening';
import type { CurrentlyPlaying, NowPlayingService } from '../now-playing/index.js';
import type { ActiveProvider } from '../providers/active-provider.js';
import type { RunningProvider } from '../providers/running-providers.js';
import type { SummaryDto } from './charts.dto.js';
import type { ChartsService } from './charts.service.js';
import { SummaryService } from './summary.service.js';

const playing: CurrentlyPlaying = {
  ...{ isPlaying: true, title: 'Paper Lanterns', artist: 'The Night Ferry', album: '', albumImageUrl: '', songUrl: '' },
  ...{ source: 'tapes', kind: 'track', durationMs: null, startedAt: null, endsAt: null },
  ...{ updatedAt: '2026-11-21T09:30:02.000Z', stale: false, degraded: null, lastPlayed: null },
};
const READS = ['profile', 'recentTracks', 'topTracks', 'topArtists', 'topAlbums'] as const;
const failing = (code: ProviderErrorCode): ProviderError =>
  new ProviderError(code, { message: `${code}.`, remedy: 'Wait.' });

/** A song that was on when the history was read. @param fails the reads that fail, in the order in which they do */
function summaryOf(fails: readonly string[], { current = playing, failure = null as ProviderError | null } = {}) {
  const song = { title: 'Paper Lanterns', artist: 'The Night Ferry', nowPlaying: true };
  const items = [song, { ...song, artist: 'Odd Tuesday Club' }, { ...song, title: 'Tide', nowPlaying: false }];
  const read = async (name: string): Promise<object> => {
    const place = fails.indexOf(name);
    for (let turn = 0; turn < place; turn += 1) await Promise.resolve();
    if (place >= 0) throw failing(name === 'profile' ? 'provider_not_linked' : 'upstream_error');
    return { value: { document: { items } }, failure: null };
  };
  const charts = Object.fromEntries(READS.map((name) => [name, () => read(name)]));
  const running = { provider: { source: 'tapes' } } as unknown as RunningProvider;
  const service = new SummaryService(
    { of: () => charts } as unknown as ChartsService,
    { of: () => Promise.resolve({ document: current, failure }) } as unknown as NowPlayingService,
    {
      isLasting: ({ code }: ProviderError) => code === 'provider_not_linked',
      answer: async (ask: (asked: RunningProvider) => Promise<object>) => ({
        value: await ask(running),
        instead: null,
      }),
    } as unknown as ActiveProvider,
  );
  return service.summary('7day', 5).then(({ body }) => JSON.parse(body.toString()) as SummaryDto);
}

it('is the same whatever failed first', async () => {
  const one = await summaryOf(['topTracks', 'topAlbums', 'topArtists']);
  expect(await summaryOf(['topArtists', 'topTracks', 'topAlbums'])).toEqual(one);
  expect(one.errors.map(({ part }) => part)).toEqual(['topAlbums', 'topArtists', 'topTracks']);
});

it('says only of the song that runs that it does', async () => {
  const titles = ({ recentTracks }: SummaryDto): unknown[] =>
    (recentTracks ?? []).map(({ title, artist }) => [title, artist]);
  const ran = ['Tide', 'The Night Ferry'];
  expect(titles(await summaryOf([]))).toEqual([['Paper Lanterns', 'The Night Ferry'], ran]);
  expect(titles(await summaryOf([], { current: { ...playing, isPlaying: false } }))).toEqual([ran]);
});

it('that nothing can be told of fails with what lasts: another provider is asked then', async () => {
  const failure = failing('upstream_timeout');
  await expect(summaryOf(READS, { failure })).rejects.toMatchObject({ code: 'provider_not_linked' });
  const single = READS.filter((name) => name !== 'profile');
  expect(await summaryOf(single, { failure })).toMatchObject({ topTracks: null, profile: expect.anything() });
});
