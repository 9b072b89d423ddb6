import { describe, expect, it } from 'vitest';
import { Pace } from './pace.js';

const of = (list: string, done: number, total: number | null = 1_000) => ({ list, done, total });

describe('the time that a list takes', () => {
  it('follows from how fast it was read so far, and goes down by itself', () => {
    const pace = new Pace();
    pace.note(of('tracks', 100), 0);
    expect(pace.left(of('tracks', 100), 0)).toBeNull();
    pace.note(of('tracks', 300), 2_000);
    expect(pace.left(of('tracks', 300), 2_000)).toBe(7_000);
    expect(pace.left(of('tracks', 300), 4_000)).toBe(5_000);
    expect(pace.left(of('tracks', 300), 60_000)).toBe(0);
  });

  it('is not known while too little was seen, or the provider tells no total', () => {
    const pace = new Pace();
    pace.note(of('tracks', 100), 0);
    pace.note(of('tracks', 300), 900);
    expect(pace.left(of('tracks', 300), 900)).toBeNull();
    pace.note(of('albums', 20), 0);
    pace.note(of('albums', 20), 5_000);
    expect(pace.left(of('albums', 20), 5_000)).toBeNull();
    pace.note(of('artists', 10, null), 0);
    pace.note(of('artists', 20, null), 5_000);
    expect(pace.left(of('artists', 20, null), 5_000)).toBeNull();
    expect(pace.left(of('shows', 20), 5_000)).toBeNull();
  });

  it('is of each list by itself, when several are read in turns', () => {
    const pace = new Pace();
    pace.note(of('playlist:a', 0), 0);
    pace.note(of('playlist:b', 0), 500);
    pace.note(of('playlist:a', 500), 2_000);
    pace.note(of('playlist:b', 100), 2_500);
    expect(pace.left(of('playlist:a', 500), 2_000)).toBe(2_000);
    expect(pace.left(of('playlist:b', 100), 2_500)).toBe(18_000);
  });

  it('begins anew when the list does, and after a pause', () => {
    const pace = new Pace();
    pace.note(of('tracks', 800), 0);
    pace.note(of('tracks', 50), 5_000);
    expect(pace.left(of('tracks', 50), 5_000)).toBeNull();
    pace.note(of('tracks', 150), 6_000);
    expect(pace.left(of('tracks', 150), 6_000)).toBe(8_500);
    pace.forget();
    pace.note(of('tracks', 200), 3_600_000);
    expect(pace.left(of('tracks', 200), 3_600_000)).toBeNull();
  });
});
