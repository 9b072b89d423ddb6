import { expect, it } from 'vitest';
import { normalIsrc } from './isrc.js';

it.each([
  ['USUM71703861', 'USUM71703861'],
  ['us-um7-17-03861', 'USUM71703861'],
  [' gb aye 00 00001 ', 'GBAYE0000001'],
  ['QZ5AB2512345', 'QZ5AB2512345'],
  ['', null],
  ['  ', null],
  [null, null],
  ['USUM7170386', null],
  ['USUM717038611', null],
  ['1SUM71703861', null],
  ['USUM7170386O', null],
  ['ÜSUM71703861', null],
])('%o is %o', (text, isrc) => {
  expect(normalIsrc(text)).toBe(isrc);
});
