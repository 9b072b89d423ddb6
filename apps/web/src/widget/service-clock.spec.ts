import { beforeEach, expect, it } from 'vitest';
import { ServiceClock } from './service-clock.js';

const HOUR = 3_600_000;
let visitor = 0;
let clock: ServiceClock;

beforeEach(() => {
  visitor = Date.parse('2026-11-21T12:00:00Z');
  clock = new ServiceClock(() => visitor);
});

it('believes a visitor whose clock is nearly right', () => {
  clock.saidNow(visitor - 1_900);
  clock.saidPast(visitor + 1_900);
  expect(clock.now()).toBe(visitor);
});

it.each([HOUR, -HOUR])('goes with the service when the visitor is off by %d ms', (offset) => {
  const there = visitor + offset;
  clock.saidNow(there);
  expect(clock.now()).toBe(there);
  visitor += 500;
  expect(clock.now()).toBe(there + 500);
  visitor = there;
  clock.saidNow(there);
  expect(clock.now()).toBe(visitor);
});

it('learns from what has passed only that it is slow', () => {
  clock.saidPast(visitor - HOUR);
  expect(clock.now()).toBe(visitor);
  clock.saidPast(visitor + HOUR);
  expect(clock.now()).toBe(visitor + HOUR);
});
