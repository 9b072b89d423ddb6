import { type IncomingMessage, request } from 'node:http';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { migratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { type LoneService, freePort, removeFolder, startAlone, temporaryFolder } from '../support/service.js';

const TOKEN = 'a-token-that-only-the-owner-has-0123456789';

const folder = temporaryFolder();
const others: LoneService[] = [];
let databaseUrl: string;
let service: LoneService;

async function start(env: Record<string, string>): Promise<LoneService> {
  const started = await startAlone(folder, env);
  others.push(started);
  return started;
}

beforeAll(async () => {
  databaseUrl = await migratedDatabase();
  service = await startAlone(folder, { DATABASE_URL: databaseUrl, ADMIN_TOKEN: TOKEN, TRUST_PROXY: 'true' });
});
afterEach(async () => {
  await Promise.all(others.splice(0).map((other) => other.stop()));
});
afterAll(async () => {
  await service.stop();
  removeFolder(folder);
});

function call(
  method: string,
  headers: Record<string, string> = {},
  of = service,
  path = '/admin/session',
): Promise<Response> {
  return fetch(of.url + path, { method, headers });
}

function logIn(token: unknown, headers: Record<string, string> = {}, of = service): Promise<Response> {
  return fetch(`${of.url}/admin/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ token }),
  });
}

/** What a browser would send back. */
function cookieOf(answer: Response): string {
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

async function code(answer: Response): Promise<string> {
  return ((await answer.json()) as { code: string }).code;
}

describe('a body with a field that nothing reads', () => {
  it.each(['/admin/backups', '/admin/backups/0b7d6f5e-3c2a-4f6b-9d1e-8a7c6b5d4e3f/restore'])(
    'is refused by %s, which names it',
    async (path) => {
      const answer = await fetch(service.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ list: ['albums'] }),
      });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({
        code: 'invalid_request',
        detail: '"list" is not a field of this body.',
      });
    },
  );
});

describe('what the owner sends wrong', () => {
  const json = 'application/json';
  it.each([
    ['POST', '/admin/tokens', json, '{"scopes":["user-top-read"],"clientId":null}', 400, /clientId must be/],
    ['POST', '/admin/clients', json, '{"clientId":"further","label":null}', 400, /label must be a line/],
    ['POST', '/admin/clients', json, '{"clientId":"further","label":"a\\u0000b"}', 400, /label must be a line/],
    ['POST', '/callback', json, '{"code":"a","state":"b","url":null,"error":null}', 400, /the consent/],
    ['DELETE', '/admin/clients/a%00b', null, null, 400, /clientId must be/],
    ['DELETE', `/admin/clients/${'a'.repeat(200)}`, null, null, 404, /no such app/],
    ['DELETE', `/admin/clients/${'a'.repeat(201)}`, null, null, 404, /nothing at/],
    ['GET', `/admin/backups/${'a'.repeat(300)}`, null, null, 404, /nothing at|no such/],
    ['GET', '/admin/backups/a%00b', null, null, 404, /no such/],
    ['POST', '/admin/session', 'application/x-www-form-urlencoded', `token=${TOKEN}`, 415, /of a kind/],
    ['POST', '/admin/clients', 'application/x-www-form-urlencoded', 'clientId=further', 415, /of a kind/],
  ])('%s %s of %s %s is no fault of the service', async (method, path, type, body, status, detail) => {
    const answer = await fetch(service.url + path, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, ...(type === null ? {} : { 'content-type': type }) },
      body,
    });
    expect([answer.status, await answer.json()]).toMatchObject([status, { detail: expect.stringMatching(detail) }]);
  });
});

describe("the owner's token", () => {
  it('opens as Bearer, and nothing else does', async () => {
    expect((await call('GET', { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    const own = { 'x-forwarded-for': '192.0.2.1' };
    for (const authorization of [
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(1)}`,
      `Basic ${TOKEN}`,
      'Bearer',
      'Bearer ',
      TOKEN,
    ]) {
      const answer = await call('GET', { authorization, ...own });
      expect(answer.status).toBe(401);
      expect(await code(answer)).toBe('unauthorized');
    }
    const without = await call('GET');
    expect(without.status).toBe(401);
    expect(without.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it('is made and shown once when none is set, whoever of several starts first, and holds from then on', async () => {
    const env = { DATABASE_URL: await migratedDatabase() };
    const started = await Promise.all([1, 2, 3].map(async () => start({ ...env, PORT: String(await freePort()) })));
    const shown = await eventually(async () => {
      const tokens = started.flatMap((one) =>
        [...one.output().matchAll(/shown this once: (\S+)/g)].map(([, token]) => token ?? ''),
      );
      expect(tokens).toHaveLength(1);
      return Promise.resolve(tokens);
    });
    const headers = { authorization: `Bearer ${shown[0] ?? ''}` };
    for (const one of started) expect((await call('GET', headers, one)).status).toBe(200);
    const again = await start(env);
    expect(again.output()).not.toContain('shown this once');
    expect((await call('GET', headers, again)).status).toBe(200);
    expect(await everyRow(env.DATABASE_URL)).not.toContain(shown[0]);
  });

  it('can be tried ten times a minute from one address, and even the right one waits after that', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.77' };
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect((await call('GET', { authorization: 'Bearer wrong', ...headers })).status).toBe(401);
    }
    const blocked = await call('GET', { authorization: `Bearer ${TOKEN}`, ...headers });
    expect(blocked.status).toBe(429);
    const seconds = Number(blocked.headers.get('retry-after'));
    expect(seconds > 0 && seconds <= 60, String(seconds)).toBe(true);
    expect(await code(blocked)).toBe('rate_limited');
    const elsewhere = await call('GET', { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '192.0.2.78' });
    expect(elsewhere.status).toBe(200);
  });

  it('is tried from the address that the one proxy has seen, whatever its visitor says of others', async () => {
    const behindOne = await start({ DATABASE_URL: databaseUrl, ADMIN_TOKEN: TOKEN, TRUST_PROXY: '1' });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 11; attempt += 1) {
      const headers = { authorization: 'Bearer wrong', 'x-forwarded-for': `198.51.100.${attempt}, 192.0.2.90` };
      statuses.push((await call('GET', headers, behindOne)).status);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
  });

  it('opens while strangers from everywhere send wrong ones, who are told that they are too many', async () => {
    const own = await start({ DATABASE_URL: databaseUrl, ADMIN_TOKEN: TOKEN, TRUST_PROXY: 'true' });
    const statuses: number[] = [];
    for (let network = 1; network <= 11; network += 1) {
      const headers = { authorization: 'Bearer wrong', 'x-forwarded-for': `2001:db8:0:${network}::1` };
      for (let attempt = 0; attempt < 10; attempt += 1) statuses.push((await call('GET', headers, own)).status);
    }
    expect(statuses).toEqual([...Array<number>(100).fill(401), ...Array<number>(10).fill(429)]);
    const right = { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '192.0.2.79' };
    expect((await call('GET', right, own)).status).toBe(200);
    expect((await logIn(TOKEN, { 'x-forwarded-for': '192.0.2.79' }, own)).status).toBe(204);
  });
});

