import { Inject, Injectable, Logger } from '@nestjs/common';
import {
  type Accounts,
  type Link,
  type TakenConsent,
  TokenError,
  type Tokens,
  coverOf,
  missingScopes,
} from '#accounts';
import type { ConsentParts, LinkedAccount } from '#listening';
import { ACCOUNTS, TokenEndpoints } from '../accounts/index.js';
import { Problem } from '../problem/problem.js';
import { faultOfRedirect } from '../providers/redirect-uri.js';
import { RunningProviders } from '../providers/running-providers.js';
import { exchangeFault, refusedState } from './link-faults.js';
import { type LinkableApp, LinkableApps } from './linkable-apps.js';
import { ConsentDenied, consentAddress, consentOutcome } from './passport-consent.js';

/** What somebody wants to link. */
export interface LinkRequest {
  /** Absent: the app of the settings. */
  clientId: string | undefined;
  /** Absent: what the reads need, and what was agreed to before. */
  scopes: readonly string[] | undefined;
  /** Ask again although there is a good link. */
  force: boolean;
  /** What only the one who begins holds. */
  binder: string;
}

/** A good link is there, or a consent is begun. */
export type BegunLink =
  | { begun: false; link: Link; displayName: string }
  | { begun: true; authUrl: string; redirectUri: string; displayName: string };

/** What came back. */
export interface ConsentAnswer {
  state: string | undefined;
  code: string | undefined;
  error: string | undefined;
}

/** A link that was just made. */
export interface FinishedLink {
  provider: string;
  displayName: string;
  clientId: string;
  account: LinkedAccount;
  scopes: string[];
  /** Asked for and not granted. */
  missingScopes: string[];
  /** The account that was linked before, and is not any more; null when there was none, or the same. */
  replaced: string | null;
}

/** A consent on its way to become a link. */
interface Consent extends LinkableApp {
  redirectUri: string;
}

/** Links accounts, and forgets them. */
@Injectable()
export class LinkService {
  private readonly logger = new Logger('Link');

  constructor(
    @Inject(ACCOUNTS) private readonly accounts: Accounts,
    private readonly endpoints: TokenEndpoints,
    private readonly providers: RunningProviders,
    private readonly apps: LinkableApps,
  ) {}

  /** @throws Problem */
  async begin({ clientId, scopes: asked, force, binder }: LinkRequest): Promise<BegunLink> {
    const { of, app } = await this.apps.find(clientId);
    const { displayName, id } = of.provider;
    const links = (await this.accounts.links.list(id)).filter((one) => one.clientId === app.clientId);
    // Once more what was agreed to before: whoever is told to agree again loses nothing by it.
    const scopes = asked ?? [...new Set([of.linking.scopes, ...links.map((one) => one.scopes)].flat())];
    const link = force ? undefined : this.goodLink(id, links, asked);
    if (link) return { begun: false, link, displayName };
    const redirectUri = this.providers.redirectUri(of.provider);
    const fault = faultOfRedirect(redirectUri, displayName);
    if (fault) throw fault;
    const strategy = of.linking.strategy({
      ...this.parts({ of, app, redirectUri }),
      begin: (codeVerifier) =>
        this.accounts.states.begin({ provider: id, clientId: app.clientId, redirectUri, scopes, binder, codeVerifier }),
    });
    const authUrl = await consentAddress(strategy, { scope: scopes, showDialog: force });
    return { begun: true, authUrl, redirectUri, displayName };
  }

  /** @throws Problem, or ProviderError when the upstream does not say whose account it is */
  async finish({ state, code, error }: ConsentAnswer, binder: string): Promise<FinishedLink> {
    if (state === undefined) {
      throw new Problem(
        'invalid_request',
        'state is missing: it comes back with the code.',
        'Hand in the whole address that the upstream sent the browser to, or begin again at /auth.',
      );
    }
    // Before anything else, whatever came back: a stranger's link must not even show an error of the upstream.
    const taken = await this.accounts.states.take(state, binder);
    if (taken.refused !== null) throw refusedState(taken.refused);
    const { of, app } = await this.apps.find(taken.clientId);
    const { redirectUri } = taken;
    const given: { tokens?: Tokens; account?: LinkedAccount } = {};
    const parts = this.parts({ of, app, redirectUri });
    const strategy = of.linking.strategy({
      ...parts,
      codeVerifier: () => Promise.resolve(taken.codeVerifier),
      exchange: async (request) => {
        given.tokens = await this.endpoints.endpoint(of, app).exchangeCode(request);
        return given.tokens.accessToken;
      },
      identify: async (accessToken) => (given.account = await parts.identify(accessToken)),
    });
    try {
      const answer = { state, ...(code === undefined ? {} : { code }), ...(error === undefined ? {} : { error }) };
      await consentOutcome(strategy, answer);
      const { tokens, account } = given;
      if (!tokens || !account) throw new Error('A consent ended well, and nobody knows whose it is.');
      return await this.keep({ of, app, redirectUri }, taken, account, tokens);
    } catch (fault) {
      const { displayName } = of.provider;
      if (fault instanceof TokenError) throw exchangeFault(fault, { displayName, app, redirectUri });
      if (!(fault instanceof ConsentDenied)) throw fault;
      throw new Problem(
        'forbidden',
        `Access was not granted on ${displayName}'s page.`,
        'Nothing was changed. To link the account after all, begin again at /auth and agree.',
      );
    }
  }

