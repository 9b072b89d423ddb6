import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { UpstreamBlocksInMemory, UpstreamClient } from '#upstream';
import { TokenEndpoint } from './token-endpoint.js';
import { TokenError } from './token-error.js';
import {
  type Fault,
  type TokenServer,
  drops,
  dropsAfterCommit,
  echoes,
  hangs,
  says,
  sendsHalf,
  startTokenServer,
  truncates,
} from './testing/token-server.js';

const SECRET = 'secret canary:é%';
const CODE = 'code canary/+&';
const VERIFIER = 'verifier-canary-0123456789012345678901234567890';
const grant = { code: CODE, redirectUri: 'http://127.0.0.1:7723/callback', codeVerifier: VERIFIER };

let server: TokenServer;
let upstream: UpstreamClient;
let blocks: UpstreamBlocksInMemory;

beforeEach(async () => {
  server = await startTokenServer();
  blocks = new UpstreamBlocksInMemory();
  upstream = new UpstreamClient({
    displayName: 'Tapes',
    blockKey: 'tapes:one',
    baseUrl: server.url,
    userAgent: 'Tonearm/0.0.0',
    blocks,
    now: () => Date.now(),
    random: () => 0.5,
    limits: { attemptMs: 1_000, maxBytes: 2_000 },
  });
});
afterEach(async () => {
  upstream.close();
  await server.close();
});

function endpoint(clientSecret: string | null = SECRET): TokenEndpoint {
  return new TokenEndpoint(upstream, { clientId: 'client/1', clientSecret });
}

