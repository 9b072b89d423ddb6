import { describe, expect, it } from 'vitest';
import { clock, duration, size, until } from './figures.js';

const HOUR = 3_600_000;

describe('figures', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [9_940, '9.9 kB'],
    [9_960, '10 kB'],
    [999_499, '999 kB'],
    [999_700, '1.0 MB'],
    [18_874_368, '19 MB'],
    [5e15, '5000 TB'],
  ])('%d bytes are %s', (bytes, words) => {
    expect(size(bytes)).toBe(words);
  });

  it.each([
    [0, '1 s'],
    [59_400, '59 s'],
    [59_600, '1 min'],
    [59.6 * 60_000, '1 h'],
    [1.5 * HOUR, '1 h 30 min'],
    [23.9 * HOUR, '23 h 54 min'],
    [24 * HOUR, 'a day'],
    [26 * HOUR, 'a day'],
    [6.6 * 24 * HOUR, '7 days'],
  ])('%d ms are %s', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });

  it('moments are as on the wall, and may be over', () => {
    const at = new Date(2026, 2, 4, 5, 6, 59);
    expect(clock(at)).toBe('2026-03-04 05:06');
    expect(until(at, at.getTime() - 90_000)).toBe('in 2 min');
    expect(until(at, at.getTime())).toBe('');
  });
});
