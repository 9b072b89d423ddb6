// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- builds that begin elsewhere find the types by it
/// <reference path="./passport-spotify.d.ts" />
import { type Done, type PkceStore, Strategy } from 'passport-spotify';
import { type ConsentParts, type ConsentStrategy, type LinkedAccount, ProviderError } from '#listening';
import { asObject } from '../wire.js';
import { asText } from './spotify.wire.js';

/**
 * Takes a person to Spotify's consent page and reads the answer. The package works out the address, PKCE and the order of
 * things; its calls are replaced, because they have no time limit, share headers, and end the process over a body that is
 * not JSON.
 *
 * @see https://developer.spotify.com/documentation/web-api/tutorials/code-pkce-flow
 */
export class SpotifyStrategy extends Strategy<LinkedAccount> implements ConsentStrategy {
  private readonly identify: ConsentParts['identify'];

  constructor(authorizationURL: string, tokenURL: string, parts: ConsentParts) {
    const { app, redirectUri, exchange, identify } = parts;
    // The secret stays with whoever exchanges the code.
    const addresses = { authorizationURL, tokenURL, clientID: app.clientId, callbackURL: redirectUri };
    super({ ...addresses, pkce: 'S256', store: storeOf(parts) }, (_accessToken, _refreshToken, account, done) => {
      done(null, account);
    });
    this.identify = identify;
    this._oauth2.getOAuthAccessToken = (code, parameters, done) => {
      const { redirect_uri: redirectUri, code_verifier: codeVerifier } = parameters;
      settle(exchange({ code, redirectUri, codeVerifier }), done);
    };
  }

  override authenticate(request: object, options?: object): void {
    const error = textIn(request, 'error');
    if (error === 'access_denied') {
      this.fail({ message: 'Spotify was told not to give access.' });
    } else if (error !== '') {
      this.error(notAsked(error));
    } else {
      const query = { code: textIn(request, 'code'), state: textIn(request, 'state') };
      super.authenticate({ query }, options);
    }
  }

  protected override userProfile(accessToken: string, done: Done<LinkedAccount>): void {
    settle(this.identify(accessToken), done);
  }

  /** What the exchange rejects with is typed already. */
  protected override _createOAuthError(_message: string, error: unknown): unknown {
    return error;
  }
}

function storeOf({ begin, codeVerifier }: ConsentParts): PkceStore {
  return {
    store(_request, verifier, _given, _meta, done) {
      settle(begin(verifier), done);
    },
    verify(_request, state, _meta, done) {
      settle(codeVerifier(state ?? ''), done);
    },
  };
}

/** What `done` throws ends there as well: nobody else would catch it, and the process would end. */
function settle<Value>(work: Promise<Value>, done: Done<Value>): void {
  work
    .then((value) => {
      done(null, value);
    })
    .catch(done);
}

/** A parameter of the answer, from the address or else from the body; "" when it is not there, or not once. */
function textIn(request: object, name: string): string {
  const query = asObject('query' in request ? request.query : null);
  const body = asObject('body' in request ? request.body : null);
  return asText(query?.[name]) || asText(body?.[name]);
}

/** @param error a code of RFC 6749 4.1.2.1, if nobody has tampered with the address */
function notAsked(error: string): ProviderError {
  const code = /^[a-z_]{1,40}$/.test(error) ? `: ${error}` : '';
  return new ProviderError('upstream_error', {
    message: `Spotify could not ask for access${code}.`,
    remedy: 'Begin again at /auth; if that does not help, compare the app in the dashboard with the settings.',
  });
}
