import { describe, expect, it } from 'vitest';
import { encodeJson, isKnown } from './json-answer.js';

const { etag } = encodeJson({ title: 'Salt' });

it('the tag is a strong one, of these bytes and no others', () => {
  expect(etag).toMatch(/^"[\w-]{22}"$/);
  expect(encodeJson({ title: 'Salt' })).toEqual({ body: Buffer.from('{"title":"Salt"}'), etag });
  expect(encodeJson({ title: 'Tide' }).etag).not.toBe(etag);
});

describe('If-None-Match', () => {
  it.each([etag, `W/${etag}`, `"x", ${etag}`, `${etag},"x"`, `"x" , W/${etag} , W/"y"`, '*', ' * '])(
    'names it: %s',
    (header) => {
      expect(isKnown(header, etag)).toBe(true);
    },
  );

  it.each([
    undefined,
    '',
    '"x"',
    'W/"x"',
    '"*"',
    'W/*',
    '*, "x"',
    etag.slice(1, -1),
    etag.toUpperCase(),
    `w/${etag}`,
    `W/W/${etag}`,
    `"x${etag}`,
  ])('names another one: %s', (header) => {
    expect(isKnown(header, etag)).toBe(false);
  });
});
