import type { GrantReason, GrantRow } from './grant.js';
import type { Failure } from './refresh-attempts.js';
import type { TokenError } from './token-error.js';

const SUSPECT_RECHECK_MS = 10 * 60_000;
const REFUSED_MS = 10 * 60_000;
const FIRST_COOLDOWN_MS = 5_000;
const LONGEST_COOLDOWN_MS = 10 * 60_000;
const SHORTEST_COOLDOWN_MS = 1_000;

/** The words are the only thing that tells the two apart; without any it counts as withdrawn. */
const EXPIRED = /\bexpired\b/i;

/**
 * What follows for a grant from an exchange that gave no tokens.
 *
 * @param seen the grant as it was before the exchange
 * @param now milliseconds since 1970
 * @param random a number from 0 to 1
 */
export function consequenceOf(
  error: Pick<TokenError, 'kind' | 'description' | 'retryAt'>,
  seen: Pick<GrantRow, 'attemptState' | 'inDoubt' | 'status' | 'failures'>,
  now: number,
  random: number,
): Omit<Failure, 'usedHash' | 'kind'> {
  const none = { status: null, cooldownMs: null, isAmbiguous: false };
  switch (error.kind) {
    case 'transient': {
      const wait = Math.min(FIRST_COOLDOWN_MS * 2 ** Math.min(seen.failures, 20), LONGEST_COOLDOWN_MS);
      return { ...none, cooldownMs: wait * (0.5 + random / 2), isAmbiguous: true };
    }
    case 'rate_limited':
      return { ...none, cooldownMs: Math.max(SHORTEST_COOLDOWN_MS, (error.retryAt ?? now) - now) };
    case 'refused':
      return { ...none, cooldownMs: REFUSED_MS };
    case 'invalid_client':
      // Says nothing about the grant; the app is stopped instead.
      return none;
    case 'invalid_grant': {
      const hasCrashed = seen.attemptState === 'sent';
      const refused: GrantReason = EXPIRED.test(error.description ?? '') ? 'expired' : 'revoked';
      const reason: GrantReason = hasCrashed || seen.inDoubt ? 'in_doubt' : refused;
      if (hasCrashed || seen.status === 'suspect') return { ...none, status: { to: 'needs_consent', reason } };
      // Upstreams have refused living tokens for hours and taken them again: one refusal proves nothing.
      return { ...none, status: { to: 'suspect', reason }, cooldownMs: SUSPECT_RECHECK_MS };
    }
  }
}
