import { type Socket, connect, createServer } from 'node:net';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { spotifyApps } from '../../apps/sandbox/src/spotify/apps.js';
import { migratedDatabase } from './database.js';
import { type Stage, openStage } from './sandbox.js';
import { note, secretsIn } from './secret-scan.js';
import { type Service, removeFolder, startService, temporaryFolder } from './service.js';

export const ADMIN_TOKEN = 'the-token-that-links-accounts-0123456789';

/** As a browser sends it that shows what it gets. */
export const PAGE = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
export const JSON_ALONE = 'application/json';

/** A sandbox, and a service with the sandbox's first Spotify app, for one file of tests. */
export interface Linking {
  stage: Stage;
  service: Service;
  wire: Wire;
  /** Another service on the same database and key; it is stopped after the test. */
  start: (env?: Readonly<Record<string, string>>) => Promise<Service>;
  sql: (text: string) => Promise<pg.QueryResult<Readonly<Record<string, unknown>>>>;
}

/**
 * Registers the hooks of the file it is called in. After each test everything is unlinked again, and no service may have
 * printed a secret of the walks of this file.
 */
export function useLinking(): Linking {
  const folder = temporaryFolder();
  const others: Service[] = [];
  const linking: Partial<Linking> = {};
  const closing: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    const stage = await openStage();
    closing.push(() => stage.close());
    const sandbox = new URL(stage.spotifySettings['SPOTIFY_API_URL'] ?? '').origin;
    const wire = await listenIn(sandbox);
    closing.push(() => wire.close());
    const databaseUrl = await migratedDatabase();
    const database = new pg.Client({ connectionString: databaseUrl });
    await database.connect();
    closing.push(() => database.end());
    const spotify = Object.entries(stage.spotifySettings).map(([name, value]): [string, string] => [
      name,
      value.replace(sandbox, wire.url),
    ]);
    const env: Readonly<Record<string, string>> = {
      DATABASE_URL: databaseUrl,
      ADMIN_TOKEN,
      // The most that it ever says.
      LOG_LEVEL: 'debug',
      ...Object.fromEntries(spotify),
    };
    const service = await startService(folder, env);
    closing.push(() => service.stop());
    const own: Linking = {
      stage,
      service,
      wire,
      start: async (more: Readonly<Record<string, string>> = {}) => {
        const other = await startService(folder, { ...env, ...more });
        others.push(other);
        return other;
      },
      sql: (text: string) => database.query<Readonly<Record<string, unknown>>>(text),
    };
    Object.assign(linking, own);
  });
  afterEach(async () => {
    const { stage, service, wire, sql } = linking;
    if (!stage || !service || !wire || !sql) throw new Error('Nothing was started.');
    const stopped = others.splice(0);
    await Promise.all(stopped.map((other) => other.stop()));
    await new Visitor(service, { authorization: `Bearer ${ADMIN_TOKEN}` }).delete('/auth');
    await sql('DELETE FROM oauth_clients');
    await stage.reset();
    for (const { output } of [service, ...stopped]) expectNothingSecret(output(), wire);
  });
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
    removeFolder(folder);
  });
  return linking as Linking;
}

/** Nothing that has opened anything in the walks so far stands in what a service has printed. */
export function expectNothingSecret(output: string, { heard, cookies }: Wire): void {
  // Nothing that the service answers or keeps has a verifier in it either.
  for (const verifier of heard.verifiers) note('secret', verifier);
  const own = [ADMIN_TOKEN, spotifyApps.first.secret, spotifyApps.second.secret, ...cookies];
  const known = new Set([...own, ...Object.values(heard).flatMap((secrets) => [...secrets])]);
  expect(secretsIn(output, [...known])).toEqual([]);
}

/** An answer of the service; `body` is undefined unless it is JSON. */
export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  body: unknown;
}

/** Somebody at the service: a browser with its own cookies, or a program with the owner's token. Follows no redirect. */
export class Visitor {
  private readonly cookies = new Map<string, string>();

  constructor(
    private readonly service: Service,
    /** Sent with every request; cookies are the visitor's own business. */
    private readonly headers: Readonly<Record<string, string>>,
    private readonly wire?: Wire,
  ) {}

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.send('GET', path, undefined, headers);
  }

  /** @param headers an `origin` for a page of somebody else; without one it is the service's own */
  post(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.send('POST', path, JSON.stringify(body), { origin: this.service.url, ...headers });
  }

  delete(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.send('DELETE', path, undefined, { origin: this.service.url, ...headers });
  }

  /** At another process of the same host, as far as cookies can tell. */
  at(service: Service): Visitor {
    const other = new Visitor(service, this.headers, this.wire);
    for (const [name, value] of this.cookies) other.cookies.set(name, value);
    return other;
  }

  private async send(
    method: string,
    path: string,
    body: string | undefined,
    headers: Readonly<Record<string, string>>,
  ): Promise<Reply> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(new URL(path, this.service.url), {
      method,
      redirect: 'manual',
      headers: {
        ...this.headers,
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      this.cookies.set(name, value);
      if (value !== '') this.wire?.cookies.add(value);
    }
    const text = await answer.text();
    const isJson = /\bjson\b/.test(answer.headers.get('content-type') ?? '');
    const parsed: unknown = isJson ? JSON.parse(text) : undefined;
    return { status: answer.status, headers: answer.headers, text, body: parsed };
  }
}

/** A browser that the owner has logged in with. @param accept what it asks for, unless a request says otherwise */
export async function openBrowser({ service, wire }: Linking, accept = PAGE, at = service): Promise<Visitor> {
  const browser = new Visitor(at, { accept }, wire);
  const login = await browser.post('/admin/session', { token: ADMIN_TOKEN });
  if (login.status !== 204) throw new Error(`The login ended with ${login.status}: ${login.text}`);
  return browser;
}

