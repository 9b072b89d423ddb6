import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PlaylistSteps, type WantedEntry, playlistSteps } from './playlist-steps.js';

const wanted = (text: string): WantedEntry[] =>
  [...text].map((key) => (key === '_' ? { key: '', canAdd: false } : { key, canAdd: key !== 'l' }));
const present = (text: string): string[] => [...text].map((key) => (key === '_' ? '' : key));

function carriedOut(before: readonly string[], { inserts, removals }: PlaylistSteps): string[] {
  const entries = [...before];
  for (const { position, keys } of inserts) {
    expect(position).toBeLessThanOrEqual(entries.length);
    entries.splice(position, 0, ...keys);
  }
  for (const { position, keys } of removals) {
    expect(entries.slice(position, position + keys.length)).toEqual(keys);
    entries.splice(position, keys.length);
  }
  return entries;
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
  ])('%s with all of %s is %s, and nothing is taken out', (before, backup, after) => {
    const steps = playlistSteps(present(before), wanted(backup), false);
    expect(carriedOut(present(before), steps).join('')).toBe(after.replaceAll('_', ''));
    expect(steps.removals).toEqual([]);
  });

  it('with nothing but what is wanted it is as it was, and what cannot be put in is told', () => {
    const steps = playlistSteps(present('xc_ay'), wanted('abcl'), true);
    expect(carriedOut(present('xc_ay'), steps).join('_')).toBe('_a_b_c');
    expect(steps).toMatchObject({ lacking: [3], stuck: 1, misplaced: 0 });
  });

  it('leaves what cannot be put in again where it stands', () => {
    expect(playlistSteps(present('la'), wanted('al'), true)).toEqual({
      inserts: [],
      removals: [],
      lacking: [],
      misplaced: 1,
      stuck: 0,
    });
  });

  const entries = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 12 });

  it('end in the backup when others are taken out; else everything is there, in place if nothing was moved', () => {
    fc.assert(
      fc.property(entries, entries, (before, backup) => {
        const exact = carriedOut(present(before), playlistSteps(present(before), wanted(backup), true));
        expect(exact.join('')).toBe(backup);
        const filled = carriedOut(present(before), playlistSteps(present(before), wanted(backup), false)).join('');
        for (const key of 'abcd') {
          const count = (text: string): number => text.split(key).length - 1;
          expect(count(filled)).toBe(Math.max(count(before), count(backup)));
        }
      }),
    );
  });

  it('go on wherever they were interrupted, and are none at the end', () => {
    fc.assert(
      fc.property(entries, entries, fc.nat(), (before, backup, stop) => {
        const { inserts, removals } = playlistSteps(present(before), wanted(backup), true);
        const done = stop % (inserts.length + removals.length + 1);
        const half = carriedOut(present(before), {
          inserts: inserts.slice(0, done),
          removals: removals.slice(0, Math.max(0, done - inserts.length)),
          lacking: [],
          misplaced: 0,
          stuck: 0,
        });
        const after = carriedOut(half, playlistSteps(half, wanted(backup), true));
        expect(after.join('')).toBe(backup);
        expect(playlistSteps(after, wanted(backup), true)).toMatchObject({ inserts: [], removals: [] });
      }),
    );
  });
});
