import { ProviderError, type ProviderErrorCode } from '#listening';
import { UpstreamError } from '#upstream';

/** Shorter pauses are bridged by what is in memory. A pause counts whole, also when it is nearly over. */
const LONG_PAUSE_MS = 60_000;

/** Nothing that another read finds otherwise: somebody has to do something first. */
const LASTING: ReadonlySet<ProviderErrorCode> = new Set([
  'owner_premium_required',
  'user_not_registered',
  'country_unavailable',
  'reauthorization_required',
  'provider_not_linked',
  'provider_not_configured',
  'database_unavailable',
]);

/** What happens to one read alone, and comes to much only when it happens again and again. */
const SINGLE: ReadonlySet<ProviderErrorCode> = new Set(['upstream_timeout', 'upstream_error']);

/**
 * Whether another provider is to answer instead: the upstream will not for a while. A single failure is no reason, what is
 * in memory serves better then; nor is what the account withholds on purpose.
 *
 * @param since since when it is as it is
 */
export function isLasting(error: ProviderError, since: Date): boolean {
  if (LASTING.has(error.code)) return true;
  // Who has not waited to the end is told what the one before has come to.
  if (error.cause instanceof ProviderError) return isLasting(error.cause, since);
  if (SINGLE.has(error.code)) return error.cause instanceof UpstreamError && isSentNoMore(error.cause);
  const pauseMs = (error.retryAt?.getTime() ?? 0) - since.getTime();
  return error.code === 'upstream_rate_limited' && (error.isQuotaSpent || pauseMs > LONG_PAUSE_MS);
}

/** Whether a failure may be of what was asked alone: other reads of the same provider are to be judged by themselves. */
export function isOfReadAlone({ code, cause }: ProviderError): boolean {
  return SINGLE.has(code) || (cause instanceof UpstreamError && cause.isOfPart);
}

function isSentNoMore({ kind, isLast }: UpstreamError): boolean {
  return kind === 'circuit_open' || isLast;
}
