import { describe, expect, it } from 'vitest';
import { type UpstreamAnswer, judgeByStatus, parseJson } from './upstream-answer.js';

function received(status: number, text: string): UpstreamAnswer {
  return { status, headers: {}, text, json: parseJson(text) };
}

describe('judgeByStatus', () => {
  it.each([
    [200, '{"a":1}', 'good'],
    [200, '[]', 'good'],
    [200, 'null', 'good'],
    [200, '', 'transient'],
    [200, '<html></html>', 'transient'],
    [200, '{"a":', 'transient'],
    [204, '', 'transient'],
    [301, '{"message":"moved"}', 'transient'],
    [302, '<html></html>', 'transient'],
    [408, '{}', 'transient'],
    [429, '', 'rate_limited'],
    [429, '{"error":{"status":429}}', 'rate_limited'],
    [500, '{}', 'transient'],
    [502, '<html></html>', 'transient'],
    [503, '', 'transient'],
    [504, 'upstream request timeout', 'transient'],
  ])('%d with %o is %s', (status, text, kind) => {
    expect(judgeByStatus(received(status, text))?.kind).toBe(kind);
  });

  it.each([400, 401, 403, 404, 410, 422])('leaves %d to the caller', (status) => {
    expect(judgeByStatus(received(status, '{}'))).toBeNull();
    expect(judgeByStatus(received(status, 'plain text'))).toBeNull();
  });
});

describe('parseJson', () => {
  it.each([
    ['{"a":[1,"2",null]}', { a: [1, '2', null] }],
    ['"text"', 'text'],
    ['null', null],
    ['', undefined],
    ['{"a":', undefined],
    ['<?xml version="1.0"?>', undefined],
    // What no database takes as text, and what looks like it.
    [String.raw`{"a":["cut \ud83c","\uDF0A off","a\u0000b"]}`, { a: ['cut \uFFFD', '\uFFFD off', 'a\uFFFDb'] }],
    // Hexadecimal digits come in either case.
    [String.raw`{"a":"cut \uD83C"}`, { a: 'cut \uFFFD' }],
    [String.raw`"\ud83c\udf0a \\u0000 \\ud83c"`, String.raw`🌊 \u0000 \ud83c`],
  ])('%o', (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });
});
