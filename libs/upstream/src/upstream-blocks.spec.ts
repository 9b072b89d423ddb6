import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from './retry-after.js';
import { type UpstreamBlock, UpstreamBlocksInMemory, nextBlock } from './upstream-blocks.js';

const now = Date.UTC(2026, 9, 21, 7, 0, 0);

function block(more: Partial<UpstreamBlock> = {}): UpstreamBlock {
  return { since: now - 2, until: now - 1, reason: 'HTTP 429', strikes: 0, ...more };
}

/** The wait after each of so many refusals in a row without a word, in milliseconds. */
function waits(refusals: number, random: number): number[] {
  let previous: UpstreamBlock | null = null;
  let at = now;
  return Array.from({ length: refusals }, () => {
    const next: UpstreamBlock = nextBlock(null, previous, 'HTTP 429', at, random);
    const wait = next.until - at;
    previous = next;
    at = next.until + 1;
    return wait;
  });
}

describe('with a word of the server', () => {
  it('is never shorter than that, and at most five per cent longer', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 14 * 86_400_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat({ max: 40 }),
        (wait, random, strikes) => {
          const { until } = nextBlock(now + wait, block({ strikes }), 'HTTP 429', now, random);
          expect(until).toBeGreaterThanOrEqual(now + wait);
          expect(until - now).toBeLessThanOrEqual(Math.ceil(wait * 1.05) + 1);
        },
      ),
    );
  });

  it('is no word when it is shorter than the upstream is to be left alone in any case', () => {
    const wait = (said: number | null, previous: UpstreamBlock | null = null): number =>
      nextBlock(said, previous, 'HTTP 503', now, 0, 10_000).until - now;
    expect([wait(now), wait(now + 1_000), wait(now + 10_000)]).toEqual([10_100, 10_100, 10_100]);
    expect(wait(now + 1_000, block({ strikes: 2 }))).toBe(40_400);
    expect(wait(now + 20_000, block({ strikes: 2 }))).toBe(20_200);
  });

  it('lies apart for processes with other luck', () => {
    const [one, other] = [0, 1].map((random) => nextBlock(now + 60_000, null, 'HTTP 429', now, random).until);
    expect(one).not.toBe(other);
  });

  it('forgets the refusals before it', () => {
    expect(nextBlock(now + 1_000, block({ strikes: 7 }), 'HTTP 429', now, 0).strikes).toBe(0);
    const after = nextBlock(null, block(), 'HTTP 429', now, 0);
    expect(after).toMatchObject({ strikes: 1, until: nextBlock(null, null, 'HTTP 429', now, 0).until });
  });

  it.each(['9'.repeat(400), '99999999999999'])('of %s seconds is taken for two weeks', (header) => {
    const said = parseRetryAfter(header, now);
    const { until } = nextBlock(said, null, 'HTTP 429', now, 1);
    expect(until - now).toBeCloseTo(14 * 86_400_000 * 1.05, -1);
  });

  it.each([
    ['"0"', parseRetryAfter('0', now)],
    ['a date in the past', parseRetryAfter('Sun, 06 Nov 1994 08:49:37 GMT', now)],
  ])('of %s is none: to come back at once would only be refused again', (_, said) => {
    expect(nextBlock(said, block({ strikes: 2 }), 'HTTP 429', now, 0)).toEqual(
      nextBlock(null, block({ strikes: 2 }), 'HTTP 429', now, 0),
    );
  });
});

describe('without a word', () => {
  it('doubles from five seconds on, up to an hour', () => {
    const expected = [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600].map((seconds) => seconds * 1_000);
    for (const [index, wait] of waits(12, 0).entries()) expect(wait).toBeCloseTo((expected[index] ?? 0) * 1.01, -1);
  });

  it('is bounded for good', () => {
    for (const wait of waits(2_000, 1)) {
      expect(wait).toBeGreaterThanOrEqual(5_000);
      expect(wait).toBeLessThanOrEqual(3_600_000 * 1.05 + 1);
    }
  });

  it('counts the refusals of one burst as one: they were all sent before the first came back', () => {
    const first = nextBlock(null, block({ strikes: 2 }), 'HTTP 429', now, 0);
    const second = nextBlock(null, first, 'HTTP 429', now + 5, 0);
    expect(first.strikes).toBe(3);
    expect(second.strikes).toBe(3);
  });

  it('is a wait also within a block that the server had named', () => {
    const { until } = nextBlock(null, block({ until: now + 60_000 }), 'HTTP 429', now, 0);
    expect(until - now).toBeGreaterThanOrEqual(5_000);
  });
});

describe('since when', () => {
  it('is since the refusal that began it, however often it is prolonged', () => {
    const first = nextBlock(now + 1_000, block(), 'HTTP 429', now, 0);
    expect(first.since).toBe(now);
    const prolonged = nextBlock(now + 60_000, first, 'HTTP 429', now + 500, 0);
    expect(prolonged.since).toBe(now);
    expect(nextBlock(null, prolonged, 'HTTP 429', prolonged.until, 0).since).toBe(prolonged.until);
  });
});

describe('blocks in memory', () => {
  it('know nothing at first, each upstream for itself, and forget what is cleared', async () => {
    const blocks = new UpstreamBlocksInMemory();
    expect(await blocks.read('a')).toBeNull();
    await blocks.extend('a', block());
    expect(await blocks.read('a')).toEqual(block());
    expect(await blocks.read('b')).toBeNull();
    await blocks.clear('a');
    expect(await blocks.read('a')).toBeNull();
  });

  it('keep the later of two, whichever came first', async () => {
    const [early, late] = [block({ until: now + 1 }), block({ until: now + 2 })];
    const blocks = new UpstreamBlocksInMemory();
    await blocks.extend('a', late);
    await blocks.extend('a', early);
    expect(await blocks.read('a')).toEqual(late);
    await blocks.extend('b', early);
    await blocks.extend('b', late);
    expect(await blocks.read('b')).toEqual(late);
  });
});
