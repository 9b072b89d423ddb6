import type { ProviderError } from '#listening';
import { type ProviderErrorCode } from '#listening';
import { UpstreamError } from '#upstream';

/** Shorter pauses are bridged by what is in memory. A pause counts whole, also when it is nearly over. */
const LONG_PAUSE_MS = 60_000;

/** Nothing that passes by itself soon: a person has to do something first. */
const LASTING: ReadonlySet<ProviderErrorCode> = new Set([
  'owner_premium_required',
  'user_not_registered',
  'reauthorization_required',
  'provider_not_linked',
  'provider_not_configured',
]);

/**
 * Whether another provider is to answer instead: the upstream will not for a while. A single failure is no reason, what is
 * in memory serves better then; nor is what the account withholds on purpose.
 *
 * @param since since when it is as it is
 */
export function isLasting(error: ProviderError, since: Date): boolean {
  if (LASTING.has(error.code)) return true;
  if (error.cause instanceof UpstreamError && error.cause.kind === 'circuit_open') return true;
  const pauseMs = (error.retryAt?.getTime() ?? 0) - since.getTime();
  return error.code === 'upstream_rate_limited' && (error.isQuotaSpent || pauseMs > LONG_PAUSE_MS);
}
