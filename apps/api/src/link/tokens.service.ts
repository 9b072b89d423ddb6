import { Inject, Injectable } from '@nestjs/common';
import type { Accounts } from '#accounts';
import { ACCOUNTS } from '../accounts/index.js';
import { LinkableApps } from './linkable-apps.js';
import type { TokenDto } from './tokens.dto.js';

/** Hands access tokens to the owner's own programs. */
@Injectable()
export class TokensService {
  constructor(
    @Inject(ACCOUNTS) private readonly accounts: Accounts,
    private readonly apps: LinkableApps,
  ) {}

  /**
   * @param clientId absent: the app of the settings
   * @throws Problem, or ProviderError `insufficient_scope` that names what is missing and where to agree to it
   */
  async issue(scopes: readonly string[], clientId: string | undefined): Promise<TokenDto> {
    const { of, app } = await this.apps.find(clientId);
    const { id: provider, displayName } = of.provider;
    const owner = { provider, clientId: app.clientId };
    const issued = await this.accounts.credentials(owner, displayName).issue({ scopes });
    const detail = { clientId: app.clientId, grant: issued.grantId, asked: [...scopes], scopes: issued.scopes };
    // Written down before it goes out: a hand-out that nobody can look up later must not happen.
    await this.accounts.audit.append({ actor: 'owner', action: 'token.issued', subject: provider, detail });
    return {
      accessToken: issued.accessToken,
      tokenType: 'Bearer',
      expiresAt: issued.expiresAt.toISOString(),
      expiresIn: Math.max(0, Math.floor((issued.expiresAt.getTime() - Date.now()) / 1000)),
      scopes: issued.scopes,
      provider,
      clientId: app.clientId,
      account: issued.accountName,
    };
  }
}
