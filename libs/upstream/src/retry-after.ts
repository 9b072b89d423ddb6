/**
 * Reads a `Retry-After` header (RFC 9110 10.2.3): whole seconds, or an HTTP date.
 *
 * @param value the header; absent, empty or unreadable values are common
 * @param now milliseconds since 1970
 * @returns the moment in milliseconds since 1970, never before `now`; null when the header says nothing readable
 */
export function parseRetryAfter(value: string | undefined, now: number): number | null {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) {
    const at = now + Number(text) * 1000;
    // A Date ends there; a longer wait is as good as for ever.
    return Math.min(at, MAX_DATE_MS);
  }
  // An HTTP date names its day first. Date.parse alone would take "-5" for a year.
  if (!/^[A-Za-z]{3,9},? /.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(at, now);
}

const MAX_DATE_MS = 8.64e15;
