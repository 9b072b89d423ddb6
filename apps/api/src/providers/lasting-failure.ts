import type { ProviderError } from '#listening';
import { type ProviderErrorCode } from '#listening';
import { UpstreamError } from '#upstream';

/** Shorter pauses are bridged by what is in memory. A pause counts whole, also when it is nearly over. */
const LONG_PAUSE_MS = 60_000;

/** Nothing that another read finds otherwise: somebody has to do something first. */
const LASTING: ReadonlySet<ProviderErrorCode> = new Set([
  'owner_premium_required',
  'user_not_registered',
  'reauthorization_required',
  'provider_not_linked',
  'provider_not_configured',
  'database_unavailable',
]);

/** What happens to one read alone, and comes to much only when all of them fail so. */
const SINGLE: ReadonlySet<ProviderErrorCode> = new Set(['upstream_timeout', 'upstream_error']);

/** In which state a read has failed. */
export interface Circumstances {
  /** Since when it is as it is. */
  since: Date;
  /** The upstream fails whatever it is asked. */
  isDown: boolean;
}

/**
 * Whether another provider is to answer instead: the upstream will not for a while. A single failure is no reason, what is
 * in memory serves better then; nor is what the account withholds on purpose.
 */
export function isLasting(error: ProviderError, { since, isDown }: Circumstances): boolean {
  if (LASTING.has(error.code)) return true;
  if (SINGLE.has(error.code)) return isDown || isCircuitOpen(error.cause);
  const pauseMs = (error.retryAt?.getTime() ?? 0) - since.getTime();
  return error.code === 'upstream_rate_limited' && (error.isQuotaSpent || pauseMs > LONG_PAUSE_MS);
}

function isCircuitOpen(cause: unknown): boolean {
  return cause instanceof UpstreamError && cause.kind === 'circuit_open';
}
