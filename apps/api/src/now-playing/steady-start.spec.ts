import { describe, expect, it } from 'vitest';
import type { NowPlaying } from '#listening';
import { isSameSong, steadyStart } from './steady-start.js';

const song: NowPlaying = {
  kind: 'track',
  title: 'Lantern',
  artist: 'Mossgate',
  album: 'Harbour',
  albumImageUrl: null,
  songUrl: 'https://music.example/lantern',
  durationMs: 200_000,
  startedAt: new Date('2026-11-21T10:00:00.000Z'),
};
const startedAt = (iso: string): NowPlaying => ({ ...song, startedAt: new Date(iso) });

describe('the start of a song', () => {
  it('stays while it only wobbles, forwards and backwards', () => {
    for (const iso of ['2026-11-21T10:00:01.900Z', '2026-11-21T09:59:58.100Z']) {
      expect(steadyStart(song, startedAt(iso))).toEqual(song);
    }
  });

  it('moves when somebody has moved it', () => {
    const moved = startedAt('2026-11-21T09:59:30.000Z');
    expect(steadyStart(song, moved)).toEqual(moved);
  });

  it('is the own one of another song, and of one that is played again', () => {
    const other = { ...startedAt('2026-11-21T10:00:01.000Z'), title: 'Compass' };
    expect(steadyStart(song, other)).toEqual(other);
    const again = startedAt('2026-11-21T10:03:20.000Z');
    expect(steadyStart(song, again)).toEqual(again);
  });

  it.each([
    [null, song],
    [song, null],
    [song, { ...song, startedAt: null }],
    [{ ...song, startedAt: null }, song],
  ])('is not made up where one of the two has none', (before, told) => {
    expect(steadyStart(before, told)).toBe(told);
  });
});

it('silence is another song than any', () => {
  expect(isSameSong(null, song)).toBe(false);
  expect(isSameSong(null, null)).toBe(true);
  expect(isSameSong(song, { ...song })).toBe(true);
});