/** A program of the owner's. */
export function openProgram({ service, wire }: Linking, at = service): Visitor {
  return new Visitor(at, { accept: JSON_ALONE, authorization: `Bearer ${ADMIN_TOKEN}` }, wire);
}

/** Where somebody is sent to agree. @param query of `/auth`, such as `?force=1` */
export async function beginConsent(visitor: Visitor, query = ''): Promise<string> {
  const reply = await visitor.get(`/auth${query}`);
  const told = textAt(reply.body, 'auth_url');
  const address = reply.status === 302 ? reply.headers.get('location') : told;
  if (!address) throw new Error(`No consent was begun: ${reply.status} ${reply.text}`);
  return address;
}

/** A person at the consent page. @returns where the browser is sent back to */
export async function decide(authUrl: string, decision: 'agree' | 'cancel' = 'agree'): Promise<string> {
  const shown = await fetch(authUrl, { redirect: 'manual' });
  // Who has agreed to as much before is not asked again.
  const isAsked = shown.status !== 302;
  if (!isAsked && decision === 'cancel') throw new Error('Nobody is asked: the app was agreed to before.');
  const left = isAsked
    ? await fetch(authUrl, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ decision }) })
    : shown;
  const location = left.headers.get('location');
  if (location === null) throw new Error(`The consent page leads nowhere: ${left.status} ${await left.text()}`);
  return location;
}

/** The whole walk. @returns what came of it */
export async function link(visitor: Visitor, query = ''): Promise<Reply> {
  return visitor.get(await decide(await beginConsent(visitor, query)));
}

/** The text of a field of an object; "" when there is none. */
export function textAt(body: unknown, name: string): string {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === 'string' ? value : '';
}

/** What stands in an address. */
export function partOf(address: string, name: string): string {
  return new URL(address).searchParams.get(name) ?? '';
}

/** How a refusal reads, for programs and for people. */
export interface Refusal {
  status: number;
  code: string;
  cause: RegExp;
  remedy: RegExp;
}

/** A refusal for programs. */
export function expectProblem(reply: Reply, { status, code, cause, remedy }: Refusal): void {
  expect(reply.body).toMatchObject({ status, code });
  expect(textAt(reply.body, 'detail')).toMatch(cause);
  expect(textAt(reply.body, 'remedy')).toMatch(remedy);
  expect(reply.status).toBe(status);
  expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(reply.headers.get('cache-control')).toBe('no-store');
}

/** The same in HTML, with the words of the problem document. */
export function expectPage(reply: Reply, problem: Reply): void {
  expect(reply.status).toBe(problem.status);
  expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(reply.headers.get('cache-control')).toBe('no-store');
  const words = wordsOf(reply.text);
  for (const name of ['title', 'detail', 'remedy']) expect(words).toContain(textAt(problem.body, name));
  expect(words).toMatch(new RegExp(`code: ${textAt(problem.body, 'code')}\\b`, 'i'));
}

/** What a person reads of a page. */
function wordsOf(page: string): string {
  return page
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** Nothing is linked, by whatever app, and the service that was started is there to say so. */
export async function expectNothingLinked(linking: Linking): Promise<void> {
  const { sql } = linking;
  const { body } = await openProgram(linking).get('/admin/clients');
  expect((body as { items: { links: unknown[] }[] }).items.flatMap(({ links }) => links)).toEqual([]);
  expect((await sql('SELECT 1 FROM account_grants')).rowCount).toBe(0);
}

/** Everything between the service and the sandbox passes here byte for byte, and what is secret of it is noted. */
export interface Wire {
  /** In place of the sandbox's. */
  url: string;
  /** Of all browsers of this file; they do not come by here. */
  cookies: Set<string>;
  heard: Readonly<Record<keyof typeof SECRETS, ReadonlySet<string>>>;
  close: () => Promise<void>;
}

const SECRETS = {
  states: /[?&]state=([\w-]{40,})/g,
  codes: /[?&]code=([\w-]{40,})/g,
  verifiers: /code_verifier=([\w.~-]{40,})/g,
  refreshTokens: /"refresh_token":"([^"]{40,})"/g,
  accessTokens: /"access_token":"([^"]{40,})"/g,
  /** Client secrets, encoded, and tokens in use. */
  authorizations: /^authorization: \w+ (\S{40,})/gim,
} as const;
const KINDS = ['states', 'codes', 'verifiers', 'refreshTokens', 'accessTokens', 'authorizations'] as const;
/** Longer than any of them with what stands around it. */
const OVERLAP = 400;

/** Puts itself between a service and the sandbox at `target`; give the service its address instead. */
export async function listenIn(target: string): Promise<Wire> {
  const { hostname, port } = new URL(target);
  const heard = {
    states: new Set<string>(),
    codes: new Set<string>(),
    verifiers: new Set<string>(),
    refreshTokens: new Set<string>(),
    accessTokens: new Set<string>(),
    authorizations: new Set<string>(),
  };
  const sockets = new Set<Socket>();
  const server = createServer((inward) => {
    const outward = connect(Number(port), hostname);
    for (const [one, other] of [
      [inward, outward],
      [outward, inward],
    ] as const) {
      sockets.add(one);
      let before = '';
      one.on('data', (chunk: Buffer) => {
        const text = before + chunk.toString('latin1');
        before = text.slice(-OVERLAP);
        for (const kind of KINDS) {
          for (const [, secret = ''] of text.matchAll(SECRETS[kind])) heard[kind].add(secret);
        }
      });
      one.pipe(other);
      one.on('error', () => other.resetAndDestroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('Nobody listens in.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    cookies: new Set(),
    heard,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}
