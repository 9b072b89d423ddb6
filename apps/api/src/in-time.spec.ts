import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { inTime } from './in-time.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const late = (): Error => new Error('It is late.');

it('leaves no timer behind that keeps a process from its end, however the waiting ends', async () => {
  expect(await inTime(Promise.resolve('here'), 1_000, late)).toBe('here');
  expect(vi.getTimerCount()).toBe(0);
  await expect(inTime(Promise.reject(new Error('It failed.')), 1_000, late)).rejects.toThrow('It failed.');
  expect(vi.getTimerCount()).toBe(0);
});

it('waits as long as it may, and what comes after that comes to nothing', async () => {
  let fail = (): void => undefined;
  const slow = new Promise<never>((_, reject) => {
    fail = () => {
      reject(new Error('It failed.'));
    };
  });
  let isOver = false;
  const waiting = inTime(slow, 1_000, late).finally(() => (isOver = true));
  const outcome = expect(waiting).rejects.toThrow('It is late.');
  await vi.advanceTimersByTimeAsync(999);
  expect(isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await outcome;
  fail();
});
