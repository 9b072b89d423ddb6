import type { PrismaClient } from '#database';
import { type GrantReason, type GrantRow, type GrantStatus, REFRESH_IS_DUE, tokenPlace } from './grant.js';
import { refreshAheadMs } from './refresh-ahead.js';
import type { TokenErrorKind } from './token-error.js';
import type { TokenVault } from './token-vault.js';

/** The right to exchange a grant's refresh token, for the time of a lease. */
export interface Claim {
  grant: Pick<GrantRow, 'id' | 'provider'>;
  /** Of the tokens that were there. */
  version: number;
  /** Grows with every claim. */
  fence: number;
  /** By the database's clock. */
  claimedAt: Date;
}

/** New tokens on their way into the database. */
export interface Landing extends Claim {
  accessToken: string;
  /** Seconds that the access token lives, from `claimedAt` at the earliest. */
  expiresIn: number;
  refreshToken: string;
  /** The one that was used, when another came; until that one has worked. */
  previousRefreshToken: string | null;
  /** Of the refresh token that was used. */
  usedHash: string;
}

/**
 * - `landed`: it is in the database.
 * - `superseded`: other tokens have come since, or the grant is gone; these are of no use.
 * - `busy`: another process is exchanging the old token just now; what comes of that decides.
 */
export type LandingResult = 'landed' | 'superseded' | 'busy';

/** What an exchange without tokens leaves behind. */
export interface Failure {
  /** Of the refresh token that was used. */
  usedHash: string;
  kind: TokenErrorKind;
  /** Null leaves it as it is. */
  status: { to: GrantStatus; reason: GrantReason } | null;
  /** For how long nothing is sent; null when something else keeps us. */
  cooldownMs: number | null;
  /** Whether the upstream may have acted all the same. */
  isAmbiguous: boolean;
}

/**
 * The marks that an exchange leaves in the database before and after it. Every change is one statement with its conditions
 * in it, by the database's clock; nothing is locked in between.
 */
export class RefreshAttempts {
  /** @param owner names this process @param random a number from 0 to 1 */
  constructor(
    private readonly prisma: PrismaClient,
    private readonly vault: TokenVault,
    private readonly owner: string,
    private readonly leaseMs: number,
    private readonly random: () => number,
  ) {}

  /**
   * Claims the grant as it was seen, and leaves evidence of the attempt.
   * @returns null when somebody else was quicker
   */
  async claim(seen: GrantRow, tokenHash: string): Promise<Claim | null> {
    const [claimed] = await this.prisma.$queryRaw<{ fence: number; claimedAt: Date }[]>`
      UPDATE account_grants
         SET lease_owner = ${this.owner}::uuid, lease_until = now() + ${this.leaseMs}::float8 * interval '1 ms',
             fence = fence + 1, in_doubt = in_doubt OR coalesce(attempt_state = 'sent', false),
             attempt_state = 'sent', attempt_hash = ${tokenHash}, attempt_at = now()
       WHERE id = ${seen.id}::uuid AND version = ${seen.version} AND fence = ${seen.fence}
         AND attempt_state IS NOT DISTINCT FROM ${seen.attemptState}::attempt_state
         AND status <> 'needs_consent'
         AND (lease_until IS NULL OR lease_until < now())
         AND (cooldown_until IS NULL OR cooldown_until <= now())
      RETURNING fence, attempt_at AS "claimedAt"`;
    if (claimed === undefined) return null;
    return { grant: { id: seen.id, provider: seen.provider }, version: seen.version, ...claimed };
  }

  /** Leaves evidence that another token is tried within the same claim. @returns whether the claim still holds */
  async noteOther({ grant, version, fence }: Claim, tokenHash: string): Promise<boolean> {
    const count = await this.prisma.$executeRaw`
      UPDATE account_grants SET attempt_hash = ${tokenHash}
       WHERE id = ${grant.id}::uuid AND version = ${version} AND fence = ${fence}`;
    return count === 1;
  }