describe('a login', () => {
  it('is a cookie that scripts cannot read, that is bounded, and that opens', async () => {
    const answer = await logIn(TOKEN);
    expect(answer.status).toBe(204);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^tonearm=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/);
    const known = await call('GET', { cookie: cookieOf(answer) });
    expect([known.status, known.headers.get('cache-control')]).toEqual([200, 'no-store']);
  });

  it('goes over https alone when the service does', async () => {
    const secure = await start({
      DATABASE_URL: databaseUrl,
      ADMIN_TOKEN: TOKEN,
      BASE_URL: 'https://music.example.org',
    });
    const answer = await logIn(TOKEN, { origin: 'https://music.example.org' }, secure);
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-tonearm=[\w-]+; .*; Secure; /);
    const { components } = (await (await fetch(`${secure.url}/openapi.json`)).json()) as {
      components: { securitySchemes: { ownerSession: { name: string } } };
    };
    expect(components.securitySchemes.ownerSession.name).toBe('__Host-tonearm');
  });

  it('ends on the server, not just in the browser, and on every process', async () => {
    const cookie = cookieOf(await logIn(TOKEN));
    const second = await start({ DATABASE_URL: databaseUrl, ADMIN_TOKEN: TOKEN });
    expect((await call('GET', { cookie }, second)).status).toBe(200);
    const end = await call('DELETE', { cookie, origin: service.url });
    expect(end.status).toBe(204);
    expect(end.headers.get('set-cookie')).toMatch(/^tonearm=; /);
    for (const one of [service, second]) expect((await call('GET', { cookie }, one)).status).toBe(401);
  });

  it('ends when another token is set', async () => {
    const cookie = cookieOf(await logIn(TOKEN));
    const same = await start({ DATABASE_URL: databaseUrl, ADMIN_TOKEN: TOKEN });
    expect((await call('GET', { cookie }, same)).status).toBe(200);
    const changed = await start({ DATABASE_URL: databaseUrl, ADMIN_TOKEN: `${TOKEN}-another` });
    expect((await call('GET', { cookie }, changed)).status).toBe(401);
  });

  it('can end all others', async () => {
    const cookies = [cookieOf(await logIn(TOKEN)), cookieOf(await logIn(TOKEN))];
    const end = await call('DELETE', { authorization: `Bearer ${TOKEN}` }, service, '/admin/session?all=true');
    expect(end.status).toBe(204);
    for (const cookie of cookies) expect((await call('GET', { cookie })).status).toBe(401);
  });

  it('is over when its time is, whatever the browser still holds', async () => {
    const cookie = cookieOf(await logIn(TOKEN));
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(`UPDATE owner_sessions SET expires_at = now() - interval '1 second'`);
    await client.end();
    expect((await call('GET', { cookie })).status).toBe(401);
  });

  it.each([
    ['', 400],
    ['x'.repeat(513), 400],
    [42, 400],
    [null, 400],
    ['wrong', 401],
  ])('with %j is refused', async (token, status) => {
    expect((await logIn(token, { 'x-forwarded-for': '192.0.2.5' })).status).toBe(status);
  });
});

