import { integer, type Parameter } from './parameters.js';

/** Seconds, or a date as HTTP writes one; null (what is absent, unless said otherwise) sends no header. */
export function retryAfterParameter(absent: string | null = null): Parameter<string | null> {
  const seconds = integer({ min: 0, max: 1_000_000 });
  return {
    expects: 'seconds, or an HTTP date such as "Wed, 21 Oct 2026 07:28:00 GMT"',
    read: (value) => {
      const read = seconds.read(value);
      if (read !== undefined) return String(read);
      return typeof value === 'string' && !Number.isNaN(Date.parse(value)) && value.endsWith('GMT') ? value : undefined;
    },
    absent: { value: absent },
  };
}

/** The header for a value of `retryAfterParameter`. */
export function retryAfterHeaders(retryAfter: string | null): Record<string, string> {
  return retryAfter === null ? {} : { 'retry-after': retryAfter };
}
