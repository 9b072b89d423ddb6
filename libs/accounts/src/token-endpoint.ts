import type { OAuthApp } from '#listening';
import {
  type UpstreamAnswer,
  type UpstreamClient,
  UpstreamError,
  type UpstreamLimits,
  type Verdict,
  judgeByStatus,
} from '#upstream';
import { scopesOf } from './scopes.js';
import { TokenError } from './token-error.js';

/** For the upstream client of a token endpoint. Much shorter than a lease: whoever waits longer has lost it. */
export const TOKEN_ENDPOINT_LIMITS: Pick<UpstreamLimits, 'attemptMs' | 'maxBytes'> = {
  attemptMs: 10_000,
  maxBytes: 100_000,
};

/** For an answer that does not say (RFC 6749 5.1 only recommends it). */
const DEFAULT_LIFE_S = 3_600;
const LONGEST_LIFE_S = 366 * 86_400;
const LONGEST_DESCRIPTION = 200;

/** What an endpoint has given. */
export interface Tokens {
  accessToken: string;
  /** Seconds that the access token lives. */
  expiresIn: number;
  /** Null: none came, and the one that was used goes on. */
  refreshToken: string | null;
  /** What was granted, sorted; null when the answer does not say. */
  scopes: string[] | null;
}

/** Where an app exchanges codes and refresh tokens (RFC 6749 4.1.3 and 6, RFC 7636). Every request is sent once. */
export class TokenEndpoint {
  /** @param upstream a client whose base URL is the endpoint, with `TOKEN_ENDPOINT_LIMITS` */
  constructor(
    private readonly upstream: UpstreamClient,
    readonly app: OAuthApp,
  ) {}

  /** @param redirectUri letter by letter the one that the code was asked for with @throws TokenError */
  exchangeCode(given: { code: string; redirectUri: string; codeVerifier: string }): Promise<Tokens> {
    const { code, redirectUri, codeVerifier } = given;
    return this.exchange(
      { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: codeVerifier },
      [code, codeVerifier],
    );
  }

  /** @throws TokenError */
  refresh(refreshToken: string): Promise<Tokens> {
    return this.exchange({ grant_type: 'refresh_token', refresh_token: refreshToken }, [refreshToken]);
  }

  private async exchange(form: Readonly<Record<string, string>>, secrets: readonly string[]): Promise<Tokens> {
    const { clientId, clientSecret } = this.app;
    // A public app names itself in the body; with a secret, the header does both.
    const identified = clientSecret === null ? { ...form, client_id: clientId } : form;
    const proof = clientSecret === null ? [] : [clientSecret, basic(clientId, clientSecret)];
    const headers = clientSecret === null ? {} : { Authorization: `Basic ${basic(clientId, clientSecret)}` };
    try {
      const answer = await this.upstream.submit({ form: identified, headers }, (received) =>
        judge(received, [...secrets, ...proof]),
      );
      return tokensIn(answer);
    } catch (error) {
      if (error instanceof UpstreamError) throw asTokenError(error);
      throw error;
    }
  }
}

/** RFC 6749 2.3.1: both are form-encoded before they are joined. */
function basic(clientId: string, clientSecret: string): string {
  return Buffer.from([clientId, clientSecret].map(formEncoded).join(':')).toString('base64');
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

function judge(answer: UpstreamAnswer, secrets: readonly string[]): Verdict {
  if (answer.status < 400) {
    const verdict = judgeByStatus(answer);
    if (verdict?.kind !== 'good') return verdict ?? { kind: 'transient', reason: `HTTP ${answer.status}` };
    return textAt(answer.json, 'access_token') === null
      ? { kind: 'transient', reason: `HTTP ${answer.status} without an access token` }
      : verdict;
  }
  // The body first: some say 401 or 403, and a proxy in between may have made anything of it.
  const error = textAt(answer.json, 'error');
  if (error === null || answer.status >= 500 || answer.status === 429) {
    return judgeByStatus(answer) ?? { kind: 'transient', reason: `HTTP ${answer.status} that is no OAuth error` };
  }
  return { kind: 'refused', error: oauthError(error, textAt(answer.json, 'error_description'), secrets) };
}

function oauthError(error: string, said: string | null, secrets: readonly string[]): TokenError {
  const kind = error === 'invalid_grant' || error === 'invalid_client' ? error : 'refused';
  const description = said === null ? null : harmless(said, secrets);
  const code = harmless(error, secrets);
  return new TokenError(
    kind,
    description === null ? `Refused: ${code}.` : `Refused: ${code} (${description}).`,
    description,
  );
}

/** Nobody stops an endpoint from repeating what it was sent. */
function harmless(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret), formEncoded(secret)]);
  const without = forms.reduce((left, secret) => left.replaceAll(secret, '[…]'), text);
  // Cut first: what is left of a sign that the cut goes through is none.
  return without.slice(0, LONGEST_DESCRIPTION).replaceAll(/[\p{Cc}\p{Surrogate}]+/gu, ' ');
}

function tokensIn({ json, status }: UpstreamAnswer): Tokens {
  const accessToken = textAt(json, 'access_token');
  if (accessToken === null) throw new TokenError('transient', `HTTP ${status} without an access token.`);
  const scope = textAt(json, 'scope', true);
  return {
    accessToken,
    expiresIn: lifeIn(json),
    refreshToken: textAt(json, 'refresh_token'),
    scopes: scope === null ? null : scopesOf(scope),
  };
}

function lifeIn(json: unknown): number {
  const said = valueAt(json, 'expires_in');
  const seconds = typeof said === 'string' && said !== '' ? Number(said) : said;
  if (typeof seconds !== 'number' || !(seconds > 0)) return DEFAULT_LIFE_S;
  return Math.min(seconds, LONGEST_LIFE_S);
}

/** Absent, empty and strange values are all null. */
function textAt(json: unknown, name: string, emptyToo = false): string | null {
  const value = valueAt(json, name);
  return typeof value === 'string' && (emptyToo || value !== '') ? value : null;
}

function valueAt(json: unknown, name: string): unknown {
  if (typeof json !== 'object' || json === null) return undefined;
  return Object.hasOwn(json, name) ? Reflect.get(json, name) : undefined;
}

function asTokenError(error: UpstreamError): TokenError {
  const isRefusal = error.kind === 'rate_limited' || error.kind === 'blocked';
  return new TokenError(isRefusal ? 'rate_limited' : 'transient', error.message, null, error.retryAt, error);
}
