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

/** A call to an upstream that failed for reasons that do not depend on what was asked. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';

  constructor(
    readonly kind: UpstreamErrorKind,
    message: string,
    /** Another try makes no sense before this moment (milliseconds since 1970); null when nobody knows. */
    readonly retryAt: number | null = null,
    cause?: unknown,
    /** Since when nothing is sent, with `rate_limited` and `blocked` (milliseconds since 1970); null otherwise. */
    readonly since: number | null = null,
    /** A pause of one part of the upstream alone: the others may be well. */
    readonly isOfPart = false,
    /** After this one nothing is sent for a while, as with `circuit_open`. */
    readonly isLast = false,
  ) {
    super(message, { cause });
  }

  /** The same, as the one after which nothing is sent for a while. */
  asLast(): UpstreamError {
    return new UpstreamError(this.kind, this.message, this.retryAt, this.cause, this.since, this.isOfPart, true);
  }
}