describe('pages of others', () => {
  it.each([
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['an origin that hides itself', { origin: 'null' }, 403],
    ['a browser that says cross-site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a sibling site', { 'sec-fetch-site': 'same-site' }, 403],
    ['nobody knows', {}, 403],
  ])('cannot change anything with the cookie: %s', async (_, headers, status) => {
    const cookie = cookieOf(await logIn(TOKEN));
    const answer = await call('DELETE', { cookie, ...headers });
    expect(answer.status).toBe(status);
    expect((await call('GET', { cookie })).status).toBe(200);
  });

  it('cannot log a browser in', async () => {
    const answer = await logIn(TOKEN, { origin: 'https://evil.example' });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  it("cannot read the owner's routes, nor ask whether they may", async () => {
    const origin = 'https://blog.example';
    const read = await call('GET', { authorization: `Bearer ${TOKEN}`, origin });
    expect(read.headers.get('access-control-allow-origin')).toBeNull();
    const preflight = await call('OPTIONS', { origin, 'access-control-request-method': 'POST' });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each(['/%61dmin/session', '/a%64min/audit?limit=1', 'http://music.example/admin/session', '/%61uth'])(
    'cannot either when the address is written as %s',
    async (path) => {
      const { port } = new URL(service.url);
      const headers = { authorization: `Bearer ${TOKEN}`, origin: 'https://blog.example' };
      for (const [method, more] of [
        ['GET', {}],
        ['OPTIONS', { 'access-control-request-method': 'GET' }],
      ] as const) {
        const answer = await new Promise<IncomingMessage>((resolve, reject) => {
          request({ port, path, method, headers: { ...headers, ...more } }, resolve)
            .on('error', reject)
            .end();
        });
        answer.resume();
        if (method === 'GET') expect(answer.statusCode).not.toBe(404);
        expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      }
    },
  );
});

describe('nothing of it', () => {
  it('is in the log or, but for hashes, in the database', async () => {
    const cookie = cookieOf(await logIn(TOKEN));
    const secret = cookie.split('=')[1] ?? '';
    expect(secret).not.toBe('');
    expect(service.output()).not.toContain(TOKEN);
    expect(service.output()).not.toContain(secret);
    const rows = await everyRow(databaseUrl);
    expect(rows).not.toContain(TOKEN);
    expect(rows).not.toContain(secret);
  });
});

async function everyRow(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    const contents = [];
    for (const { name } of tables.rows) contents.push((await client.query(`SELECT * FROM ${name}`)).rows);
    return JSON.stringify(contents);
  } finally {
    await client.end();
  }
}
