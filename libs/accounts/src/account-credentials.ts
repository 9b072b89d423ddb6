import { type Credentials, ProviderError } from '#listening';
import { type GrantRow, tokenPlace } from './grant.js';
import { type GrantOwner, type Links, narrowestCover } from './links.js';
import { notLinked, otherLinked, tokensOutOfReach, tokensUnreadable } from './refresh-error.js';
import { missingScopes, scopesOf } from './scopes.js';
import type { TokenRefresher } from './token-refresher.js';
import type { TokenVault } from './token-vault.js';
import { VaultError } from './vault-error.js';

export interface AccountCredentialsOptions {
  owner: GrantOwner;
  /** The upstream's name for people. */
  displayName: string;
  links: Links;
  refresher: TokenRefresher;
  vault: TokenVault;
}

/** A token, and the grant it is of. */
export interface IssuedToken {
  accessToken: string;
  grantId: string;
  /** What the token is allowed, sorted. */
  scopes: string[];
  expiresAt: Date;
  /** Whose it is, for people. */
  accountName: string;
}

/** Access tokens of one app's grants: of the narrowest that covers what is needed, and never of another app's. */
export class AccountCredentials implements Credentials {
  constructor(private readonly options: AccountCredentialsOptions) {}

  /** @throws ProviderError; its cause is what was thrown, be that the database's or a mistake of ours */
  async accessToken(need: { scopes: readonly string[]; rejected?: string }): Promise<string> {
    try {
      return (await this.issue(need)).accessToken;
    } catch (error) {
      if (error instanceof ProviderError) throw error;
      throw tokensOutOfReach(this.options.displayName, error);
    }
  }

  /** The same, with what it is of. @throws ProviderError, or what the database throws */
  async issue({ scopes, rejected }: { scopes: readonly string[]; rejected?: string }): Promise<IssuedToken> {
    const { owner, displayName, links, refresher, vault } = this.options;
    try {
      const rows = await links.rows(owner);
      if (rows.length === 0) throw await this.withoutGrant();
      const row = narrowestCover(rows, scopes);
      if (row === null) throw tooNarrow(displayName, owner.clientId, scopes, rows);
      if (row.isAccessValid && row.status !== 'needs_consent') {
        const current = vault.open(row.accessToken, tokenPlace(row, 'access_token'));
        if (current !== rejected) return issuedOf(row, current);
      }
      const accessToken = await refresher.accessToken(row.id, rejected);
      return issuedOf((await links.row(row.id)) ?? row, accessToken);
    } catch (error) {
      if (error instanceof VaultError) throw tokensUnreadable(displayName, error);
      throw error;
    }
  }

  private async withoutGrant(): Promise<ProviderError> {
    const { owner, displayName, links } = this.options;
    const { accountId, ...ofAny } = owner;
    const isOtherLinked = accountId !== undefined && (await links.rows(ofAny)).length > 0;
    return isOtherLinked ? otherLinked(displayName) : notLinked(displayName);
  }
}

function issuedOf({ id, scopes, accessExpiresAt, accountName }: GrantRow, accessToken: string): IssuedToken {
  return { accessToken, grantId: id, scopes: scopesOf(scopes), expiresAt: accessExpiresAt, accountName };
}

/** Names what lacks in the grant that lacks least. */
function tooNarrow(
  displayName: string,
  clientId: string,
  needed: readonly string[],
  rows: readonly { scopes: string }[],
): ProviderError {
  const [missing = []] = rows
    .map((row) => missingScopes(needed, scopesOf(row.scopes)))
    .sort((a, b) => a.length - b.length);
  const names = missing.join(' ');
  return new ProviderError('insufficient_scope', {
    message: `The linked ${displayName} account has not agreed to: ${names}.`,
    remedy: `Agree to it at /auth?client_id=${encodeURIComponent(clientId)}&scope=${encodeURIComponent(needed.join(' '))}.`,
  });
}
