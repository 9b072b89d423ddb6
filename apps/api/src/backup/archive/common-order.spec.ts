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

  it.each([
    ['one that is there many hundred times stands between all others', (at: number): number => at],
    ['there are two, each many hundred times', (): number => 1],
  ])('is all but what went, though %s', (_, songAt) => {
    const before = numbered(1_000).flatMap((at) => [songAt(at), 0]);
    const after = [...before.toSpliced(21, 1), -1];
    const places = commonOrder(after, before);
    expect([...places.keys()].filter((at) => places[at] === -1)).toEqual([after.length - 1]);
    expect([...places].filter((place) => place !== -1)).toEqual([...before.keys()].filter((place) => place !== 21));
  });

  it('is all that stayed where such ones stand between others, and thousands of changes as well', () => {
    // A rare one, and seven of two by turns.
    const before = numbered(8_000).map((at) => (at % 8 === 0 ? at : -(at % 2)));
    const after = before
      .flatMap((key, at) => (at % 8 === 0 ? [] : [key]))
      .flatMap((key) => (key > 0 ? [-key, key] : [key]));
    const places = commonOrder(after, before);
    expect([...places.keys()].filter((at) => places[at] === -1)).toHaveLength(1_000);
  });

  it('is nearly all that stayed where there are but three, and thousands of changes', () => {
    const before = numbered(9_000).map((at) => ((at * at * 7) % 11) % 3);
    const after = before.flatMap((key, at) => (at % 9 === 0 ? [] : at % 9 === 4 ? [key, (key + 1) % 3] : [key]));
    const size = [...commonOrder(after, before)].filter((place) => place !== -1).length;
    expect(size).toBeGreaterThan(0.98 * 8_000);
  });

  it('is all of what is between them where the others stand the other way round', () => {
    const before = numbered(4_000).map((at) => (at % 2 === 0 ? 0 : at));
    const size = [...commonOrder(before.toReversed(), before)].filter((place) => place !== -1).length;
    expect(size).toBeGreaterThanOrEqual(2_000);
  });

  it('is all of what is rare, where others are too many to be weighed', () => {
    const many = new Array<number>(1_000).fill(0);
    const rare = [...numbered(500), ...numbered(500)];
    const others = (sign: number): number[] => numbered(600).map((number) => sign * (number + 0.5));
    const places = commonOrder([...others(1), ...many, ...rare, -1], [...others(-1), ...many, ...rare.slice(1), -2]);
    expect([...places].filter((place) => place === -1)).toHaveLength(600 + 2);
  });
});
