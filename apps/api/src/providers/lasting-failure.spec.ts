import { describe, expect, it } from 'vitest';
import { ProviderError, type ProviderErrorCode, type ProviderErrorDetails } from '#listening';
import { UpstreamError } from '#upstream';
import { isLasting } from './lasting-failure.js';

const now = Date.UTC(2026, 0, 1);
const since = new Date(now);

const failure = (code: ProviderErrorCode, more: Partial<ProviderErrorDetails> = {}) =>
  new ProviderError(code, { message: 'It failed.', remedy: 'Wait.', ...more });

describe('a failure lasts', () => {
  it.each([
    'owner_premium_required',
    'user_not_registered',
    'country_unavailable',
    'reauthorization_required',
    'database_unavailable',
  ] as const)('when somebody has to do something first: %s', (code) => {
    expect(isLasting(failure(code), since)).toBe(true);
  });

  it('when the pause is long as a whole, also near its end', () => {
    const paused = failure('upstream_rate_limited', { retryAt: new Date(now + 50_000) });
    expect(isLasting(paused, since)).toBe(false);
    expect(isLasting(paused, new Date(now - 19 * 60_000))).toBe(true);
  });

  it.each([
    ['upstream_timeout', 'timeout'],
    ['upstream_error', 'faulty'],
  ] as const)('when it has happened so often that nothing is sent for a while: %s', (code, kind) => {
    const cause = new UpstreamError(kind, 'It failed.');
    expect(isLasting(failure(code, { cause }), since)).toBe(false);
    expect(isLasting(failure(code, { cause: cause.asLast() }), since)).toBe(true);
  });

  it('when it is too late to wait for what will not come', () => {
    const known = failure('upstream_error', { cause: new UpstreamError('circuit_open', 'It is left alone.') });
    expect(isLasting(failure('upstream_timeout', { cause: known }), since)).toBe(true);
    expect(isLasting(failure('upstream_timeout', { cause: failure('upstream_error') }), since)).toBe(false);
  });

  it('when nothing is sent any more', () => {
    const cause = new UpstreamError('circuit_open', 'It is left alone.');
    expect(isLasting(failure('upstream_error', { cause }), since)).toBe(true);
  });
});

it('what the account withholds is no reason, whatever else is wrong', () => {
  expect(isLasting(failure('forbidden', { cause: new UpstreamError('circuit_open', 'Left alone.') }), since)).toBe(
    false,
  );
});
