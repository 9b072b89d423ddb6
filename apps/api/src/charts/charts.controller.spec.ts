import { expect, it } from 'vitest';
import { ProviderError } from '#listening';
import { encodeJson } from '../answer/json-answer.js';
import type { CachedRead } from '../answer/read-cache.js';
import { ChartsController } from './charts.controller.js';
import type { ChartsService, Document } from './charts.service.js';
import type { SummaryService } from './summary.service.js';

const document = { source: 'tapes', items: [] };
const value: Document<object> = { document, bytes: encodeJson(document) };
const failure = new ProviderError('upstream_error', { message: 'It fails.', remedy: 'Wait.' });

function headersOf(read: Omit<CachedRead<unknown>, 'value'>): Promise<Readonly<Record<string, string>>> {
  const charts = { answer: () => Promise.resolve({ value, ...read }) } as unknown as ChartsService;
  return new ChartsController(charts, {} as SummaryService).profile().then(({ headers }) => headers);
}

it('an answer from the provider may be kept for a minute, and says so in the terms of caches', async () => {
  expect(await headersOf({ ageSeconds: 0, ttlSeconds: 300, fromMemory: false, failure: null })).toEqual({
    'Cache-Control': 'public, max-age=60, stale-while-revalidate=60, stale-if-error=86400',
    'Cache-Status': 'Tonearm; fwd=miss; stored; ttl=300',
    Age: '0',
  });
});

it('one from memory may be kept for as long from now on', async () => {
  expect(await headersOf({ ageSeconds: 200, ttlSeconds: 100, fromMemory: true, failure: null })).toEqual({
    'Cache-Control': 'public, max-age=260, stale-while-revalidate=60, stale-if-error=86400',
    'Cache-Status': 'Tonearm; hit; ttl=100',
    Age: '200',
  });
});

it('an old one says why, and is not kept for long: a new one may come at any time', async () => {
  expect(await headersOf({ ageSeconds: 900, ttlSeconds: -600, fromMemory: true, failure })).toEqual({
    'Cache-Control': 'public, max-age=905, stale-while-revalidate=60, stale-if-error=86400',
    'Cache-Status': 'Tonearm; hit; ttl=-600; detail=upstream_error',
    Age: '900',
  });
});
