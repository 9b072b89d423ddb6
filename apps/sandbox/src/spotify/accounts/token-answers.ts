import type { Answer } from '../../faults/answer.js';
import { shuffled } from '../../listening/random.js';
import type { AppRegistry, SpotifyApp } from '../apps.js';
import type { SpotifySwitches } from '../switches.js';
import { authenticateClient } from './client-authentication.js';
import { codeLifeMs, type CodeStore } from './codes.js';
import type { GrantStore, RefreshTokenState } from './grants.js';
import { oauthAnswer, oauthError } from './oauth-reply.js';
import { challengeOf, fingerprint } from './secrets.js';

/** What the token endpoint works with. */
export interface TokenParts {
  seed: number;
  switches: SpotifySwitches;
  apps: AppRegistry;
  codes: CodeStore;
  grants: GrantStore;
  /** Epoch milliseconds. */
  now: () => number;
}

/** A request to the token endpoint. `form` is null when the body is no form. */
export interface TokenRequest {
  authorization: string | undefined;
  form: URLSearchParams | null;
}

/** An answer, and what it gave out. */
export interface TokenAnswer {
  answer: Answer;
  /** `issued`, or an error such as `invalid_grant: Refresh token revoked`. */
  outcome: string;
  issuedAccessToken: boolean;
  /** Null when the answer has none. */
  issuedRefreshToken: string | null;
}

/** Does what a token request asks. */
export function answerTokenRequest(request: TokenRequest, parts: TokenParts): TokenAnswer {
  const grantType = request.form?.get('grant_type') ?? '';
  if (request.form === null || grantType === '') {
    return refuse('unsupported_grant_type', 'grant_type parameter is missing');
  }
  const authenticated = authenticateClient(request.authorization, request.form, parts.apps);
  if ('refusal' in authenticated) return refuse(authenticated.refusal.error, authenticated.refusal.description);
  switch (grantType) {
    case 'authorization_code':
      return exchangeCode(request.form, authenticated.app, parts);
    case 'refresh_token':
      return refresh(request.form, authenticated.app, parts);
    case 'client_credentials':
      return forAppItself(authenticated.app, parts);
    default: {
      const known = 'client_credentials, authorization_code or refresh_token';
      return refuse('unsupported_grant_type', `grant_type must be ${known}`);
    }
  }
}

function refuse(error: string, description?: string): TokenAnswer {
  return {
    answer: oauthError({ error, ...(description === undefined ? {} : { description }) }),
    outcome: description === undefined ? error : `${error}: ${description}`,
    issuedAccessToken: false,
    issuedRefreshToken: null,
  };
}

function exchangeCode(
  form: URLSearchParams,
  app: SpotifyApp,
  { codes, grants, switches, now }: TokenParts,
): TokenAnswer {
  const record = codes.take(form.get('code') ?? '');
  if (record?.clientId !== app.clientId) return refuse('invalid_grant', 'Invalid authorization code');
  if (now() >= record.issuedMs + codeLifeMs) return refuse('invalid_grant', 'Authorization code expired');
  if (form.get('redirect_uri') !== record.redirectUri) {
    return refuse('invalid_grant', 'Invalid redirect URI');
  }
  const verifier = form.get('code_verifier');
  const challenge = verifier === null || !/^[\w.~-]{43,128}$/.test(verifier) ? null : challengeOf(verifier);
  const isProven = verifier === null ? record.challenge === null : challenge === record.challenge;
  if (!isProven) return refuse('invalid_grant', 'code_verifier was incorrect');
  // Without a secret PKCE is all that shows who exchanges the code.
  if (app.secret === null && record.challenge === null) return refuse('invalid_client');

  const { accessToken, refreshToken, grant } = grants.open({
    account: record.account,
    clientId: app.clientId,
    scopes: switches.grants === 'first' ? record.scopes.slice(0, 1) : record.scopes,
    consentedMs: record.issuedMs,
    revoked: false,
  });
  return issued(accessToken, refreshToken, { switches, scope: grant.scopes.join(' ') });
}

const deadTokens: Readonly<Record<Exclude<RefreshTokenState, 'alive'>, string>> = {
  unknown: 'Invalid refresh token',
  rotated: 'Refresh token revoked',
  revoked: 'Refresh token revoked',
  expired: 'Refresh token expired',
};

function refresh(form: URLSearchParams, app: SpotifyApp, { grants, switches, seed, now }: TokenParts): TokenAnswer {
  const token = form.get('refresh_token') ?? '';
  const { state, grant } = grants.look(fingerprint(token));
  const isOurs = grant?.clientId === app.clientId;
  const fresh = isOurs ? grants.refresh(token) : null;
  if (fresh === null) {
    const told = isOurs && state !== 'alive' ? deadTokens[state] : deadTokens.unknown;
    return refuse('invalid_grant', told);
  }
  const scope = switches.emptyScope ? '' : shuffled(fresh.grant.scopes, seed, 'scopes', now()).join(' ');
  return issued(fresh.accessToken, fresh.refreshToken, { switches, scope });
}

function forAppItself(app: SpotifyApp, { grants, switches }: TokenParts): TokenAnswer {
  if (app.secret === null) return refuse('invalid_client');
  return issued(grants.openForApp(app.clientId), undefined, { switches });
}

function issued(
  accessToken: string,
  refreshToken: string | undefined,
  { switches, scope }: { switches: SpotifySwitches; scope?: string },
): TokenAnswer {
  const answer = oauthAnswer(200, {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: switches.expiresIn,
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    ...(scope === undefined ? {} : { scope }),
  });
  return { answer, outcome: 'issued', issuedAccessToken: true, issuedRefreshToken: refreshToken ?? null };
}
