import { crc32, inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { draw, hex } from '../listening/random.js';
import { sandboxUnderTest } from '../testing/sandbox-under-test.js';
import { coverPng } from './cover.js';

it('makes a picture of its own for every hash, and always the same one', () => {
  const hashes = Array.from({ length: 200 }, (_, index) => hex(32, 1, index));
  const paint = (hash: string): string => coverPng(hash, 20).toString('base64');
  const pictures = hashes.map(paint);
  expect(new Set(pictures).size).toBe(200);
  expect(hashes.slice(0, 20).map(paint)).toEqual(pictures.slice(0, 20));
});

it('is a PNG of its size in which every pixel has a colour', () => {
  const png = coverPng(hex(32, 1, 'a cover'), 64);
  expect(png.subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([64, 64]);
  const length = png.readUInt32BE(33);
  expect(png.toString('latin1', 37, 41)).toBe('IDAT');
  expect(inflateSync(png.subarray(41, 41 + length))).toHaveLength(64 * (1 + 64 * 3));
  expect(png.readUInt32BE(41 + length)).toBe(crc32(png.subarray(37, 41 + length)));
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
  const small = await fetch(`${sandbox.url}/i/u/34s/${hash}.png`);
  expect(small.headers.get('content-type')).toBe('image/png');
  expect(await bytesOf(small)).toEqual(coverPng(hash, 34));
  expect(await bytesOf(await fetch(`${sandbox.url}/art/${hash}.png`))).toEqual(coverPng(hash, 300));
  for (const path of [`/i/u/35s/${hash}.png`, `/art/${hash}.svg`, '/art/%3Cb%3E.png', '/art/../main.ts']) {
    expect((await fetch(sandbox.url + path)).status).toBe(404);
  }
});

async function bytesOf(answer: Response): Promise<Buffer> {
  return Buffer.from(await answer.arrayBuffer());
}