async function failureOf(exchange: Promise<unknown>): Promise<TokenError> {
  const error: unknown = await exchange.then(
    () => new Error('There were tokens.'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof TokenError) return error;
  throw error;
}

it('exchanges a code with its verifier and redirect, the app in the header', async () => {
  const tokens = await endpoint().exchangeCode(grant);
  expect(tokens).toMatchObject({ expiresIn: 3600, scopes: ['a', 'b'] });
  expect(server.authority.secrets).toEqual([tokens.accessToken, tokens.refreshToken]);
  const [request] = server.received;
  expect(Object.fromEntries(request?.form ?? [])).toEqual({
    grant_type: 'authorization_code',
    code: CODE,
    redirect_uri: grant.redirectUri,
    code_verifier: VERIFIER,
  });
  const basic = Buffer.from((request?.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString();
  const [id, secret] = basic.split(':').map((part) => new URLSearchParams(`x=${part}`).get('x'));
  expect([id, secret]).toEqual(['client/1', SECRET]);
});

it('names an app without a secret in the body', async () => {
  await endpoint(null).exchangeCode(grant);
  const [request] = server.received;
  expect(request?.form.get('client_id')).toBe('client/1');
  expect(request?.headers.authorization).toBe(undefined);
});

it('refreshes, and says whether a new refresh token came', async () => {
  const { refreshToken } = server.authority.consent();
  expect(await endpoint().refresh(refreshToken)).toMatchObject({ refreshToken: null, scopes: null });
  expect(Object.fromEntries(server.received[0]?.form ?? [])).toEqual({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
  });
  server.authority.rotation = 'rotate';
  const next = await endpoint().refresh(refreshToken);
  expect(server.authority.isAlive(next.refreshToken ?? '')).toBe(true);
});

it.each([
  [{ expires_in: '1800' }, 1800],
  [{ expires_in: 0 }, 3600],
  [{ expires_in: -5 }, 3600],
  [{ expires_in: 'soon' }, 3600],
  [{}, 3600],
  [{ expires_in: 1e300 }, 366 * 86_400],
])('reads a life of %o as %i s', async (said, seconds) => {
  server.fail(says(200, { access_token: 'x', refresh_token: '', scope: '', ...said }));
  expect(await endpoint().refresh('y')).toEqual({
    accessToken: 'x',
    expiresIn: seconds,
    refreshToken: null,
    scopes: [],
  });
});

const oauth = (error: string, description?: string) => ({
  error,
  ...(description && { error_description: description }),
});

it.each<[string, Fault, string, string | null]>([
  [
    'a code used twice',
    says(400, oauth('invalid_grant', 'Invalid authorization code')),
    'invalid_grant',
    'Invalid authorization code',
  ],
  ['a bare refusal', says(400, oauth('invalid_grant')), 'invalid_grant', null],
  ['a refusal by 401', says(401, oauth('invalid_grant', 'Expired')), 'invalid_grant', 'Expired'],
  [
    'a wrong secret',
    says(400, oauth('invalid_client', 'Invalid client secret')),
    'invalid_client',
    'Invalid client secret',
  ],
  ['a wrong secret by 401', says(401, oauth('invalid_client')), 'invalid_client', null],
  ['another OAuth error', says(400, oauth('unsupported_grant_type', 'no')), 'refused', 'no'],
  ['an error of the platform', says(400, { error: { status: 400, message: 'no' } }), 'transient', null],
  ['a page', says(200, '<html>'), 'transient', null],
  ['a page that refuses', says(403, '<html>'), 'transient', null],
  ['a fault', says(503, 'upstream connect error'), 'transient', null],
  ['a fault that looks like a refusal', says(500, oauth('invalid_grant')), 'transient', null],
  ['success without a token', says(200, {}), 'transient', null],
  ['success with an empty token', says(200, { access_token: '' }), 'transient', null],
  ['null', says(200, 'null'), 'transient', null],
  ['a redirect', says(302, {}, { location: 'http://127.0.0.1:1/' }), 'transient', null],
  ['a break', drops, 'transient', null],
  ['a break after the fact', dropsAfterCommit, 'transient', null],
  ['half an answer', truncates, 'transient', null],
  ['half a text', sendsHalf, 'transient', null],
  ['silence', hangs, 'transient', null],
  ['a long body', says(200, { access_token: 'x'.repeat(3_000) }), 'transient', null],
  ['a rate limit', says(429, '', { 'retry-after': '60' }), 'rate_limited', null],
  ['a rate limit with a body', says(429, oauth('invalid_grant')), 'rate_limited', null],
  ['an echo', echoes, 'invalid_grant', 'No: grant_type=refresh_token&refresh_token=[…]'],
])('tells %s, sends once and gives nothing away', async (_, fault, kind, description) => {
  const { refreshToken } = server.authority.consent();
  server.fail(fault);
  const error = await failureOf(endpoint().refresh(refreshToken));
  expect(error).toMatchObject({ kind, description });
  expect(server.received).toHaveLength(1);
  expectSecretFree(error, refreshToken);
});

it.each([
  ['an echo', echoes],
  ['a break', drops],
  ['silence', hangs],
  ['a fault', says(500, '')],
  ['an echo of the secret', says(400, oauth('invalid_client', `Wrong ${SECRET} ${encodeURIComponent(SECRET)}`))],
  ['an echo as the error', says(400, oauth(`${CODE} ${VERIFIER}`))],
])('nor does the exchange of a code, after %s', async (_, fault) => {
  server.fail(fault);
  expectSecretFree(await failureOf(endpoint().exchangeCode(grant)));
});

it('keeps away after a refusal until the time that was named', async () => {
  server.fail(says(429, '', { 'retry-after': '60' }));
  const first = await failureOf(endpoint().refresh('x'));
  const second = await failureOf(endpoint().refresh('x'));
  expect(second.kind).toBe('rate_limited');
  expect(second.retryAt).toBe(first.retryAt);
  expect(second.retryAt).toBeGreaterThan(Date.now() + 59_000);
  expect((await blocks.read('tapes:one'))?.until).toBe(first.retryAt);
  expect(server.received).toHaveLength(1);
});

it('shortens what an endpoint has to say, and takes control characters out', async () => {
  server.fail(says(400, oauth('invalid_grant', `a\u001b[31m\n${'b'.repeat(5_00)}`)));
  const { description } = await failureOf(endpoint().refresh('x'));
  expect(description).toMatch(/^a \[31m b{190,}$/);
  expect(description?.length).toBeLessThanOrEqual(200);
  server.fail(says(400, oauth('invalid_grant', `${'b'.repeat(199)}🎵`)));
  expect((await failureOf(endpoint().refresh('x'))).description).toMatch(/^b{199} $/);
});

function expectSecretFree(error: Error, ...more: string[]): void {
  const own = Object.getOwnPropertyNames(error).map((name) => inspect(Reflect.get(error, name), { depth: 20 }));
  const printed = [
    inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    JSON.stringify(error),
    ...own,
  ].join();
  const basic = Buffer.from(`client%2F1:${new URLSearchParams({ x: SECRET }).toString().slice(2)}`).toString('base64');
  const secrets = [SECRET, CODE, VERIFIER, basic, ...more, ...server.authority.secrets];
  for (const secret of secrets.flatMap((text) => [
    text,
    encodeURIComponent(text),
    new URLSearchParams({ x: text }).toString().slice(2),
  ])) {
    expect(printed).not.toContain(secret);
  }
}
