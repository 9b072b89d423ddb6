import { ProviderError } from '#listening';
import { UpstreamError } from '#upstream';

/**
 * Says in a provider's words why a call to its upstream failed. A `ProviderError` passes through.
 *
 * @param displayName the upstream's name for people
 */
export function asProviderError(error: unknown, displayName: string): ProviderError {
  if (error instanceof ProviderError) return error;
  if (!(error instanceof UpstreamError)) {
    return new ProviderError('upstream_error', {
      message: `Reading from ${displayName} failed for a reason that is not known.`,
      remedy: 'Try again; if it stays so, look into the log of this service and report it.',
      cause: error,
    });
  }
  const details = {
    message: error.message,
    cause: error,
    ...(error.retryAt === null ? {} : { retryAt: new Date(error.retryAt) }),
  };
  switch (error.kind) {
    case 'rate_limited':
    case 'blocked':
      return new ProviderError('upstream_rate_limited', {
        ...details,
        remedy: 'Wait: nothing is sent until then, and then reading goes on by itself.',
      });
    case 'timeout':
    case 'aborted':
      return new ProviderError('upstream_timeout', {
        ...details,
        remedy: `Try again in a moment; if it stays so, look whether ${displayName} has an outage.`,
      });
    case 'unreachable':
      return new ProviderError('upstream_error', {
        ...details,
        remedy: `Check the network, and the address of ${displayName} in the settings if it is not the usual one; reading goes on by itself.`,
      });
    case 'faulty':
    case 'circuit_open':
    case 'too_large':
      return new ProviderError('upstream_error', {
        ...details,
        remedy: `Reading goes on by itself when ${displayName} answers again; if it stays so, look at its address in the settings if that is not the usual one.`,
      });
  }
}
