import { expect, it } from 'vitest';
import { date, musicUrl } from './pieces.js';

it.each([
  ['Harrow & Plinth', 'https://www.last.fm/music/Harrow+&+Plinth'],
  ['Plus+Minus', 'https://www.last.fm/music/Plus%252BMinus'],
  ["It's 50% / <b>", 'https://www.last.fm/music/It%27s+50%25+%2F+%3Cb%3E'],
])('writes %s into an address as Last.fm does', (name, url) => {
  expect(musicUrl({ name, mbid: '' })).toBe(url);
});

it('writes dates in UTC', () => {
  expect(date(Date.UTC(2026, 2, 5, 7, 9) / 1000)).toEqual({ uts: '1772694540', '#text': '05 Mar 2026, 07:09' });
});
