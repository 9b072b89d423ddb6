import { ProviderError } from './provider-error.js';

/** Gives access tokens of the account that is linked. A provider asks for one before each call and keeps none. */
export interface Credentials {
  /**
   * @param need.scopes what the call needs; the token may be allowed more, never less
   * @param need.rejected a token that the upstream has just refused as expired or unknown: never this one again
   * @throws ProviderError `provider_not_linked`, `reauthorization_required`, `insufficient_scope`, or an upstream's code
   *   when the token had to be refreshed and that failed
   */
  accessToken(need: { scopes: readonly string[]; rejected?: string }): Promise<string>;
}

/** An app that is registered with an upstream. */
export interface OAuthApp {
  clientId: string;
  /** Null for a public app, which proves itself by PKCE alone. */
  clientSecret: string | null;
}

/** Who has agreed. */
export interface LinkedAccount {
  /** Never changes, at this upstream. */
  id: string;
  /** For people. */
  name: string;
}

/** How accounts of a provider are linked: OAuth 2.0 authorization code with PKCE (RFC 6749, RFC 7636). */
export interface Linking<Settings, Upstream> {
  /** Where a person agrees. */
  authorizeUrl: (settings: Settings) => string;
  /** Where codes and refresh tokens become access tokens. */
  tokenUrl: (settings: Settings) => string;
  /** The app that the settings name; null when they name none. */
  app: (settings: Settings) => OAuthApp | null;
  /** Where the upstream sends the browser back to; null for BASE_URL/callback. */
  redirectUri: (settings: Settings) => string | null;
  /** What is asked for unless the owner asks for something else. */
  scopes: (settings: Settings) => readonly string[];
  /** How many months an agreement lasts, however often it is used; null for ever. */
  consentMonths: number | null;
  /** Asks the upstream whose token this is. @throws ProviderError */
  identify: (upstream: Upstream, accessToken: string) => Promise<LinkedAccount>;
}

/** For providers that do not link: whoever asks gets `provider_not_linked`. */
export const NO_CREDENTIALS: Credentials = {
  accessToken: () =>
    Promise.reject(
      new ProviderError('provider_not_linked', {
        message: 'No account is linked.',
        remedy: 'Link an account at /auth.',
      }),
    ),
};
