import { expect, it } from 'vitest';
import { consentExpiresAt, dueConsentWarning } from './consent-expiry.js';

it.each([
  ['2026-01-15T10:20:30.000Z', 6, '2026-07-15T10:20:30.000Z'],
  ['2026-08-31T00:00:00.000Z', 6, '2027-02-28T00:00:00.000Z'],
  ['2027-08-31T23:59:59.999Z', 6, '2028-02-29T23:59:59.999Z'],
  ['2026-10-31T00:00:00.000Z', 1, '2026-11-30T00:00:00.000Z'],
  ['2026-07-20T00:00:00.000Z', 12, '2027-07-20T00:00:00.000Z'],
])('a consent of %s ends after %i months at %s', (consentedAt, months, end) => {
  expect(consentExpiresAt(new Date(consentedAt), months)?.toISOString()).toBe(end);
});

it('has no end when it lasts for ever, or when nobody knows its beginning', () => {
  expect(consentExpiresAt(new Date(), null)).toBe(null);
  expect(consentExpiresAt(null, 6)).toBe(null);
  expect(dueConsentWarning(null, 0)).toBe(null);
});

const DAY = 86_400_000;

it.each([
  [31 * DAY, null],
  [30 * DAY + 1, null],
  [30 * DAY, 30],
  [7 * DAY + 1, 30],
  [7 * DAY, 7],
  [DAY + 1, 7],
  [DAY, 1],
  [1, 1],
  [0, 0],
  [-DAY, 0],
])('%i ms before its end the warning is %s', (left, warning) => {
  expect(dueConsentWarning(new Date(1_000_000 * DAY + left), 1_000_000 * DAY)).toBe(warning);
});
