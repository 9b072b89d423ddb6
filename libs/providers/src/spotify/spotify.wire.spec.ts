import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asObject } from '../wire.js';
import {
  asCount,
  asImage,
  asIsrc,
  asList,
  asMoment,
  asNames,
  asObjects,
  asPage,
  asReleaseDate,
  asText,
  asUnescaped,
  asUpc,
} from './spotify.wire.js';

it.each([
  [{ a: 1 }, { a: 1 }],
  [[], null],
  [null, null],
  [undefined, null],
  [true, null],
  ['x', null],
])('asObject: %o', (value, expected) => {
  expect(asObject(value)).toEqual(expected);
});

it('asObjects leaves out what is none, and takes nothing but lists', () => {
  expect(asObjects([null, { a: 1 }, 'x', [], 7])).toEqual([{ a: 1 }]);
  expect(asObjects({ a: 1 })).toEqual([]);
  expect(asObjects(null)).toEqual([]);
});

it.each([
  ['  x\n', 'x'],
  [7, ''],
  [null, ''],
  [undefined, ''],
])('asText: %o', (value, expected) => {
  expect(asText(value)).toBe(expected);
});

it.each([
  [0, 0],
  [245_581, 245_581],
  [-1, null],
  [1.5, null],
  ['7', null],
  [Number.NaN, null],
  [Number.POSITIVE_INFINITY, null],
  [null, null],
])('asCount: %o', (value, expected) => {
  expect(asCount(value)).toBe(expected);
});

it.each([
  ['2026-02-25T20:15:20.497Z', '2026-02-25T20:15:20.497Z'],
  ['2026-02-23T13:28:26Z', '2026-02-23T13:28:26.000Z'],
  ['1970-01-01T00:00:00Z', null],
  ['2026-02-25 20:15', null],
  ['2026-13-45T99:99:99Z', null],
  ['0000', null],
  ['', null],
  [1_772_050_520_497, null],
  [null, null],
])('asMoment: %o', (value, expected) => {
  expect(asMoment(value)?.toISOString() ?? null).toBe(expected);
});

it.each([
  [{ spotify: 'https://open.spotify.com/track/1' }, 'https://open.spotify.com/track/1'],
  [{ spotify: 'http://open.spotify.com/track/1' }, null],
  [{ spotify: 'https://open.spotify.com.example.org/track/1' }, null],
  [{ spotify: 'https://open.spotify.com@example.org/' }, null],
  [{ spotify: 'https://evil.example/https://open.spotify.com/track/1' }, null],
  [{ spotify: 'spotify:track:1' }, null],
  [{ spotify: 'javascript:alert(1)//https://open.spotify.com/' }, null],
  [{ spotify: null }, null],
  [{}, null],
  ['https://open.spotify.com/track/1', null],
  [null, null],
])('asPage: %o', (value, expected) => {
  expect(asPage(value)).toBe(expected);
});

it.each([
  [[{ name: 'A' }, { name: 'B' }], 'A, B'],
  [[{ name: '' }, null, { name: 'B' }, { name: null }], 'B'],
  [[], ''],
  [null, ''],
])('asNames: %o', (value, expected) => {
  expect(asNames(value)).toBe(expected);
});

it.each([
  ['GBAYE0000001', 'GBAYE0000001'],
  [' gb-aye-00-00001 ', 'GBAYE0000001'],
  ['US S1Z 9900001', 'USS1Z9900001'],
  ['GBAYE000001', null],
  ['1BAYE0000001', null],
  ['GBAYE00000012', null],
  ['', null],
  [12, null],
  [undefined, null],
])('asIsrc: %o', (value, expected) => {
  expect(asIsrc(value)).toBe(expected);
});

it.each([
  ['0602445790098', '0602445790098'],
  ['6024-4579 0098', '602445790098'],
  ['00000000', '00000000'],
  ['1234567', null],
  ['123456789012345', null],
  ['none', null],
  [602445790098, null],
  [null, null],
])('asUpc: %o', (value, expected) => {
  expect(asUpc(value)).toBe(expected);
});

it.each([
  ['1973', '1973'],
  ['1973-05', '1973-05'],
  ['1973-05-01', '1973-05-01'],
  ['0000', null],
  ['0000-01-01', null],
  ['1973-05-01T00:00:00Z', null],
  ['73', null],
  [1973, null],
  [null, null],
])('asReleaseDate: %o', (value, expected) => {
  expect(asReleaseDate(value)).toBe(expected);
});

it.each([
  [
    'Songs by Moth &amp; Lamp, for &#x27;later&#39; &lt;3 &gt; &quot;x&apos;',
    `Songs by Moth & Lamp, for 'later' <3 > "x'`,
  ],
  ['once alone: &amp;lt;', 'once alone: &lt;'],
  ['&#x1F327; &#127783;', '\u{1F327} \u{1F327}'],
  ['R&B &nosuch; &#x110000; &#0; &#xD800; &#;', 'R&B &nosuch; &#x110000; &#0; &#xD800; &#;'],
  [null, ''],
])('asUnescaped: %o', (value, expected) => {
  expect(asUnescaped(value)).toBe(expected);
});

describe('asImage', () => {
  const image = (width: unknown) => ({ url: `https://i.example/${String(width)}`, width, height: width });

  it.each([
    ['the widest of up to 640', [image(64), image(640), image(300)], 'https://i.example/640'],
    ['none that is far wider', [image(3000), image(300)], 'https://i.example/300'],
    ['the narrowest when all are far wider', [image(3000), image(1500)], 'https://i.example/1500'],
    ['the first of those without a size', [image(null), { url: 'https://i.example/2' }], 'https://i.example/null'],
    ['one with a size before one without', [image(null), image(64)], 'https://i.example/64'],
    ['one without a size before one that is far wider', [image(3000), image(null)], 'https://i.example/null'],
    ['none for no address', [{ url: null, width: 640 }, { url: '/i.png', width: 64 }, { width: 1 }], null],
    ['what is there beside null', [null, image(64)], 'https://i.example/64'],
    ['none for an empty list', [], null],
    ['none for null, as empty playlists have', null, null],
  ])('takes %s', (_, value, expected) => {
    expect(asImage(value)).toBe(expected);
  });
});

const READERS = [
  asObject,
  asList,
  asObjects,
  asText,
  asCount,
  asMoment,
  asPage,
  asNames,
  asIsrc,
  asUpc,
  asReleaseDate,
  asUnescaped,
  asImage,
];

it('every reader takes any JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const read of READERS) read(value);
    }),
  );
});
