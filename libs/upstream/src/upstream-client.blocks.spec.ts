import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { START, clientOf, eventually, failureOf, judge, server } from './testing/client-under-test.js';
import { answer, json, tooMany } from './testing/scripted-server.js';
import { UpstreamBlocksInMemory } from './upstream-blocks.js';
import type { UpstreamClient } from './upstream-client.js';
import { UpstreamError } from './upstream-error.js';

let nowMs = START;
let blocks = new UpstreamBlocksInMemory();

beforeEach(() => {
  nowMs = START;
  blocks = new UpstreamBlocksInMemory();
});

function blockable(url: string, blockKey = 'example'): UpstreamClient {
  return clientOf(url, { blocks, blockKey, now: () => nowMs });
}

describe('an upstream that refuses for a while', () => {
  it.each([
    ['seconds', '30'],
    ['a date', new Date(START + 30_000).toUTCString()],
  ])('is not called again until then, given %s, by no client that shares its blocks', async (_, retryAfter) => {
    const upstream = await server();
    upstream.will(tooMany(retryAfter), json({ good: true }));
    const [one, other] = [blockable(upstream.url), blockable(upstream.url)];

    const refused = await failureOf(one.read({}, judge));
    expect(refused.kind).toBe('rate_limited');
    expect(refused.retryAt).toBeGreaterThanOrEqual(START + 30_000);
    expect(refused.retryAt).toBeLessThanOrEqual(START + 31_500);

    nowMs = START + 29_999;
    for (const client of [one, other]) {
      expect(await failureOf(client.read({}, judge))).toMatchObject({ kind: 'blocked', retryAt: refused.retryAt });
    }
    expect(upstream.calls).toHaveLength(1);

    nowMs = START + 31_500;
    expect((await other.read({}, judge)).json).toEqual({ good: true });
    expect((await one.read({}, judge)).json).toEqual({ good: true });
    expect(upstream.calls).toHaveLength(3);
  });

  it('is left alone as well when it fails and says until when, and then only', async () => {
    const upstream = await server();
    upstream.will(answer(503, '', { 'Retry-After': '30' }), json({ good: true }));
    const client = blockable(upstream.url);
    const failed = await failureOf(client.read({}, judge));
    expect(failed).toMatchObject({ kind: 'faulty', message: expect.stringContaining('HTTP 503') as unknown });
    expect(failed.retryAt).toBeGreaterThanOrEqual(START + 30_000);
    nowMs = START + 29_999;
    expect((await failureOf(client.read({}, judge))).kind).toBe('blocked');
    expect(upstream.calls).toHaveLength(1);
    nowMs = START + 31_500;
    await client.read({}, judge);
    upstream.will(answer(503, '', { 'Retry-After': '0' }), json({ good: true }));
    await client.read({}, judge);
    expect(upstream.calls).toHaveLength(4);
    upstream.will(answer(503, '', { 'Retry-After': '999999' }));
    expect((await failureOf(client.read({}, judge))).retryAt).toBeLessThan(nowMs + 2 * 3_600_000);
  });

  it('is left alone in part alone when a part of it fails and says until when; a refusal is of the whole', async () => {
    const upstream = await server();
    upstream.will(answer(503, '', { 'Retry-After': '3600' }), json({}));
    const client = blockable(upstream.url);
    await failureOf(client.read({ part: 'charts' }, judge));
    await client.read({ part: 'now' }, judge);
    const ofPart = await failureOf(blockable(upstream.url).read({ part: 'charts' }, judge));
    expect(ofPart).toMatchObject({ kind: 'blocked', isOfPart: true });
    expect(ofPart.message).toMatch(/asked for a pause .+ What was asked for is left alone until /);
    upstream.will(tooMany('30'));
    await failureOf(client.read({ part: 'now' }, judge));
    for (const part of ['charts', 'now', 'other']) {
      const ofAll = await failureOf(client.read({ part }, judge));
      expect(ofAll).toMatchObject({ kind: 'blocked', isOfPart: false });
      expect(ofAll.message).toMatch(/ It is left alone until /);
    }
    expect(upstream.calls).toHaveLength(3);
    nowMs = START + 32_000;
    upstream.will(json({}));
    await client.read({ part: 'other' }, judge);
    expect((await failureOf(client.read({ part: 'charts' }, judge))).kind).toBe('blocked');
  });

  it('in part is left alone in part also when the block of the whole is over and not forgotten yet', async () => {
    const upstream = await server();
    await blocks.extend('example', { since: START - 2, until: START - 1, reason: 'HTTP 429', strikes: 0 });
    await blocks.extend('example charts', { since: START - 2, until: START + 60_000, reason: 'HTTP 503', strikes: 0 });
    const ofPart = await failureOf(blockable(upstream.url).read({ part: 'charts' }, judge));
    expect(ofPart).toMatchObject({ kind: 'blocked', isOfPart: true, retryAt: START + 60_000 });
    expect(upstream.calls).toEqual([]);
  });

  it('says until when', async () => {
    const upstream = await server();
    upstream.will(tooMany('30'));
    const { message, retryAt } = await failureOf(blockable(upstream.url).read({}, judge));
    const told = Date.parse(/until (\S+Z)\.$/.exec(message)?.[1] ?? '');
    expect(told).toBe(Math.ceil((retryAt ?? 0) / 1000) * 1000);
  });

  it('leaves other upstreams alone', async () => {
    const upstream = await server();
    upstream.will(tooMany('30'), json({}));
    await failureOf(blockable(upstream.url).read({}, judge));
    await blockable(upstream.url, 'another').read({}, judge);
    expect(upstream.calls).toHaveLength(2);
  });

  it('is left alone for longer with every refusal in a row that does not say how long, until it answers', async () => {
    const upstream = await server();
    const client = blockable(upstream.url);
    const refusal = async (): Promise<number> => {
      const wait = ((await failureOf(client.read({}, judge))).retryAt ?? Number.NaN) - nowMs;
      nowMs += wait;
      return wait;
    };
    upstream.will(tooMany());
    const first = await refusal();
    expect(await refusal()).toBeCloseTo(first * 2, -1);
    expect(await refusal()).toBeCloseTo(first * 4, -1);

    upstream.will(json({}));
    await client.read({}, judge);
    expect(await blocks.read('example')).toBeNull();
    upstream.will(tooMany());
    expect(await refusal()).toBe(first);
  });

  it('is no worse off for a burst of calls that were all under way', async () => {
    const upstream = await server();
    upstream.will(tooMany());
    const client = blockable(upstream.url);
    const waits = await Promise.all(
      Array.from({ length: 6 }, async () => (await failureOf(client.read({}, judge))).retryAt),
    );
    expect(new Set(waits)).toEqual(new Set([START + 5_150]));
  });

  it('is not forgiven for an answer that is a fault', async () => {
    const upstream = await server();
    upstream.will(tooMany('30'), answer(500, ''));
    const client = blockable(upstream.url);
    await failureOf(client.read({}, judge));
    nowMs = START + 31_500;
    await failureOf(client.read({}, judge));
    expect(await blocks.read('example')).not.toBeNull();
  });
});

