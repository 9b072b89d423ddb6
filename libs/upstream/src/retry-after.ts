/** The last moment that every part of the house can write down: the end of the year 9999, in milliseconds since 1970. */
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * Reads a `Retry-After` header (RFC 9110 10.2.3): seconds, or an HTTP date in one of its three forms.
 *
 * @param value the header; absent, empty or unreadable values are common
 * @param now milliseconds since 1970
 * @returns the moment in milliseconds since 1970, never before `now`, and never after the end of the year 9999: a longer
 *   wait is as good as for ever; null when the header says nothing readable
 */
export function parseRetryAfter(value: string | undefined, now: number): number | null {
  const text = value?.trim() ?? '';
  const at = /^\d+(\.\d+)?$/.test(text) ? now + Number(text) * 1000 : parseHttpDate(text);
  return Number.isNaN(at) ? null : Math.max(now, Math.min(at, LATEST_MS));
}

/** `Date.parse` alone would take "-5" for a year, "May 5" for a day, and the form without a zone for local time. */
function parseHttpDate(text: string): number {
  if (!/^[A-Z][a-z]{2,8},? [-\w ]+ \d{2}:\d{2}:\d{2}( \d{4})?( GMT)?$/.test(text)) return Number.NaN;
  return Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
}
