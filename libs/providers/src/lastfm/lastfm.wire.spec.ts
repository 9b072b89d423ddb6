import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asObject } from '../wire.js';
import { asCount, asImage, asMoment, asName, asObjects, asText, asUrl } from './lastfm.wire.js';

const STAR = 'https://lastfm.freetls.fastly.net/i/u/300x300/2a96cbd8b46e442fc41c2b86b821562f.png';

function picture(...urls: unknown[]): unknown {
  return urls.map((url) => ({ size: 'large', '#text': url }));
}

it.each([
  [{ a: 1 }, { a: 1 }],
  [{}, {}],
  [[], null],
  [null, null],
  [undefined, null],
  ['x', null],
  [7, null],
])('asObject: %o', (value, expected) => {
  expect(asObject(value)).toEqual(expected);
});

it.each([
  [
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { a: 2 }],
  ],
  [{ a: 1 }, [{ a: 1 }]],
  [[null, 'x', { a: 1 }, 7, []], [{ a: 1 }]],
  ['', []],
  [null, []],
  [undefined, []],
])('asObjects: %o', (value, expected) => {
  expect(asObjects(value)).toEqual(expected);
});

it.each([
  ['x', 'x'],
  ['  x\n', 'x'],
  [1_561_177_193, '1561177193'],
  [null, ''],
  [undefined, ''],
  [{ '#text': 'x' }, ''],
  [true, ''],
])('asText: %o', (value, expected) => {
  expect(asText(value)).toBe(expected);
});

it.each([
  ['0', 0],
  ['94618', 94_618],
  [94_618, 94_618],
  ['', null],
  ['-1', null],
  ['1.5', null],
  ['1e3', null],
  ['many', null],
  ['9'.repeat(16), null],
  [Number.NaN, null],
  [null, null],
])('asCount: %o', (value, expected) => {
  expect(asCount(value)).toBe(expected);
});

it.each([
  [{ name: 'A', '#text': 'B' }, 'A'],
  [{ '#text': 'B' }, 'B'],
  [{ name: '', '#text': 'B' }, 'B'],
  ['C', 'C'],
  [{}, ''],
  [null, ''],
])('asName: %o', (value, expected) => {
  expect(asName(value)).toBe(expected);
});

it.each([
  ['https://www.last.fm/music/A+B/_/C', 'https://www.last.fm/music/A+B/_/C'],
  ['http://x.example', 'http://x.example'],
  ['HTTPS://x.example', 'HTTPS://x.example'],
  ['', null],
  ['/music/x', null],
  ['//x.example', null],
  ['ftp://x.example', null],
  ['javascript:alert(1)//https://x', null],
  ['https://x.example/a b', null],
  [null, null],
])('asUrl: %o', (value, expected) => {
  expect(asUrl(value)).toBe(expected);
});

it.each([
  ['1603188238', '2020-10-20T10:03:58.000Z'],
  [1_603_188_238, '2020-10-20T10:03:58.000Z'],
  ['0', null],
  ['86400', null],
  ['', null],
  ['-5', null],
  ['soon', null],
  ['999999999999999', null],
  // Milliseconds.
  ['1603188238000', null],
  [null, null],
])('asMoment: %o', (value, expected) => {
  expect(asMoment(value)?.toISOString() ?? null).toBe(expected);
});

describe('asImage', () => {
  it.each([
    [
      'the largest, which is the last',
      picture('https://i.example/34', 'https://i.example/300'),
      'https://i.example/300',
    ],
    ['the largest that is there', picture('https://i.example/34', ''), 'https://i.example/34'],
    ['a bare one', { size: 'small', '#text': 'https://i.example/34' }, 'https://i.example/34'],
    ['no placeholder', picture(STAR, STAR), null],
    [
      'no placeholder, of whatever kind and host',
      picture(STAR.replace('https:', 'http:').replace('.png', '.jpg')),
      null,
    ],
    ['what is there beside the placeholder', picture('https://i.example/34', STAR), 'https://i.example/34'],
    ['none for empty texts', picture('', ''), null],
    ['none that is no address', picture('/i/34.png', 'data:image/png;base64,AA=='), null],
    ['none for nothing', null, null],
    ['none for an empty list', [], null],
    ['none for a text', 'https://i.example/34', null],
  ])('takes %s', (_, value, expected) => {
    expect(asImage(value)).toBe(expected);
  });
});

it('every reader takes any JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const read of [asObject, asObjects, asText, asCount, asName, asUrl, asMoment, asImage]) read(value);
    }),
  );
});
