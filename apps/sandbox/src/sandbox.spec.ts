import { expect, it } from 'vitest';
import { startSandbox } from './sandbox.js';
import { noonMs } from './testing/sandbox-under-test.js';

it.each([
  { min: 0, max: 10 },
  { min: 30, max: 20 },
  { min: 1.5, max: 20 },
  { min: 20, max: 100_000 },
])('refuses songs of %o seconds', async (songSeconds) => {
  await expect(startSandbox({ port: 0, seed: 1, clock: () => noonMs, songSeconds })).rejects.toThrow(/whole seconds/);
});

it.each([0, Number.NaN])('refuses a clock at %d', async (nowMs) => {
  await expect(startSandbox({ port: 0, seed: 1, clock: () => nowMs })).rejects.toThrow(/clock/);
});

it('frees its port when it is closed', async () => {
  const first = await startSandbox({ port: 0, seed: 1, clock: () => noonMs });
  const port = Number(new URL(first.url).port);
  await expect(startSandbox({ port, seed: 1, clock: () => noonMs })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await first.close();
  const second = await startSandbox({ port, seed: 1, clock: () => noonMs });
  expect(second.url).toBe(first.url);
  await second.close();
});
