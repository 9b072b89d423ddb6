import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestIncreasing } from './longest-increasing.js';

function kept(values: readonly number[]): number[] {
  const isIn = longestIncreasing(values);
  return values.filter((_, at) => isIn[at] === 1);
}

/** The slow way. */
function longest(values: readonly number[], above = -1): number {
  return values.reduce(
    (most, value, at) => (value > above ? Math.max(most, 1 + longest(values.slice(at + 1), value)) : most),
    0,
  );
}

describe('the longest row that rises', () => {
  it('rises, and none is longer', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(50), { maxLength: 10 }), (values) => {
        const row = kept(values);
        expect(row).toEqual(row.toSorted((one, other) => one - other));
        expect(row).toHaveLength(longest(values));
      }),
    );
  });

  it('is found in a long list', () => {
    const values = Array.from({ length: 50_000 }, (_, at) => at);
    values.unshift(values.pop() ?? 0);
    expect(kept(values)).toHaveLength(49_999);
  });
});
