import { randomUUID } from 'node:crypto';
import type { PrismaClient } from '#database';
import type { LinkedAccount } from '#listening';
import { consentExpiresAt } from './consent-expiry.js';
import { GRANT_COLUMNS, type GrantReason, type GrantRow, type GrantStatus, tokenPlace } from './grant.js';
import { refreshAheadMs } from './refresh-ahead.js';
import { missingScopes, scopeKey, scopesOf } from './scopes.js';
import type { Tokens } from './token-endpoint.js';
import type { TokenVault } from './token-vault.js';

/** What an account has agreed to, for people to look at: no tokens. */
export interface Link {
  id: string;
  provider: string;
  clientId: string;
  account: LinkedAccount;
  /** Sorted. */
  scopes: string[];
  /** Null when nobody knows. */
  consentedAt: Date | null;
  status: GrantStatus;
  /** Null while `ok`. */
  reason: GrantReason | null;
}

/** A consent that was just given. */
export interface NewConsent {
  provider: string;
  clientId: string;
  account: LinkedAccount;
  /** What was granted, which may differ from what was asked for. */
  scopes: readonly string[];
  tokens: Tokens;
  /** Absent: now, by the database's clock. Null: nobody knows. */
  consentedAt?: Date | null;
}

/** Whose grants are meant. */
export interface GrantOwner {
  provider: string;
  clientId: string;
  /** Absent: of any account. */
  accountId?: string | undefined;
}

/** What accounts have agreed to: one grant for each provider, app, account and set of scopes. */
export class Links {
  /** @param random a number from 0 to 1 */
  constructor(
    private readonly prisma: PrismaClient,
    private readonly vault: TokenVault,
    private readonly random: () => number,
  ) {}

  /**
   * Keeps a new consent. It replaces the grant of the same account, app and scopes, whatever state that was in, and stands
   * beside those of other scopes. A refresh that is under way for the old one changes nothing any more.
   *
   * @returns the grant's id
   */
  async save(consent: NewConsent): Promise<string> {
    const { provider, clientId, account } = consent;
    const key = { provider, clientId, accountId: account.id, scopes: scopeKey(consent.scopes) };
    // A row that is deleted between the two statements is made again.
    for (;;) {
      const made = randomUUID();
      if ((await this.insert(made, key, consent)) === 1) return made;
      const known = await this.prisma.accountGrant.findUnique({
        where: { provider_clientId_accountId_scopes: key },
        select: { id: true },
      });
      if (known && (await this.replace(known.id, consent)) === 1) return known.id;
    }
  }

  /** All, or a provider's; the last consent first. */
  async list(provider?: string): Promise<Link[]> {
    const rows = await this.prisma.accountGrant.findMany({
      where: provider === undefined ? {} : { provider },
      orderBy: [{ consentedAt: { sort: 'desc', nulls: 'last' } }, { id: 'asc' }],
    });
    return rows.map((row) => ({
      id: row.id,
      provider: row.provider,
      clientId: row.clientId,
      account: { id: row.accountId, name: row.accountName },
      scopes: scopesOf(row.scopes),
      consentedAt: row.consentedAt,
      status: row.status,
      reason: reasonIn(row.statusReason),
    }));
  }

  /** The rows of one app, with sealed tokens. */
  async rows({ provider, clientId, accountId }: GrantOwner): Promise<GrantRow[]> {
    return this.prisma.$queryRawUnsafe<GrantRow[]>(
      `SELECT ${GRANT_COLUMNS} FROM account_grants
        WHERE provider = $1 AND client_id = $2 AND ($3::text IS NULL OR account_id = $3)
        ORDER BY consented_at DESC NULLS LAST, id`,
      provider,
      clientId,
      accountId ?? null,
    );
  }

  /** One row, with sealed tokens; null when it is gone. */
  async row(id: string): Promise<GrantRow | null> {
    const [row] = await this.prisma.$queryRawUnsafe<GrantRow[]>(
      `SELECT ${GRANT_COLUMNS} FROM account_grants WHERE id = $1::uuid`,
      id,
    );
    return row ?? null;
  }

  /**
   * Forgets grants with their tokens, at the owner's word; nothing else ever deletes one.
   * @returns how many there were
   */
  async forget(which: { id: string } | { provider: string; clientId?: string }): Promise<number> {
    const { count } = await this.prisma.accountGrant.deleteMany({ where: which });
    return count;
  }

  /**
   * Notes that the owner was warned so many days before the end of a consent.
   * @returns false when somebody has warned of this, or of less time, already
   */
  async noteWarning(id: string, days: number): Promise<boolean> {
    const noted = await this.prisma.$executeRaw`
      UPDATE account_grants SET consent_warned = ${days}
       WHERE id = ${id}::uuid AND (consent_warned IS NULL OR consent_warned > ${days})`;
    return noted === 1;
  }

