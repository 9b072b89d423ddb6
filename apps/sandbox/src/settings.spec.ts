import { expect, it } from 'vitest';
import { readSettings } from './settings.js';

it('has defaults', () => {
  expect(readSettings({})).toEqual({ port: 7724, seed: 1, songSeconds: null });
});

it('reads the environment', () => {
  const environment = { SANDBOX_PORT: '0', SANDBOX_SEED: '42', SANDBOX_SONG_SECONDS: '20-40' };
  expect(readSettings(environment)).toEqual({ port: 0, seed: 42, songSeconds: { min: 20, max: 40 } });
});

it('names every fault at once', () => {
  const environment = { SANDBOX_PORT: '70000', SANDBOX_SEED: 'x', SANDBOX_SONG_SECONDS: '40-20' };
  expect(() => readSettings(environment)).toThrow(/SANDBOX_PORT[^]*SANDBOX_SEED[^]*SANDBOX_SONG_SECONDS/);
});
