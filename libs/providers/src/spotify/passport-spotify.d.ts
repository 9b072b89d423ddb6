/**
 * What is used of passport-spotify 2.0.0 and of passport-oauth2 1.8.0 below it.
 * @see https://github.com/jmperez/passport-spotify
 * @see https://github.com/jaredhanson/passport-oauth2
 */
declare module 'passport-spotify' {
  /** An error, or null and the value. */
  type Done<Value> = (error: unknown, value?: Value) => void;

  /** Is told from stores without PKCE by how many parameters its functions have. */
  interface PkceStore {
    /** @param done gets the state */
    store(request: object, codeVerifier: string, given: unknown, meta: object, done: Done<string>): void;
    /** @param done gets the PKCE verifier */
    verify(request: object, state: string | undefined, meta: object, done: Done<string>): void;
  }

  interface StrategyOptions {
    authorizationURL: string;
    tokenURL: string;
    clientID: string;
    callbackURL: string;
    pkce: 'S256';
    store: PkceStore;
  }

  interface TokenParameters {
    redirect_uri: string;
    code_verifier: string;
  }

  class Strategy<Profile> {
    protected readonly _oauth2: {
      /** @param done gets the access token */
      getOAuthAccessToken: (code: string, parameters: TokenParameters, done: Done<string>) => void;
    };

    /** Of the three forms of `verify` the one with four parameters. @param done gets the user */
    constructor(
      options: StrategyOptions,
      verify: (accessToken: string, refreshToken: unknown, profile: Profile, done: Done<Profile>) => void,
    );

    authenticate(request: object, options?: object): void;
    protected userProfile(accessToken: string, done: Done<Profile>): void;
    /** Makes what `error` gets from what getOAuthAccessToken was done with. */
    protected _createOAuthError(message: string, error: unknown): unknown;

    /** Put on it by Passport, for one request. */
    protected error(error: unknown): void;
    /** Put on it by Passport, for one request. */
    protected fail(challenge: { message: string }): void;
  }
}
