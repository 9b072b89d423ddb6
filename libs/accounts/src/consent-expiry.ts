const DAY_MS = 86_400_000;

/** Days before the end of a consent at which the owner is told; 0 when it is over. */
export type ConsentWarning = 30 | 7 | 1 | 0;

const WARNINGS: readonly ConsentWarning[] = [0, 1, 7, 30];

/**
 * When a consent ends: so many calendar months later (UTC), on the last day of a month that is too short.
 *
 * @param consentedAt null when nobody knows
 * @param months null when consents last for ever
 * @returns null when it does not end or nobody knows
 */
export function consentExpiresAt(consentedAt: Date | null, months: number | null): Date | null {
  if (consentedAt === null || months === null) return null;
  const end = new Date(consentedAt);
  end.setUTCMonth(end.getUTCMonth() + months);
  // A day that the month does not have has run over into the next one.
  if (end.getUTCDate() !== consentedAt.getUTCDate()) end.setUTCDate(0);
  return end;
}

/**
 * The warning that is due.
 *
 * @param now milliseconds since 1970
 * @returns null when the end is further away than all warnings, or unknown
 */
export function dueConsentWarning(expiresAt: Date | null, now: number): ConsentWarning | null {
  if (expiresAt === null) return null;
  const left = expiresAt.getTime() - now;
  return WARNINGS.find((days) => left <= days * DAY_MS) ?? null;
}
