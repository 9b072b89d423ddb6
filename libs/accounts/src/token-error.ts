/**
 * Why a token endpoint gave no tokens.
 *
 * - `invalid_grant`: the code or the refresh token is not accepted (any more).
 * - `invalid_client`: the app is not accepted: its id or its secret is wrong.
 * - `refused`: another OAuth error; the same request would end the same.
 * - `rate_limited`: too many; not before `retryAt`.
 * - `transient`: no answer, or none that can be used. Whether the endpoint has acted is not known.
 */
export type TokenErrorKind = 'invalid_grant' | 'invalid_client' | 'refused' | 'rate_limited' | 'transient';

/** An exchange that gave no tokens. It holds no token, code, verifier or secret, whatever the endpoint has written. */
export class TokenError extends Error {
  override readonly name = 'TokenError';

  constructor(
    readonly kind: TokenErrorKind,
    message: string,
    /** The endpoint's `error_description`; null without one. */
    readonly description: string | null = null,
    /** Milliseconds since 1970; null when nobody knows. */
    readonly retryAt: number | null = null,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
