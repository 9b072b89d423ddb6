import { TokenError, VaultError } from '#accounts';
import { ProviderError } from '#listening';
import { UpstreamError } from '#upstream';
import { isDatabaseAway, isDatabaseFull } from '../problem/database-trouble.js';

/** What a provider's failure can come of as far as anybody has thought of it: its words say all. */
const FORESEEN = [ProviderError, TokenError, UpstreamError, VaultError] as const;

/**
 * A failure tells who reads it what is likely; behind one that nobody has thought of there is a mistake of ours.
 *
 * @returns the stack of that, for the log; null for all others
 */
export function unforeseen({ cause }: ProviderError): string | null {
  if (!(cause instanceof Error) || FORESEEN.some((kind) => cause instanceof kind)) return null;
  return isDatabaseAway(cause) || isDatabaseFull(cause) ? null : (cause.stack ?? cause.message);
}
