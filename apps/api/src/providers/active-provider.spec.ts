import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProviderError } from '#listening';
import { UpstreamError } from '#upstream';
import { PATIENCE_MS, type Patience, ReadCache } from '../answer/read-cache.js';
import type { RunningProvider } from './running-providers.js';
import { type House, LASTFM, SPOTIFY, openHouse } from './testing/house.js';

const BOTH = { ...SPOTIFY, ...LASTFM, LISTENING_PROVIDER: 'spotify', LISTENING_FALLBACK: 'lastfm' };

type Providers = ReturnType<House['with']>;

let house: House;

beforeAll(async () => {
  Logger.overrideLogger(false);
  house = await openHouse();
});
afterAll(() => house.close());
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Comes after so long; absent: never. */
function after(milliseconds: number | undefined, by: string): Promise<{ by: string }> {
  return new Promise((resolve) => {
    if (milliseconds === undefined) return;
    setTimeout(() => {
      resolve({ by });
    }, milliseconds);
  });
}

/** Somebody else's read of the active provider finds that nothing is sent to its upstream for a while. */
async function failed({ running }: Providers): Promise<void> {
  const cause = new UpstreamError('circuit_open', 'It is left alone.', { retryAt: Date.now() + 60_000 });
  const failure = new ProviderError('upstream_error', { message: 'It failed.', remedy: 'Wait.', cause });
  await expect(running('spotify').health.watch('nowPlaying', Promise.reject(failure))).rejects.toBe(failure);
}

/** A visitor's question. @param takesMs how long each provider takes, by id; absent: for ever */
function visit({ active }: Providers, takesMs: Readonly<Record<string, number>>) {
  const cache = new ReadCache<{ by: string }>(Date.now);
  const asked: string[] = [];
  const begun = performance.now();
  const tookMs = (): number => Math.round(performance.now() - begun);
  const ask = ({ provider: { id } }: RunningProvider, patience: Patience) => {
    asked.push(id);
    return cache.get({ key: id, freshMs: 0, refreshMs: 0, patience, read: () => after(takesMs[id], id) });
  };
  const outcome = active.answer(ask).then(
    ({ value, instead }) => ({ by: value.value.by, instead: instead?.failure.code ?? null, tookMs: tookMs() }),
    (error: unknown) => ({ error: error instanceof ProviderError ? error.code : error, tookMs: tookMs() }),
  );
  return { asked, outcome };
}

describe('a visitor', () => {
  it('is answered by the active provider while that can', async () => {
    const { asked, outcome } = visit(house.with(BOTH), { spotify: 1_900, lastfm: 0 });
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    expect(await outcome).toEqual({ by: 'spotify', instead: null, tookMs: 1_900 });
    expect(asked).toEqual(['spotify']);
  });

  it('is answered by the fallback soon while it is known that the active provider is asked no more', async () => {
    const providers = house.with(BOTH);
    await failed(providers);
    const { asked, outcome } = visit(providers, { lastfm: 400 });
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    expect(await outcome).toEqual({ by: 'lastfm', instead: 'upstream_timeout', tookMs: 250 + 400 });
    expect(asked).toEqual(['spotify', 'lastfm']);
  });

  it('is answered by the fallback in time when that becomes known while they wait', async () => {
    const providers = house.with(BOTH);
    const { outcome } = visit(providers, { lastfm: 400 });
    await vi.advanceTimersByTimeAsync(300);
    await failed(providers);
    await vi.advanceTimersByTimeAsync(PATIENCE_MS * 2);
    expect(await outcome).toEqual({ by: 'lastfm', instead: 'upstream_timeout', tookMs: PATIENCE_MS - 500 + 400 });
  });

  it('is told that it takes too long when nothing else is known, and by nobody else', async () => {
    const { asked, outcome } = visit(house.with(BOTH), { lastfm: 400 });
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    expect(await outcome).toEqual({ error: 'upstream_timeout', tookMs: PATIENCE_MS - 500 });
    expect(asked).toEqual(['spotify']);
  });

  it('waits for as long as any where there is no fallback', async () => {
    const { outcome } = visit(house.with({ ...BOTH, LISTENING_FALLBACK: 'none' }), { spotify: 2_400 });
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    expect(await outcome).toEqual({ by: 'spotify', instead: null, tookMs: 2_400 });
  });
});