describe('a refusal while other calls are under way', () => {
  /** An upstream with two calls under way that it has not answered, after a block that is over. */
  async function twoUnderWay() {
    const upstream = await server();
    const held: ServerResponse[] = [];
    upstream.will((response) => held.push(response));
    await blocks.extend('example', { since: START - 2, until: START - 1, reason: 'HTTP 429', strikes: 0 });
    const client = blockable(upstream.url);
    const readings = [client.read({}, judge), client.read({}, judge)].map((reading) =>
      reading.then(
        () => 'good',
        (error: unknown) => (error instanceof UpstreamError ? error.kind : error),
      ),
    );
    await eventually(() => {
      expect(held).toHaveLength(2);
    });
    return { upstream, held, client, readings };
  }

  it('is not forgotten for the good answer of one of those', async () => {
    const { upstream, held, client, readings } = await twoUnderWay();
    held[0]?.writeHead(429, { 'retry-after': '60' }).end();
    await Promise.race(readings);
    held[1]?.end('{}');
    await Promise.all(readings);
    expect((await failureOf(client.read({}, judge))).kind).toBe('blocked');
    expect(upstream.calls).toHaveLength(2);
  });

  it('keeps the further attempts of those from being sent', async () => {
    const { upstream, held, readings } = await twoUnderWay();
    held[0]?.writeHead(429, { 'retry-after': '60' }).end();
    await Promise.race(readings);
    held[1]?.writeHead(500).end();
    expect(await Promise.all(readings)).toEqual(expect.arrayContaining(['rate_limited', 'blocked']));
    expect(upstream.calls).toHaveLength(2);
  });
});
