/**
 * Why a call gave no answer that anybody could use.
 *
 * - `timeout`: no whole answer in time.
 * - `aborted`: the caller gave up.
 * - `unreachable`: no connection, or it broke.
 * - `faulty`: an answer that is a fault of the upstream's, also after another try.
 * - `too_large`: the body was longer than the limit.
 * - `rate_limited`: this call was refused because there were too many.
 * - `blocked`: not sent, because an earlier refusal said until when to stay away.
 * - `circuit_open`: not sent, because the last calls all failed.
 */
export type UpstreamErrorKind =
  'timeout' | 'aborted' | 'unreachable' | 'faulty' | 'too_large' | 'rate_limited' | 'blocked' | 'circuit_open';

/** What more is known of a failure; absent is what nobody knows. */
export interface UpstreamErrorDetails {
  /** Another try makes no sense before this moment (milliseconds since 1970). */
  retryAt?: number;
  /** Since when nothing is sent, with `rate_limited` and `blocked` (milliseconds since 1970). */
  since?: number;
  /** A pause of one part of the upstream alone: the others may be well. */
  isOfPart?: boolean;
  /** After this one nothing is sent for a while, as with `circuit_open`. */
  isLast?: boolean;
  cause?: unknown;
}

/** A call to an upstream that failed for reasons that do not depend on what was asked. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly retryAt: number | null;
  readonly since: number | null;
  readonly isOfPart: boolean;
  readonly isLast: boolean;

  constructor(
    readonly kind: UpstreamErrorKind,
    message: string,
    details: UpstreamErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
    this.retryAt = details.retryAt ?? null;
    this.since = details.since ?? null;
    this.isOfPart = details.isOfPart ?? false;
    this.isLast = details.isLast ?? false;
  }

  /** The same, as the one after which nothing is sent for a while. */
  asLast(): UpstreamError {
    const { retryAt, since, isOfPart, cause } = this;
    const moments = { ...(retryAt === null ? {} : { retryAt }), ...(since === null ? {} : { since }) };
    return new UpstreamError(this.kind, this.message, { ...moments, isOfPart, isLast: true, cause });
  }
}
