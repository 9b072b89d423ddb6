import { describe, expect, it } from 'vitest';
import { retryPause } from './keep-listening.js';

describe('retryPause', () => {
  it('doubles up to its bound, for ever', () => {
    const options = { retryMs: 100, longestRetryMs: 2_000, random: () => 0 };
    const pauses = [0, 1, 2, 3, 4, 5, 6, 5_000].map((failures) => retryPause(failures, options));
    expect(pauses).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]);
  });

  it('is spread over its upper half', () => {
    const at = (value: number): number => retryPause(0, { retryMs: 100, longestRetryMs: 50, random: () => value });
    expect([at(0), at(0.5), at(0.999)]).toEqual([50, 37.5, expect.closeTo(25, 0)]);
  });
});
