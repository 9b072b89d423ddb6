import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonOrder } from './common-order.js';

/** The slow way. */
function longestCommon(list: readonly number[], other: readonly number[]): number {
  const row = new Array<number>(other.length + 1).fill(0);
  for (const key of list) {
    let diagonal = 0;
    for (const [place, its] of other.entries()) {
      const above = row[place + 1] ?? 0;
      row[place + 1] = key === its ? diagonal + 1 : Math.max(above, row[place] ?? 0);
      diagonal = above;
    }
  }
  return row.at(-1) ?? 0;
}

function numbered(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1);
}

describe('what two lists have in the same order', () => {
  it('only rises, is the same in both, and as much as can be', () => {
    const list = fc.array(fc.nat(5), { maxLength: 14 });
    fc.assert(
      fc.property(list, list, (one, other) => {
        const common = [...commonOrder(one, other).entries()].filter(([, place]) => place !== -1);
        const places = common.map(([, place]) => place);
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
        expect(common.map(([at]) => one[at])).toEqual(places.map((place) => other[place]));
        expect(common).toHaveLength(longestCommon(one, other));
      }),
    );
  });

  it('is all but what went, though one entry is there many thousand times', () => {
    const gone = new Array<number>(20_000).fill(0);
    const before = [...gone, 1, ...gone, 2, ...gone];
    const after = before.toSpliced(30_000, 1);
    expect([...commonOrder(after, before)].filter((place) => place === -1)).toEqual([]);
  });

  it('is all of what is rare, where others are too many to be weighed', () => {
    const many = new Array<number>(1_000).fill(0);
    const rare = [...numbered(500), ...numbered(500)];
    const places = commonOrder([-1, ...many, ...rare, -2], [-3, ...many, ...rare.slice(1), -4]);
    expect([...places].filter((place) => place === -1)).toHaveLength(3);
  });
});
