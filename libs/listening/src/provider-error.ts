/**
 * Everything that can be wrong with an answer of a provider. Closed: a provider throws nothing else, and every code has
 * one HTTP status and one place in the documentation.
 *
 * - `not_supported`: the upstream has no such thing, now or ever.
 * - `provider_not_configured`: a key, a name or another setting is missing or refused; the operator must change it.
 * - `provider_not_linked`: no account has agreed yet.
 * - `reauthorization_required`: an account had agreed, and that is over.
 * - `insufficient_scope`: the account agreed to less than this read needs.
 * - `owner_premium_required`: the upstream refuses the whole app until its owner pays again.
 * - `user_not_registered`: the upstream does not let this listener use this app.
 * - `country_unavailable`: the upstream serves nobody in the country that this service calls from.
 * - `forbidden`: a choice of the account's own keeps what was asked for closed.
 * - `upstream_rate_limited`: the upstream has told us to stay away for a while.
 * - `upstream_timeout`: no whole answer in time.
 * - `upstream_error`: an answer that is a fault, or that nobody can read.
 * - `database_unavailable`: what a read needs cannot be had from our own database; the upstream was not asked.
 */
export const PROVIDER_ERROR_CODES = [
  'not_supported',
  'provider_not_configured',
  'provider_not_linked',
  'reauthorization_required',
  'insufficient_scope',
  'owner_premium_required',
  'user_not_registered',
  'country_unavailable',
  'forbidden',
  'upstream_rate_limited',
  'upstream_timeout',
  'upstream_error',
  'database_unavailable',
] as const;
export type ProviderErrorCode = (typeof PROVIDER_ERROR_CODES)[number];

export interface ProviderErrorDetails {
  /** What happened, in one sentence for a person. Never carries a key or a token. */
  message: string;
  /** What the reader can do about it, in one sentence. */
  remedy: string;
  /** Not before this moment does another try make sense; absent when nobody knows. */
  retryAt?: Date;
  /** With `upstream_rate_limited`: what is allowed for many hours is used up, not just too much at once. */
  isQuotaSpent?: boolean;
  /** With `upstream_error`: the upstream has understood what was asked, and refuses it; it will once more. */
  isFinal?: boolean;
  /** What caused it, for the log. */
  cause?: unknown;
}

/** The only error that a provider throws. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly remedy: string;
  readonly retryAt: Date | null;
  readonly isQuotaSpent: boolean;
  readonly isFinal: boolean;

  constructor(
    readonly code: ProviderErrorCode,
    details: ProviderErrorDetails,
  ) {
    super(details.message, { cause: details.cause });
    this.remedy = details.remedy;
    this.retryAt = details.retryAt ?? null;
    this.isQuotaSpent = details.isQuotaSpent ?? false;
    this.isFinal = details.isFinal ?? false;
  }
}
