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
  /** Ids that the upstream knew it by before there was this one: who is linked by one of them is the same, and keeps it. */
  formerIds?: readonly string[];
  /** For people. */
  name: string;
}

/**
 * What a strategy is given for one consent: it keeps nothing and calls nobody by itself. Each function rejects with a typed
 * error, and the strategy hands that very error on.
 */
export interface ConsentParts {
  app: OAuthApp;
  /** Absolute; goes to the upstream letter by letter as it stands here. */
  redirectUri: string;
  /**
   * Keeps the PKCE verifier of a consent that begins. Every request without a code begins one, also one that was meant to
   * be an answer: where a consent is finished, this rejects.
   *
   * @returns the state that goes along
   */
  begin: (codeVerifier: string) => Promise<string>;
  /** The PKCE verifier of the state that has come back; "" when none has. */
  codeVerifier: (state: string) => Promise<string>;
  /** Turns the code into tokens. @returns the access token */
  exchange: (given: { code: string; redirectUri: string; codeVerifier: string }) => Promise<string>;
  /** Asks whose token it is. */
  identify: (accessToken: string) => Promise<LinkedAccount>;
}

/**
 * A strategy of Passport (passport-strategy): `authenticate` ends in one of the functions that Passport puts on it. They
 * belong to one request, so a strategy serves one.
 *
 * - `redirect`: a consent begins at this address.
 * - `success`: the `LinkedAccount` has agreed.
 * - `fail`: it was asked and said no.
 * - `error`: what the parts rejected with, or a `ProviderError` when the upstream could not ask.
 */
export interface ConsentStrategy {
  /**
   * @param request what came back in `query` or else in `body`: `code`, `state` and `error`; without a code or an error a
   *   consent begins
   * @param options for one that begins: `scope`, the names of what is asked for; `showDialog`, true to ask again who has
   *   agreed before
   */
  authenticate(request: object, options?: object): void;
}

/** How accounts of a provider are linked: OAuth 2.0 authorization code with PKCE (RFC 6749, RFC 7636). */
export interface Linking<Settings, Upstream> {
  /** Sends a person to where they agree, and takes the answer. */
  strategy: (settings: Settings, parts: ConsentParts) => ConsentStrategy;
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
