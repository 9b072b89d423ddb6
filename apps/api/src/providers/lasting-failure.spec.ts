import { describe, expect, it } from 'vitest';
import { ProviderError, type ProviderErrorCode, type ProviderErrorDetails } from '#listening';
import { UpstreamError } from '#upstream';
import { isLasting } from './lasting-failure.js';

const now = Date.UTC(2026, 0, 1);
const well = { since: new Date(now), isDown: false };

const failure = (code: ProviderErrorCode, more: Partial<ProviderErrorDetails> = {}) =>
  new ProviderError(code, { message: 'It failed.', remedy: 'Wait.', ...more });

describe('a failure lasts', () => {
  it.each([
    'owner_premium_required',
    'user_not_registered',
    'reauthorization_required',
    'database_unavailable',
  ] as const)('when somebody has to do something first: %s', (code) => {
    expect(isLasting(failure(code), well)).toBe(true);
  });

  it('when the pause is long as a whole, also near its end', () => {
    const paused = failure('upstream_rate_limited', { retryAt: new Date(now + 50_000) });
    expect(isLasting(paused, well)).toBe(false);
    expect(isLasting(paused, { ...well, since: new Date(now - 19 * 60_000) })).toBe(true);
  });

  it.each(['upstream_timeout', 'upstream_error'] as const)('when everything fails: %s', (code) => {
    expect(isLasting(failure(code), well)).toBe(false);
    expect(isLasting(failure(code), { ...well, isDown: true })).toBe(true);
  });

  it('when nothing is sent any more', () => {
    const cause = new UpstreamError('circuit_open', 'It is left alone.');
    expect(isLasting(failure('upstream_error', { cause }), well)).toBe(true);
  });
});

it('what the account withholds is no reason, whatever else is wrong', () => {
  expect(isLasting(failure('forbidden'), { ...well, isDown: true })).toBe(false);
});
