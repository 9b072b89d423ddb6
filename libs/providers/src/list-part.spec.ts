import { expect, it } from 'vitest';
import { ProviderError } from '#listening';
import { offsetOf, partAfter } from './list-part.js';

it.each([
  [null, 0],
  ['0', 0],
  ['50', 50],
  ['1150', 1150],
])('%o is a part of a list in parts of 50', (at, offset) => {
  expect(offsetOf(at, 50)).toBe(offset);
});

it.each(['', '1', '49', '-50', '50.0', '5e1', ' 50', '0x32', '9999999950', 'x'])('%o is none', (at) => {
  expect(() => offsetOf(at, 50)).toThrow(ProviderError);
});

it.each([
  [0, 50, 120, '50'],
  [0, 0, 120, '50'],
  [100, 20, 120, null],
  [50, 50, 100, null],
  [0, 0, 0, null],
  [0, 50, null, '50'],
  [50, 3, null, null],
])('after the part at %d with %d of %o entries comes %o', (offset, entries, total, next) => {
  expect(partAfter(offset, 50, entries, total)).toBe(next);
});
