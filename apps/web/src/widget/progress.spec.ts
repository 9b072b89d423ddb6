import { expect, it } from 'vitest';
import { clockOf, endOf, progressOf } from './progress.js';
import { playingFrom } from './playing.js';

const START = Date.parse('2026-11-21T12:00:00.000Z');
const DURATION = 200_000;
const TIMES = {
  durationMs: DURATION,
  startedAt: new Date(START).toISOString(),
  endsAt: new Date(START + DURATION).toISOString(),
};

function song(more: object): Parameters<typeof progressOf>[0] {
  const playing = playingFrom({ isPlaying: true, title: 'Paper Lanterns', artist: 'The Night Ferry', ...more });
  if (!playing) throw new Error('No such song.');
  return playing;
}

it.each([
  ['all three', TIMES],
  ['start and length', { ...TIMES, endsAt: null }],
  ['start and end', { ...TIMES, durationMs: null }],
  ['end and length', { ...TIMES, startedAt: null }],
])('works out the position from %s', (_, times) => {
  expect(progressOf(song(times), START + 50_000)).toEqual({ position: 50_000, duration: DURATION });
  expect(endOf(song(times))).toBe(START + DURATION);
});

it('ends when it is told to, though nobody tells since when it plays, and not at all in silence', () => {
  const { endsAt } = TIMES;
  expect(endOf(song({ endsAt }))).toBe(START + DURATION);
  expect(endOf(song({ ...TIMES, isPlaying: false }))).toBeNull();
});

it('stays within the song, whatever the clock says', () => {
  expect(progressOf(song(TIMES), START - 60_000)?.position).toBe(0);
  expect(progressOf(song(TIMES), START + 3_600_000)?.position).toBe(DURATION);
});

it.each([
  ['nothing is told', {}],
  ['the length is missing', { startedAt: TIMES.startedAt }],
  ['the length is nothing', { ...TIMES, durationMs: 0, endsAt: null }],
  ['the times are no times', { startedAt: 'soon', endsAt: 'later', durationMs: 'long' }],
  ['nothing plays', { ...TIMES, isPlaying: false }],
])('has no position when %s', (_, times) => {
  expect(progressOf(song(times), START)).toBeNull();
});

it('writes times as players do', () => {
  expect([0, 7_999, 187_000, 3_729_000].map(clockOf)).toEqual(['0:00', '0:07', '3:07', '1:02:09']);
});
