import { describe, expect, it } from 'vitest';
import { ProviderError } from '#listening';
import { UpstreamError, type UpstreamErrorKind } from '#upstream';
import { asProviderError } from './provider-fault.js';

describe('a fault of the upstream', () => {
  it.each([
    ['timeout', 'upstream_timeout'],
    ['aborted', 'upstream_timeout'],
    ['rate_limited', 'upstream_rate_limited'],
    ['blocked', 'upstream_rate_limited'],
    ['unreachable', 'upstream_error'],
    ['faulty', 'upstream_error'],
    ['too_large', 'upstream_error'],
    ['circuit_open', 'upstream_error'],
  ] as const satisfies readonly (readonly [UpstreamErrorKind, string])[])('%s becomes %s', (kind, code) => {
    const cause = new UpstreamError(kind, 'Example is away.', { retryAt: Date.UTC(2026, 9, 21) });
    const error = asProviderError(cause, 'Example');
    expect(error).toMatchObject({ code, message: 'Example is away.', retryAt: new Date(Date.UTC(2026, 9, 21)), cause });
    expect(error.remedy).toMatch(/\w+ \w+/);
  });

  it('that does not say until when has no such moment', () => {
    expect(asProviderError(new UpstreamError('faulty', 'x'), 'Example').retryAt).toBeNull();
  });
});

it('an error that already is in our words stays the same', () => {
  const error = new ProviderError('forbidden', { message: 'Hidden.', remedy: 'Show it.' });
  expect(asProviderError(error, 'Example')).toBe(error);
});

it.each([new TypeError('x is not a function'), 'a text', undefined])('%o is a fault that nobody knows', (thrown) => {
  const error = asProviderError(thrown, 'Example');
  expect(error).toMatchObject({ code: 'upstream_error', cause: thrown });
  expect(error.message).toContain('Example');
});
