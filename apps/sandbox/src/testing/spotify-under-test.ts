import { randomBytes } from 'node:crypto';
import { challengeOf } from '../spotify/accounts/secrets.js';
import { knownScopes } from '../spotify/accounts/scopes.js';
import { spotifyApps, type SpotifyApp } from '../spotify/apps.js';
import { pick } from './pick.js';
import { sandboxUnderTest, type UnderTest } from './sandbox-under-test.js';

/** An address that is registered, with a port of its own. */
export const redirectUri = 'http://127.0.0.1:7723/callback';

/** Tokens as the token endpoint sends them; `refreshToken` is '' when there is none. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** A sandbox with short ways through the stand-in for Spotify. */
export interface SpotifyUnderTest extends UnderTest {
  /** Asks the Web API; `token` undefined is one with every scope, null sends none. */
  get(path: string, token?: string | null): Promise<Response>;
  /** The parsed body of `get`. */
  json(path: string, token?: string): Promise<unknown>;
  send(method: string, path: string, body?: unknown, token?: string): Promise<Response>;
  /** Tokens without a walk through the consent page. */
  tokens(options?: { scopes?: readonly string[]; clientId?: string }): Promise<Tokens>;
  /** Opens `/authorize` with usual parameters; those given replace them, null leaves one out. */
  authorize(more?: Readonly<Record<string, string | null>>): Promise<Response>;
  /** A code by which `app` can get tokens. Consent is given without a page. */
  code(app: SpotifyApp, more?: Readonly<Record<string, string>>): Promise<string>;
  /** Posts a form to the token endpoint as `app`, by Basic when it has a secret. */
  token(form: Readonly<Record<string, string>>, app?: SpotifyApp): Promise<Response>;
  refresh(refreshToken: string, app?: SpotifyApp): Promise<Response>;
  switches(switches: Readonly<Record<string, unknown>>): Promise<void>;
  /** Sets a scenario of the Web API or, by `tokenScenario`, of the token endpoint. */
  apiScenario(scenario: string, more?: Readonly<Record<string, unknown>>): Promise<void>;
  tokenScenario(scenario: string, more?: Readonly<Record<string, unknown>>): Promise<void>;
  /** The state after a control request; anything but 200 is a failed test. */
  set(method: string, path: string, body?: unknown): Promise<unknown>;
  ledger(): Promise<unknown>;
}

/** A PKCE verifier and its challenge. */
export function newProof(): { verifier: string; challenge: string } {
  const verifier = randomBytes(48).toString('base64url');
  return { verifier, challenge: challengeOf(verifier) };
}

/** The tokens in an answer of the token endpoint. */
export async function tokensOf(response: Response): Promise<Tokens> {
  const body: unknown = await response.json();
  const refreshToken = pick(body, 'refresh_token');
  return {
    accessToken: String(pick(body, 'access_token')),
    refreshToken: typeof refreshToken === 'string' ? refreshToken : '',
  };
}

/** Starts a sandbox on a free port. It is closed after the tests of the file. */
export async function spotifyUnderTest(
  options: Parameters<typeof sandboxUnderTest>[0] = {},
): Promise<SpotifyUnderTest> {
  const sandbox = await sandboxUnderTest(options);
  const { accountsUrl, apiUrl } = sandbox.spotify;
  let standing: string | undefined;

  const set: SpotifyUnderTest['set'] = async (method, path, body) => {
    const response = await sandbox.control(method, path, body);
    if (response.status !== 200) throw new Error(`${method} ${path}: ${await response.text()}`);
    return response.json();
  };
  const tokens: SpotifyUnderTest['tokens'] = async (of = {}) => {
    const body = await set('POST', '/spotify/tokens', of);
    return { accessToken: String(pick(body, 'access_token')), refreshToken: String(pick(body, 'refresh_token')) };
  };
  const bearer = async (token: string | null | undefined): Promise<Record<string, string>> => {
    if (token === null) return {};
    if (token !== undefined) return { authorization: `Bearer ${token}` };
    standing ??= (await tokens({ scopes: knownScopes })).accessToken;
    return { authorization: `Bearer ${standing}` };
  };
  const get: SpotifyUnderTest['get'] = async (path, token) =>
    fetch(`${apiUrl}/${path}`, { headers: await bearer(token) });
  const authorize: SpotifyUnderTest['authorize'] = (more = {}) => {
    const usual = { client_id: spotifyApps.first.clientId, response_type: 'code', redirect_uri: redirectUri };
    const asked: Record<string, string | null> = { ...usual, scope: 'user-top-read', state: 's & t', ...more };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(asked)) {
      if (value !== null) query.set(name, value);
    }
    return fetch(`${accountsUrl}/authorize?${query.toString()}`, { redirect: 'manual' });
  };
  const first: SpotifyApp = spotifyApps.first;
  const token: SpotifyUnderTest['token'] = (form, app = first) =>
    fetch(`${accountsUrl}/api/token`, {
      method: 'POST',
      redirect: 'manual',
      headers: app.secret === null ? {} : { authorization: `Basic ${btoa(`${app.clientId}:${app.secret}`)}` },
      body: new URLSearchParams(app.secret === null ? { ...form, client_id: app.clientId } : form),
    });

  return {
    ...sandbox,
    get,
    json: async (path, of) => (await get(path, of)).json(),
    send: async (method, path, body, of) =>
      fetch(`${apiUrl}/${path}`, {
        method,
        headers: { ...(await bearer(of)), 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    control: async (method, path, body) => {
      // What is forgotten by a reset is asked for again.
      if (path === '/reset') standing = undefined;
      return sandbox.control(method, path, body);
    },
    tokens,
    authorize,
    code: async (app, more = {}) => {
      await set('PUT', '/spotify/switches', { consent: 'agree' });
      const response = await authorize({ client_id: app.clientId, ...more });
      const code = new URL(response.headers.get('location') ?? '').searchParams.get('code');
      if (code === null) throw new Error('No code came back.');
      return code;
    },
    token,
    refresh: (refreshToken, app) => token({ grant_type: 'refresh_token', refresh_token: refreshToken }, app),
    switches: async (switches) => {
      await set('PUT', '/spotify/switches', switches);
    },
    apiScenario: async (scenario, more = {}) => {
      await set('PUT', '/spotify', { scenario, ...more });
    },
    tokenScenario: async (scenario, more = {}) => {
      await set('PUT', '/spotify-token', { scenario, ...more });
    },
    set,
    ledger: () => set('GET', '/spotify/ledger'),
  };
}
