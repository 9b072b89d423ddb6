import { describe, expect, it } from 'vitest';
import { chartsOf } from './charts.js';
import { createListener } from './listener.js';
import { foundedMs } from './timeline.js';

const steadySinceMs = Date.UTC(2026, 9, 1);
const songSeconds = { min: 20, max: 40 };
const listener = createListener(7, songSeconds, steadySinceMs);
const noon = Date.UTC(2026, 9, 14, 12);

describe('the catalogue', () => {
  const { artists, albums, tracks } = listener.catalogue;

  it('is large', () => {
    expect(artists.length).toBeGreaterThan(50);
    expect(albums.length).toBeGreaterThan(100);
    expect(tracks.length).toBeGreaterThan(450);
  });

  it('has no two tracks of one artist with the same title', () => {
    expect(new Set(tracks.map(({ artist, title }) => JSON.stringify([artist.name, title]))).size).toBe(tracks.length);
  });

  it.each([
    ['markup', /[<>&"]/],
    ['Hebrew', /\p{Script=Hebrew}/u],
    ['Arabic', /\p{Script=Arabic}/u],
    ['Han', /\p{Script=Han}/u],
    ['Hangul', /\p{Script=Hangul}/u],
    ['emoji', /\p{Extended_Pictographic}/u],
    ['a combining mark', /\u0308/],
    ['400 characters', /^.{400}/],
  ])('has a title or artist with %s', (_, pattern) => {
    expect(tracks.some(({ title, artist }) => pattern.test(title) || pattern.test(artist.name))).toBe(true);
  });

  it('keeps every song within the bounds asked for', () => {
    const lengths = tracks.map(({ seconds }) => seconds);
    expect(Math.min(...lengths)).toBe(20);
    expect(Math.max(...lengths)).toBe(40);
  });
});

describe('the listener', () => {
  it('hears the same for the same seed, and something else for another', () => {
    const titles = (seed: number): string[] => {
      const other = createListener(seed, songSeconds, steadySinceMs);
      return Array.from({ length: 20 }, (_, number) => other.play(number).track.title);
    };
    expect(titles(7)).toEqual(Array.from({ length: 20 }, (_, number) => listener.play(number).track.title));
    expect(titles(8)).not.toEqual(titles(7));
  });

  it('plays one song after the other without a gap', () => {
    const first = listener.playAt(steadySinceMs).number;
    for (let number = first; number < first + 70_000; number += 1) {
      const play = listener.play(number);
      const next = listener.play(number + 1);
      if (play.endMs !== next.startMs || play.track === next.track)
        expect.fail(`Play ${number} does not end as it should.`);
    }
  });

  it('finds the play of any moment', () => {
    const { number, startMs, endMs } = listener.playAt(noon);
    expect(startMs).toBeLessThanOrEqual(noon);
    expect(endMs).toBeGreaterThan(noon);
    expect(listener.playAt(startMs).number).toBe(number);
    expect(listener.playAt(endMs - 1).number).toBe(number);
    expect(listener.playAt(endMs).number).toBe(number + 1);
  });

  it('began long ago, with tens of thousands of plays since, each at its own second', () => {
    expect(listener.play(0).startMs).toBe(foundedMs);
    const total = listener.playAt(noon).number;
    expect(total).toBeGreaterThan(40_000);
    expect(total).toBeLessThan(100_000);
    let before = 0;
    for (let number = 0; number < total; number += 1) {
      const { startMs } = listener.play(number);
      if (startMs <= before || startMs % 1000 !== 0) expect.fail(`Play ${number} starts at ${startMs}.`);
      before = startMs;
    }
  });

  it('counts plays as one would by hand, past the end of its cycle too', () => {
    const from = 65_000;
    const to = 65_536 * 2 + 900;
    const byHand = new Map<string, number>();
    for (let number = from; number < to; number += 1) {
      const { title } = listener.play(number).track;
      byHand.set(title, (byHand.get(title) ?? 0) + 1);
    }
    const counted = new Map<string, number>();
    for (const [place, count] of listener.countPlays(from, to).entries()) {
      const title = listener.catalogue.tracks[place]?.title ?? '';
      if (count > 0) counted.set(title, (counted.get(title) ?? 0) + count);
    }
    expect(counted).toEqual(byHand);
  });
});

describe('charts', () => {
  it('rank by plays and agree with each other', () => {
    const from = listener.firstFrom(noon - 86_400_000);
    const to = listener.playAt(noon).number;
    const { tracks, artists, albums } = chartsOf(listener.catalogue, listener.countPlays(from, to));
    for (const list of [tracks, artists, albums]) {
      expect(list.map(({ rank }) => rank)).toEqual(list.map((_, index) => index + 1));
      const counts = list.map(({ playcount }) => playcount);
      expect(counts).toEqual(counts.toSorted((left, right) => right - left));
      expect(counts.at(-1)).toBeGreaterThan(0);
    }
    const sum = (list: readonly { playcount: number }[]): number =>
      list.reduce((total, { playcount }) => total + playcount, 0);
    expect(sum(tracks)).toBe(to - from);
    expect(sum(artists)).toBe(to - from);
    expect(sum(albums)).toBeLessThan(to - from);
  });
});
