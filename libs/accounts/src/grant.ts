import type { TokenErrorKind } from './token-error.js';
import type { Place } from './token-vault.js';

/**
 * - `ok`: nothing is known against it.
 * - `suspect`: the upstream has refused the refresh token once, and is asked again later.
 * - `needs_consent`: the owner has to agree again.
 */
export type GrantStatus = 'ok' | 'suspect' | 'needs_consent';

/**
 * Why a grant is not `ok`.
 *
 * - `expired`: the upstream says that the refresh token has lived its time.
 * - `revoked`: the refresh token was refused, for whatever else.
 * - `in_doubt`: it was refused after an exchange whose answer was lost; a new one may have been in it.
 * - `no_refresh_token`: there never was one, and the access token is over.
 */
export type GrantReason = 'expired' | 'revoked' | 'in_doubt' | 'no_refresh_token';

/** A row of account_grants as it is read back; tokens are sealed. */
export interface GrantRow {
  id: string;
  provider: string;
  clientId: string;
  accountId: string;
  accountName: string;
  /** Sorted, with spaces between. */
  scopes: string;
  accessToken: string;
  accessExpiresAt: Date;
  refreshToken: string | null;
  previousRefreshToken: string | null;
  consentedAt: Date | null;
  status: GrantStatus;
  statusReason: GrantReason | null;
  version: number;
  fence: number;
  /** `sent` without a lease: whoever sent it is gone. */
  attemptState: 'sent' | 'done' | 'failed' | null;
  attemptHash: string | null;
  inDoubt: boolean;
  failures: number;
  cooldownUntil: Date | null;
  /** What the last exchange failed with, while that keeps us from the next one. */
  cooldownReason: TokenErrorKind | null;
  /** By the database's clock, with some seconds to travel. */
  isAccessValid: boolean;
  isLeased: boolean;
  isCoolingDown: boolean;
  /** Whether it is time to refresh, also when nobody asks for a token. */
  isRefreshDue: boolean;
}

/** A token that is about to expire would be over on arrival. */
const TRAVEL = '10 s';

/** SQL: it is time, or a suspicion or an attempt that ended with its process waits to be cleared up. */
export const REFRESH_IS_DUE = `coalesce(refresh_at <= now() OR status = 'suspect' OR attempt_state = 'sent', false)`;

/** What to select for a `GrantRow`. Moments are compared by the database's clock alone: those of processes differ. */
export const GRANT_COLUMNS = `
  id::text AS id, provider, client_id AS "clientId", account_id AS "accountId", account_name AS "accountName", scopes,
  access_token AS "accessToken", access_expires_at AS "accessExpiresAt", refresh_token AS "refreshToken",
  previous_refresh_token AS "previousRefreshToken", consented_at AS "consentedAt", status::text AS status,
  status_reason AS "statusReason", version, fence,
  attempt_state::text AS "attemptState", attempt_hash AS "attemptHash", in_doubt AS "inDoubt",
  failures, cooldown_until AS "cooldownUntil", cooldown_reason AS "cooldownReason",
  ${REFRESH_IS_DUE} AS "isRefreshDue",
  access_expires_at > now() + interval '${TRAVEL}' AS "isAccessValid",
  coalesce(lease_until > now(), false) AS "isLeased", coalesce(cooldown_until > now(), false) AS "isCoolingDown"`;

/** Where a grant's token is sealed for. */
export function tokenPlace(
  grant: { id: string; provider: string },
  column: 'access_token' | 'refresh_token' | 'previous_refresh_token',
): Place {
  return { table: 'account_grants', row: grant.id, column, provider: grant.provider };
}