  /**
   * Puts new tokens in the place of those that they were exchanged for. Whoever comes late with them still may, as long as
   * no others have come and nobody is at it: they could be the only living ones.
   */
  async land(landing: Landing): Promise<LandingResult> {
    const { grant, version, fence, claimedAt, expiresIn } = landing;
    const expiresAt = claimedAt.getTime() + expiresIn * 1000;
    const refreshAt = expiresAt - refreshAheadMs(expiresIn, this.random());
    const previous = landing.previousRefreshToken;
    const count = await this.prisma.$executeRaw`
      UPDATE account_grants
         SET access_token = ${this.vault.seal(landing.accessToken, tokenPlace(grant, 'access_token'))},
             access_expires_at = ${new Date(expiresAt)}::timestamptz, refresh_at = ${new Date(refreshAt)}::timestamptz,
             refresh_token = ${this.vault.seal(landing.refreshToken, tokenPlace(grant, 'refresh_token'))},
             previous_refresh_token =
               ${previous === null ? null : this.vault.seal(previous, tokenPlace(grant, 'previous_refresh_token'))},
             version = version + 1, lease_owner = NULL, lease_until = NULL,
             attempt_state = 'done', attempt_hash = ${landing.usedHash}, in_doubt = false,
             failures = 0, cooldown_until = NULL, cooldown_reason = NULL,
             status = 'ok', status_reason = NULL,
             status_since = CASE WHEN status = 'ok' THEN status_since ELSE now() END
       WHERE id = ${grant.id}::uuid AND version = ${version}
         AND (fence = ${fence} OR lease_until IS NULL OR lease_until < now())`;
    if (count === 1) return 'landed';
    const same = await this.prisma.accountGrant.count({ where: { id: grant.id, version } });
    return same === 1 ? 'busy' : 'superseded';
  }

  /**
   * Writes down how an exchange failed, and gives the lease back.
   * @returns false when it is no longer this claim's business: nothing has changed
   */
  async fail({ grant, version, fence }: Claim, failure: Failure): Promise<boolean> {
    const { usedHash, kind, status, cooldownMs, isAmbiguous } = failure;
    const to = status?.to ?? null;
    const count = await this.prisma.$executeRaw`
      UPDATE account_grants
         SET lease_owner = NULL, lease_until = NULL, attempt_state = 'failed',
             in_doubt = in_doubt OR ${isAmbiguous}, failures = failures + 1,
             cooldown_until = now() + ${cooldownMs}::float8 * interval '1 ms',
             cooldown_reason = CASE WHEN ${cooldownMs === null} THEN NULL ELSE ${kind} END,
             status_since = CASE WHEN coalesce(${to}::grant_status, status) = status THEN status_since ELSE now() END,
             status_reason = coalesce(${status?.reason ?? null}, status_reason),
             status = coalesce(${to}::grant_status, status)
       WHERE id = ${grant.id}::uuid AND version = ${version} AND fence = ${fence} AND attempt_hash = ${usedHash}`;
    return count === 1;
  }

  /** A grant that has nothing to refresh with, and whose access token is over. */
  async giveUp({ id, version }: GrantRow): Promise<void> {
    await this.prisma.$executeRaw`
      UPDATE account_grants SET status = 'needs_consent', status_reason = 'no_refresh_token', status_since = now()
       WHERE id = ${id}::uuid AND version = ${version} AND refresh_token IS NULL AND status <> 'needs_consent'`;
  }

  /** Grants whose turn it is, whether anybody asks or not. */
  async due(): Promise<string[]> {
    const rows = await this.prisma.$queryRawUnsafe<{ id: string }[]>(
      `SELECT id::text AS id FROM account_grants
        WHERE ${REFRESH_IS_DUE} AND status <> 'needs_consent' AND refresh_token IS NOT NULL
          AND (lease_until IS NULL OR lease_until < now())
          AND (cooldown_until IS NULL OR cooldown_until <= now())`,
    );
    return rows.map(({ id }) => id);
  }
}