  /** Notes that the upstream has refused the access token of this row, whatever time it had left: nobody is given it any more. */
  async expireAccess({ id, accessToken }: Pick<GrantRow, 'id' | 'accessToken'>): Promise<void> {
    await this.prisma.$executeRaw`
      UPDATE account_grants SET access_expires_at = now()
       WHERE id = ${id}::uuid AND access_token = ${accessToken} AND access_expires_at > now()`;
  }

  private insert(
    id: string,
    key: { provider: string; clientId: string; accountId: string; scopes: string },
    consent: NewConsent,
  ) {
    const { accessToken, refreshToken } = this.seal(id, consent);
    return this.prisma.$executeRaw`
      INSERT INTO account_grants (id, provider, client_id, account_id, account_name, scopes, access_token,
        access_expires_at, refresh_at, refresh_token, consented_at)
      VALUES (${id}::uuid, ${key.provider}, ${key.clientId}, ${key.accountId}, ${consent.account.name}, ${key.scopes},
        ${accessToken}, now() + ${consent.tokens.expiresIn}::float8 * interval '1 s',
        now() + ${this.refreshInMs(consent)}::float8 * interval '1 ms', ${refreshToken},
        CASE WHEN ${consent.consentedAt === undefined} THEN now() ELSE ${consent.consentedAt ?? null}::timestamptz END)
      ON CONFLICT (provider, client_id, account_id, scopes) DO NOTHING`;
  }

  /** An answer without a refresh token leaves the one that is there. */
  private replace(id: string, consent: NewConsent) {
    const { accessToken, refreshToken } = this.seal(id, consent);
    return this.prisma.$executeRaw`
      UPDATE account_grants SET account_name = ${consent.account.name}, access_token = ${accessToken},
        access_expires_at = now() + ${consent.tokens.expiresIn}::float8 * interval '1 s',
        refresh_at = now() + ${this.refreshInMs(consent)}::float8 * interval '1 ms',
        refresh_token = coalesce(${refreshToken}, refresh_token), previous_refresh_token = NULL,
        consent_warned = NULL, consented_at =
          CASE WHEN ${consent.consentedAt === undefined} THEN now() ELSE ${consent.consentedAt ?? null}::timestamptz END,
        status = 'ok', status_reason = NULL, status_since = CASE WHEN status = 'ok' THEN status_since ELSE now() END,
        version = version + 1, fence = fence + 1, lease_owner = NULL, lease_until = NULL,
        attempt_state = NULL, attempt_hash = NULL, attempt_at = NULL, in_doubt = false, failures = 0,
        cooldown_until = NULL, cooldown_reason = NULL
       WHERE id = ${id}::uuid`;
  }

  private seal(id: string, { provider, tokens }: NewConsent): { accessToken: string; refreshToken: string | null } {
    const grant = { id, provider };
    return {
      accessToken: this.vault.seal(tokens.accessToken, tokenPlace(grant, 'access_token')),
      refreshToken:
        tokens.refreshToken === null ? null : this.vault.seal(tokens.refreshToken, tokenPlace(grant, 'refresh_token')),
    };
  }

  private refreshInMs({ tokens }: NewConsent): number {
    return tokens.expiresIn * 1000 - refreshAheadMs(tokens.expiresIn, this.random());
  }
}

const HEALTH: Readonly<Record<GrantStatus, number>> = { ok: 0, suspect: 1, needs_consent: 2 };

/**
 * Of the grants that cover the scopes a healthy one before others, and of those the narrowest; the order of the rows
 * decides between equals.
 *
 * @returns null when none covers them all
 */
export function narrowestCover<Row extends Pick<GrantRow, 'scopes' | 'status'>>(
  rows: readonly Row[],
  scopes: readonly string[],
): Row | null {
  const covers = rows.filter((row) => missingScopes(scopes, scopesOf(row.scopes)).length === 0);
  const [best] = covers.sort(
    (a, b) => HEALTH[a.status] - HEALTH[b.status] || scopesOf(a.scopes).length - scopesOf(b.scopes).length,
  );
  return best ?? null;
}

/**
 * The good links of the same app and account that allow all that this one does and more.
 *
 * @param links all there are, with or without this one
 */
export function coverOf(link: Link, links: readonly Link[]): Link[] {
  return links.filter(
    (other) =>
      other.id !== link.id &&
      other.status === 'ok' &&
      other.provider === link.provider &&
      other.clientId === link.clientId &&
      other.account.id === link.account.id &&
      missingScopes(link.scopes, other.scopes).length === 0,
  );
}

/**
 * Those whose end takes something away: what the others allow, another good one allows for longer.
 *
 * @param months how long a consent lasts; null for ever
 */
export function neededLinks(links: readonly Link[], months: number | null): Link[] {
  const endOf = (link: Link): number => consentExpiresAt(link.consentedAt, months)?.getTime() ?? 0;
  return links.filter((link) => coverOf(link, links).every((other) => endOf(other) < endOf(link)));
}

const REASONS: readonly GrantReason[] = ['expired', 'revoked', 'in_doubt', 'no_refresh_token'];

function reasonIn(text: string | null): GrantReason | null {
  return REASONS.find((reason) => reason === text) ?? null;
}