  /**
   * Forgets what was agreed to, with its tokens.
   *
   * @param clientId absent: of every app
   * @returns how many grants there were
   */
  async forget(clientId?: string): Promise<number> {
    let forgotten = 0;
    for (const { provider } of this.endpoints.all) {
      const which = { provider: provider.id, ...(clientId === undefined ? {} : { clientId }) };
      const count = await this.accounts.links.forget(which);
      if (count === 0) continue;
      forgotten += count;
      await this.tell(provider.id, 'account.unlinked', { clientId: clientId ?? null, grants: count });
    }
    return forgotten;
  }

  /**
   * @param links of the app
   * @param asked exactly these, when somebody asks for some; otherwise all that the reads need, while nothing else is over
   */
  private goodLink(provider: string, links: readonly Link[], asked: readonly string[] | undefined): Link | undefined {
    const needed = asked ?? this.providers.get(provider)?.linking?.scopes ?? [];
    if (asked === undefined && links.some((link) => link.status !== 'ok' && coverOf(link, links).length === 0)) {
      return undefined;
    }
    return links.find(
      (link) =>
        link.status === 'ok' &&
        missingScopes(needed, link.scopes).length === 0 &&
        (asked === undefined || missingScopes(link.scopes, asked).length === 0),
    );
  }

  /** What both halves of a consent have in common; what only one of them does is refused to the other. */
  private parts({ of, app, redirectUri }: Consent): ConsentParts {
    const notNow = (): Promise<never> =>
      Promise.reject(new Problem('invalid_request', 'code is missing.', 'Begin again at /auth.'));
    return {
      app,
      redirectUri,
      begin: notNow,
      codeVerifier: notNow,
      exchange: notNow,
      identify: (accessToken) => {
        const running = this.providers.get(of.provider.id);
        if (!running) throw new Error(`${of.provider.id} can be linked and does not run.`);
        return of.linking.identify(running.upstream, accessToken);
      },
    };
  }

  private async keep(
    { of: { provider, linking }, app }: Consent,
    { scopes: asked }: TakenConsent,
    found: LinkedAccount,
    tokens: Tokens,
  ): Promise<FinishedLink> {
    const { links } = this.accounts;
    const account = await this.known(provider.id, found);
    const scopes = tokens.scopes ?? asked;
    const kept = await links.save({ provider: provider.id, clientId: app.clientId, account, scopes, tokens });
    // One account for an app at a time: with two, a read could be of either. Of two that agree at once the later one stays.
    const all = (await links.list(provider.id)).filter((link) => link.clientId === app.clientId);
    const own = all.findIndex(({ id }) => id === kept);
    const others = all.filter((link, index) => link.account.id !== account.id && index > own);
    for (const { id } of others) await links.forget({ id });
    const replaced = others[0]?.account.name ?? null;
    await this.tell(provider.id, 'account.linked', { clientId: app.clientId, account: account.id, scopes, replaced });
    this.logger.log(
      `${provider.displayName} is linked${linking.app?.clientId === app.clientId ? '' : ' by an added app'}.`,
    );
    return {
      provider: provider.id,
      displayName: provider.displayName,
      clientId: app.clientId,
      account,
      scopes,
      missingScopes: missingScopes(asked, scopes),
      replaced,
    };
  }

  /** The account by the id that its links have, and its backups: an upstream may have come to call it by another one. */
  private async known(provider: string, { id, formerIds = [], name }: LinkedAccount): Promise<LinkedAccount> {
    const linked = (await this.accounts.links.list(provider)).map(({ account }) => account.id);
    return { id: [id, ...formerIds].find((one) => linked.includes(one)) ?? id, name };
  }

  private async tell(
    provider: string,
    action: string,
    detail: Readonly<Record<string, string | number | null | readonly string[]>>,
  ): Promise<void> {
    try {
      await this.accounts.audit.append({ actor: 'owner', action, subject: provider, detail });
    } finally {
      // The link has changed whether or not that could be written down: nobody may be told of the one before.
      await this.providers.linksChanged(provider);
    }
  }
}
