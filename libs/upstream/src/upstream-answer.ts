/** What an upstream sent, whatever it was: errors of upstreams come as JSON, plain text, HTML or nothing at all. */
export interface UpstreamAnswer {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  text: string;
  /** The parsed body; undefined when it is not JSON. */
  json: unknown;
}

/**
 * What an answer means.
 *
 * - `good`: use it.
 * - `transient`: a fault that is likely gone at the next try; an idempotent read is tried again.
 * - `rate_limited`: nothing is sent any more until `Retry-After`, or for a growing while without one.
 * - `refused`: another try would end the same; `error` is thrown as it is.
 */
export type Verdict =
  { kind: 'good' } | { kind: 'transient' | 'rate_limited'; reason: string } | { kind: 'refused'; error: Error };

/** What the HTTP status alone says, for answers that no body explains. 4xx answers are left to the caller: null. */
export function judgeByStatus({ status, json }: UpstreamAnswer): Verdict | null {
  if (status === 429) return { kind: 'rate_limited', reason: 'HTTP 429' };
  if (status >= 500 || status === 408) return { kind: 'transient', reason: `HTTP ${status}` };
  if (status >= 400) return null;
  // Redirects are not followed, and what such an answer carries is not what was asked for, even if it is JSON.
  if (status >= 300) return { kind: 'transient', reason: `HTTP ${status}, a redirect` };
  if (json === undefined) return { kind: 'transient', reason: `HTTP ${status} with a body that is not JSON` };
  return { kind: 'good' };
}

/** Escapes of what need not be text: NUL, and halves of characters, such as titles have that were cut off within an emoji. */
const MAYBE_NO_TEXT = /\\u(?:0000|d[89a-f])/i;
const NO_TEXT = /[\0\p{Surrogate}]/gu;

/**
 * Parses a body that claims nothing; undefined for what is not JSON. Texts in it can be kept and shown by whoever takes
 * Unicode, such as Postgres: what is no character is U+FFFD.
 */
export function parseJson(text: string): unknown {
  try {
    return MAYBE_NO_TEXT.test(text) ? JSON.parse(text, asText) : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function asText(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replace(NO_TEXT, '\uFFFD') : value;
}
