import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PollTempo } from '#listening';
import { type PollOutcome, pauseBeforePoll, widening } from './poll-plan.js';

const TEMPO: PollTempo = { early: 5, middle: 15, late: 60, idle: [15, 30, 60, 300] };
const MIDDLE = 0.5;

const song = (positionMs: number, remainingMs: number | null): PollOutcome => ({
  playing: { positionMs, remainingMs },
  idlePolls: 0,
});
const idle = (idlePolls: number): PollOutcome => ({ playing: null, idlePolls });
const pause = (outcome: PollOutcome, used = 0, random = MIDDLE): number =>
  pauseBeforePoll(outcome, TEMPO, used, random);

describe('the pause before the next poll', () => {
  it.each([
    [0, 5_000],
    [6_999, 5_000],
    [7_000, 15_000],
    [24_999, 15_000],
    [25_000, 60_000],
    [170_000, 60_000],
  ])('grows with how far the song is: %i ms', (position, expected) => {
    expect(pause(song(position, 300_000))).toBe(expected);
    expect(pause(song(position, null))).toBe(expected);
  });

  it('ends just after the expected end of the song, whatever the chance', () => {
    for (const random of [0, MIDDLE, 1]) expect(pause(song(190_000, 20_000), 0, random)).toBe(20_600);
  });

  it('past the expected end waits for the next song as at the start of one', () => {
    for (const remaining of [0, -1, -60_000]) expect(pause(song(200_000, remaining))).toBe(5_000);
  });

  it('backs off while nothing plays, and stays at the longest', () => {
    expect([1, 2, 3, 4, 5, 100].map((polls) => pause(idle(polls)))).toEqual([
      15_000, 30_000, 60_000, 300_000, 300_000, 300_000,
    ]);
  });

  it('widens as the budget empties, and still looks at the end of a song', () => {
    expect([0, 0.5, 0.75, 1, 3].map(widening)).toEqual([1, 1, 4.5, 8, 8]);
    expect(pause(song(0, 300_000), 1)).toBe(40_000);
    expect(pause(song(60_000, 20_000), 1)).toBe(20_600);
    expect(pause(idle(1), 1)).toBe(120_000);
  });

  it('varies by a twentieth at most, and is never nothing', () => {
    const outcomes = fc.oneof(
      fc.record({
        playing: fc.record({
          positionMs: fc.integer({ min: -5_000, max: 10_000_000 }),
          remainingMs: fc.option(fc.integer({ min: -100_000, max: 10_000_000 })),
        }),
        idlePolls: fc.constant(0),
      }),
      fc.record({ playing: fc.constant(null), idlePolls: fc.nat(1_000) }),
    );
    fc.assert(
      fc.property(
        outcomes,
        fc.double({ min: 0, max: 4, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (outcome, used, random) => {
          const plain = pause(outcome, used);
          const varied = pause(outcome, used, random);
          expect(varied).toBeGreaterThanOrEqual(Math.min(600, plain));
          expect(Math.abs(varied - plain)).toBeLessThanOrEqual(plain * 0.05 + 1);
        },
      ),
    );
  });
});
