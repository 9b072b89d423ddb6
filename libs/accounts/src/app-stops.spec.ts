import { expect, it } from 'vitest';
import { AppStops } from './app-stops.js';

const app = { clientId: 'one', clientSecret: 'wrong' };

it('an app that is not accepted is left alone for ten minutes, and no other with it', () => {
  let now = 1_000;
  const stops = new AppStops(() => now);
  expect(stops.until('tapes', app)).toBe(null);
  expect(stops.stop('tapes', app)).toBe(601_000);
  now = 600_999;
  expect(stops.until('tapes', app)).toBe(601_000);
  expect(stops.until('records', app)).toBe(null);
  expect(stops.until('tapes', { ...app, clientId: 'two' })).toBe(null);
  now = 601_000;
  expect(stops.until('tapes', app)).toBe(null);
});

it('another secret, or none, is worth a try at once', () => {
  const stops = new AppStops(() => 0);
  stops.stop('tapes', app);
  expect(stops.until('tapes', { ...app, clientSecret: 'right' })).toBe(null);
  expect(stops.until('tapes', { ...app, clientSecret: null })).toBe(null);
  expect(stops.until('tapes', app)).toBe(600_000);
});
