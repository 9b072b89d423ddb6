import { expect, it } from 'vitest';
import { draw, hex } from '../listening/random.js';
import { sandboxUnderTest } from '../testing/sandbox-under-test.js';
import { coverSvg } from './cover.js';

it('makes a picture of its own for every hash, and always the same one', () => {
  const hashes = Array.from({ length: 200 }, (_, index) => hex(32, 1, index));
  const pictures = hashes.map((hash) => coverSvg(hash, 300));
  expect(new Set(pictures).size).toBe(200);
  expect(hashes.map((hash) => coverSvg(hash, 300))).toEqual(pictures);
  for (const picture of pictures) expect(picture).not.toMatch(/NaN|undefined|Infinity/);
});

it('draws from names without a pattern', () => {
  const draws = Array.from({ length: 10_000 }, (_, index) => draw(1, 'x', index) / 2 ** 32);
  expect(new Set(draws).size).toBe(10_000);
  const tenths = Array.from({ length: 10 }, (_, tenth) => draws.filter((one) => Math.floor(one * 10) === tenth).length);
  for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

it('is served in the sizes of Last.fm, and for nothing but a hash', async () => {
  const sandbox = await sandboxUnderTest();
  const hash = hex(32, 1, 'a cover');
  const small = await fetch(`${sandbox.url}/i/u/34s/${hash}.svg`);
  expect(await small.text()).toBe(coverSvg(hash, 34));
  expect(await (await fetch(`${sandbox.url}/art/${hash}.svg`)).text()).toBe(coverSvg(hash, 300));
  for (const path of [`/i/u/35s/${hash}.svg`, `/art/${hash}.png`, '/art/%3Cb%3E.svg', '/art/../main.ts']) {
    expect((await fetch(sandbox.url + path)).status).toBe(404);
  }
});
