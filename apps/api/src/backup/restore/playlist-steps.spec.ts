import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Move,
  type PlaylistSteps,
  type PresentEntry,
  type WantedEntry,
  movesInto,
  playlistSteps,
} from './playlist-steps.js';

/** Of letters; an underscore has left the catalogue, and an l is a file of one's own. */
const wanted = (text: string): WantedEntry[] =>
  [...text].map((sign) => ({ key: sign === '_' ? '' : sign, canAdd: !'_l'.includes(sign) }));
const present = (text: string): PresentEntry[] =>
  [...text].map((sign) => ({ key: sign === '_' ? '' : sign, canRemove: !'_l'.includes(sign) }));

type Step = { take: string } | { put: string[]; at: number } | { move: Move };

function stepsOf({ removals, inserts, order }: PlaylistSteps, atOnce = 100): Step[] {
  return [
    ...removals.map(({ key }) => ({ take: key })),
    ...inserts.map(({ position, keys }) => ({ put: keys, at: position })),
    ...movesInto(order, atOnce).map((move) => ({ move })),
  ];
}

function carriedOut(before: string, steps: readonly Step[]): string {
  let entries = [...before];
  for (const step of steps) {
    if ('take' in step) entries = entries.filter((sign) => sign !== step.take);
    else if ('put' in step) {
      expect(step.at).toBeLessThanOrEqual(entries.length);
      entries.splice(step.at, 0, ...step.put);
    } else {
      const { from, count, to } = step.move;
      const block = entries.splice(from, count);
      expect(block).toHaveLength(count);
      entries.splice(to > from ? to - count : to, 0, ...block);
    }
  }
  return entries.join('');
}

describe('steps to a playlist', () => {
  it.each([
    ['', 'abc', 'abc'],
    ['abc', 'abc', 'abc'],
    ['ac', 'abc', 'abc'],
    ['axc', 'abc', 'abxc'],
    ['aba', 'ababa', 'ababa'],
    ['xa', 'a', 'xa'],
    ['ca', 'abc', 'cab'],
    ['a_b', 'al_b', 'a_b'],
  ])('%s with all of %s is %s, and nothing of what is there is touched', (before, backup, after) => {
    const steps = playlistSteps(present(before), wanted(backup), false);
    expect(steps).toMatchObject({ removals: [], order: [] });
    expect(carriedOut(before, stepsOf(steps))).toBe(after);
  });

  it.each([
    ['cab', 'abc', 'abc', 1],
    ['la', 'al', 'al', 1],
    ['b_a', 'ab_', 'ab_', 1],
    ['cdab', 'abcd', 'abcd', 1],
    ['axbxc', 'abc', 'abc', 1],
    ['abcd', 'dcba', 'dcba', 3],
    ['abxcd', 'xabcd', 'xabcd', 1],
  ])('%s is made to be %s in %i calls', (before, backup, after, calls) => {
    const steps = stepsOf(playlistSteps(present(before), wanted(backup), true));
    expect(carriedOut(before, steps)).toBe(after);
    expect(steps).toHaveLength(calls);
  });

  it('with nothing but what is wanted it is as it was, and what cannot be is told', () => {
    const steps = playlistSteps(present('xc_aly'), wanted('abclm'), true);
    expect(carriedOut('xc_aly', stepsOf(steps))).toMatch(/^_?a_?b_?c_?l_?m_?$/);
    expect(steps).toMatchObject({ lacking: [], stuck: 1, misplaced: 0 });
    expect(playlistSteps(present('ll'), wanted('_'), true)).toMatchObject({
      removals: [],
      inserts: [],
      lacking: [0],
      stuck: 2,
    });
  });

  it('take nothing out while something is wanted that has no name and is not there: it may have one by now', () => {
    expect(playlistSteps(present('axb'), wanted('a_b'), true)).toMatchObject({ removals: [], stuck: 1, lacking: [1] });
    const removals = [{ key: 'x', count: 1 }];
    expect(playlistSteps(present('a_xb'), wanted('a_b'), true)).toMatchObject({ removals, stuck: 0 });
  });

  it('move so many at once as is allowed', () => {
    expect(movesInto([4, 5, 6, 0, 1, 2, 3], 2)).toEqual([
      { from: 0, count: 2, to: 7 },
      { from: 0, count: 1, to: 7 },
    ]);
  });

  const count = (text: string, key: string): number => text.split(key).length - 1;

  /** All of the backup in its order, and between it only what was there more often than it should be. */
  function expectExact(after: string, before: string, backup: string): void {
    for (const key of 'abcd') {
      const due = count(backup, key);
      expect(count(after, key)).toBe(due === 0 ? 0 : Math.max(count(before, key), due));
    }
    expect([...after].reduce((left, sign) => (left.startsWith(sign) ? left.slice(1) : left), backup)).toBe('');
  }

  const entries = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 12 });

  it('end in the backup when it is to be exact; else everything is there, in place if nothing was moved', () => {
    fc.assert(
      fc.property(entries, entries, fc.integer({ min: 1, max: 5 }), (before, backup, atOnce) => {
        const steps = playlistSteps(present(before), wanted(backup), true);
        const exact = carriedOut(before, stepsOf(steps, atOnce));
        expectExact(exact, before, backup);
        expect(steps.stuck).toBe(exact.length - backup.length);
        const filled = carriedOut(before, stepsOf(playlistSteps(present(before), wanted(backup), false)));
        for (const key of 'abcd') expect(count(filled, key)).toBe(Math.max(count(before, key), count(backup, key)));
      }),
    );
  });

  it('go on wherever they were interrupted, and are none at the end', () => {
    fc.assert(
      fc.property(entries, entries, fc.nat(), (before, backup, stop) => {
        const steps = stepsOf(playlistSteps(present(before), wanted(backup), true));
        const half = carriedOut(before, steps.slice(0, stop % (steps.length + 1)));
        const rest = stepsOf(playlistSteps(present(half), wanted(backup), true));
        const after = carriedOut(half, rest);
        expectExact(after, before, backup);
        expect(stepsOf(playlistSteps(present(after), wanted(backup), true))).toEqual([]);
      }),
    );
  });

  it('never take out what is wanted, not even one of several', () => {
    fc.assert(
      fc.property(entries, entries, (before, backup) => {
        const { removals } = playlistSteps(present(before), wanted(backup), true);
        for (const { key } of removals) expect(backup).not.toContain(key);
      }),
    );
  });
});
