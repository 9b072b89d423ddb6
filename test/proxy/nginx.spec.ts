import { mkdtempSync, chmodSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { AS_OWNER, OWNER, asOwner } from '../support/link-by-program.js';
import { type Stage, openStage } from '../support/sandbox.js';
import {
  type Service,
  freePort,
  removeFolder,
  startProcess,
  startService,
  temporaryFolder,
} from '../support/service.js';
import { type Nginx, startNginx } from './nginx.js';

const ORIGIN = 'https://music.example.org';
const CODE = 'AQBcode-of-a-consent-0123456789';

const folder = temporaryFolder();
let stage: Stage;
let settings: Readonly<Record<string, string>>;
let service: Service;
let other: Service;
let nginx: Nginx;
const running: Nginx[] = [];

/** @returns nginx in a folder of its own, stopped at the end */
async function proxyTo(...upstreams: readonly string[]): Promise<Nginx & { folder: string }> {
  const own = mkdtempSync(join(folder, 'nginx-'));
  chmodSync(own, 0o755);
  const started = await startNginx(own, upstreams);
  running.push(started);
  return { ...started, folder: own };
}

beforeAll(async () => {
  stage = await openStage();
  settings = {
    DATABASE_URL: await migratedDatabase(),
    ADMIN_TOKEN: OWNER,
    BASE_URL: ORIGIN,
    TRUST_PROXY: '127.0.0.1',
    ...stage.settings,
  };
  service = await startService(folder, settings);
  other = await startService(folder, settings);
  nginx = await proxyTo(service.url, other.url);
});
afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
  await service.stop();
  await other.stop();
  await stage.close();
  removeFolder(folder);
});

describe('nginx in front of two processes', () => {
  it('hands on reads as they are, and lets both answer', async () => {
    const direct = await fetch(`${service.url}/top/tracks`);
    const body = await direct.text();
    for (let turn = 0; turn < 4; turn += 1) {
      const proxied = await fetch(`${nginx.url}/top/tracks`);
      expect(await proxied.text()).toBe(body);
      for (const name of ['etag', 'content-type', 'access-control-allow-origin']) {
        expect(proxied.headers.get(name), name).toBe(direct.headers.get(name));
      }
    }
    for (const { url } of [service, other]) await until(() => nginx.accessLog().includes(` ${new URL(url).host} 200`));
  });

  it('hands on conditional reads', async () => {
    const { headers } = await fetch(`${nginx.url}/top/tracks`);
    const again = await fetch(`${nginx.url}/top/tracks`, {
      headers: { 'if-none-match': headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    expect(again.headers.get('etag')).toBe(headers.get('etag'));
  });

  it('asks once more for what only reads, when nobody is left to ask', async () => {
    const fickle = createServer((_, response) => response.end('there'));
    let comers = 0;
    // Who comes first is cut off.
    fickle.on('connection', (socket) => {
      comers += 1;
      if (comers % 2 === 1) socket.destroy();
    });
    await new Promise<void>((resolve) => fickle.listen(0, '127.0.0.1', resolve));
    const address = fickle.address();
    if (address === null || typeof address === 'string') throw new Error('It listens nowhere.');
    try {
      const { url } = await proxyTo(`http://127.0.0.1:${address.port}`);
      const read = await fetch(`${url}/top/tracks`);
      expect([read.status, await read.text()]).toEqual([200, 'there']);
      fickle.closeAllConnections();
      comers = 0;
      const written = await fetch(`${url}/top/tracks`, { method: 'POST', body: '{}' });
      expect(written.status).toBe(503);
      expect(written.headers.get('content-type')).toContain('application/problem+json');
      expect(comers).toBe(1);
    } finally {
      fickle.closeAllConnections();
      fickle.close();
    }
  });

  it('keeps no answer: every read is answered by a process', async () => {
    for (let turn = 0; turn < 6; turn += 1) await fetch(`${nginx.url}/top/artists?limit=7`);
    const lines = (): string[] => nginx.accessLog().match(/"GET \/top\/artists" 200 .*/g) ?? [];
    await until(() => lines().length === 6);
    for (const line of lines()) expect(line).toMatch(/ 127\.0\.0\.1:\d+ 200$/);
  });

  it('lets a browser log in, with a cookie that every process knows', async () => {
    const login = await fetch(`${nginx.url}/admin/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: ORIGIN },
      body: JSON.stringify({ token: OWNER }),
    });
    expect(login.status).toBe(204);
    const [cookie = ''] = login.headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-tonearm=[\w-]{40,}; .*Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    for (let turn = 0; turn < 4; turn += 1) {
      const asked = await fetch(`${nginx.url}/admin/providers`, { headers: { cookie: cookie.replace(/;.*/, '') } });
      expect(asked.status).toBe(200);
    }
  });

  it("names the visitor's address, and not the one that the visitor names", async () => {
    const guess = (localAddress: string, forwarded: string): Promise<number> =>
      statusOf(nginx, localAddress, { authorization: `Bearer wrong-${OWNER}`, 'x-forwarded-for': forwarded });
    // Each process counts to ten.
    const first: number[] = [];
    for (let turn = 0; turn < 24; turn += 1) first.push(await guess('127.0.0.2', `203.0.113.${turn}`));
    expect(first.slice(0, 10)).toEqual(Array(10).fill(401));
    expect(first.slice(20)).toEqual(Array(4).fill(429));
    expect(await guess('127.0.0.3', '127.0.0.2')).toBe(401);
    expect(await guess('127.0.0.3', '127.0.0.2')).toBe(401);
  });

  it('takes as much as the service, and refuses more in the same words', async () => {
    const send = (length: number): Promise<Response> =>
      fetch(`${nginx.url}/admin/provider`, {
        method: 'PUT',
        headers: { ...AS_OWNER, 'content-type': 'application/json' },
        body: JSON.stringify({ active: 'x'.repeat(length - '{"active":""}'.length) }),
      });
    const most = await send(64 * 1024);
    expect(most.status).toBe(400);
    expect(await most.json()).toMatchObject({ code: 'invalid_request' });
    const more = await send(64 * 1024 + 1);
    expect(more.status).toBe(413);
    expect(more.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(await more.json()).toMatchObject({ code: 'payload_too_large', status: 413, remedy: expect.any(String) });
    // By nginx: no process was bothered.
    await until(() => /"PUT \/admin\/provider" 413 \d+ [\d.]+ - -/.test(nginx.accessLog()));
  });

  it('keeps metrics to those who ask a process itself', async () => {
    const refused = await fetch(`${nginx.url}/metrics`, { headers: AS_OWNER });
    expect(refused.status).toBe(404);
    expect(await refused.json()).toMatchObject({ code: 'not_found', remedy: expect.any(String) });
    await until(() => /"GET \/metrics" 404 \d+ [\d.]+ - -/.test(nginx.accessLog()));
  });

  it('writes no code of a consent down', async () => {
    const silent = await proxyTo(`http://127.0.0.1:${await freePort()}`);
    const query = `?code=${CODE}&state=s`;
    for (const path of ['/callback', '/callback/', '//callback', '/%63allback', '/Callback', '/recent-tracks']) {
      await fetch(`${nginx.url}${path}${query}`, { redirect: 'manual' });
      const unanswered = await fetch(`${silent.url}${path}${query}`);
      expect(unanswered.status).toBe(503);
      expect(unanswered.headers.get('retry-after')).toBe('5');
      expect(unanswered.headers.get('referrer-policy')).toBe('no-referrer');
      expect(await unanswered.json()).toMatchObject({ status: 503, remedy: expect.any(String) });
    }
    await fetch(`${nginx.url}/callback%3Fcode=${CODE}`);
    const tooLong = { method: 'POST', body: `{"url":"${CODE}"}`.padEnd(70_000) };
    await fetch(`${nginx.url}/callback${query}`, tooLong);
    await until(() => silent.accessLog().includes('"GET /callback" 503'));
    await until(() => nginx.accessLog().includes('"POST /callback" 413'));
    // What fails elsewhere is written with its query: that is why /callback has rules of its own.
    const lines = [silent, nginx].flatMap((one) => `${one.accessLog()}${one.errorLog()}`.split('\n'));
    const guilty = lines.filter((line) => line.includes(CODE));
    expect(guilty.length).toBeGreaterThan(0);
    expect(guilty.filter((line) => !line.includes('/recent-tracks'))).toEqual([]);
  });

  it('writes nothing that it is sent to a disk', async () => {
    const through = { ...service, url: nginx.url };
    expect((await asOwner(through, 'PUT', '/admin/provider', { active: 'x'.repeat(60_000) })).status).toBe(400);
    expect(nginx.errorLog()).not.toMatch(/temporary file/);
  });
});

describe('events through nginx', () => {
  it('arrive one by one, while the stream is open', async () => {
    const streams: ServerResponse[] = [];
    const source = createServer((_request, response) => {
      // In one piece without an end: chunks would leave nginx at once however it buffers.
      response.useChunkedEncodingByDefault = false;
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      streams.push(response);
    });
    const port = await freePort();
    await new Promise<void>((resolve) => source.listen(port, '127.0.0.1', resolve));
    const proxy = await proxyTo(`http://127.0.0.1:${port}`);
    try {
      for (const path of ['/currently-playing/stream', '/admin/backups/7/events']) {
        const asked = follow(`${proxy.url}${path}`);
        const written = await eventually(() => Promise.resolve(taken(streams)));
        for (const event of ['id: 1\ndata: one\n\n', ': heartbeat\n\n', 'id: 2\ndata: two\n\n']) {
          written.write(event);
          const stream = await asked;
          await stream.until(new RegExp(`^${event}$`));
        }
        (await asked).leave();
        await until(() => written.destroyed);
      }
    } finally {
      source.closeAllConnections();
      source.close();
    }
  });
});

describe('events while nobody answers', () => {
  it('are cut off: a browser never comes back after an answer that is no stream', async () => {
    const silent = await proxyTo(`http://127.0.0.1:${await freePort()}`);
    for (const path of ['/currently-playing/stream', '/admin/backups/7/events']) {
      await expect(fetch(`${silent.url}${path}`)).rejects.toThrow('fetch failed');
    }
    expect((await fetch(`${silent.url}/currently-playing`)).status).toBe(503);
  });
});

describe("the service's own stream through nginx", () => {
  it('begins with what plays now', async () => {
    const stream = await follow(`${nginx.url}/currently-playing/stream`);
    const [, document = ''] = await stream.until(/^data: (.+)\n\n/m);
    stream.leave();
    expect(JSON.parse(document)).toMatchObject({ isPlaying: true, source: 'last.fm' });
  });
});

describe('a process that ends', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)('by %s is missed by nobody who reads', async (signal) => {
    const leaving = await startProcess(folder, settings);
    const proxy = await proxyTo(leaving.url, service.url);
    const seen: number[] = [];
    let isOver = false;
    const visit = async (): Promise<void> => {
      while (!isOver) {
        for (const path of ['/currently-playing', '/health/live']) {
          const answer = await fetch(proxy.url + path);
          await answer.arrayBuffer();
          seen.push(answer.status);
        }
      }
    };
    const visitors = [visit(), visit(), visit(), visit()];
    const host = new URL(leaving.url).host;
    await until(() => proxy.accessLog().includes(` ${host} 200`));
    await leaving.stop(signal);
    const before = seen.length;
    await until(() => seen.length > before + 40);
    isOver = true;
    await Promise.all(visitors);
    expect(new Set(seen)).toEqual(new Set([200]));
  });
});

/** Asks for an owner's route from an address of this machine. */
function statusOf({ url }: Nginx, localAddress: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${url}/admin/providers`, { localAddress, headers, agent: false }, (answer) => {
      answer.resume().on('end', () => {
        resolve(answer.statusCode ?? 0);
      });
    })
      .on('error', reject)
      .end();
  });
}

interface Followed {
  /** Waits for something in what has come since the last time. */
  until: (what: RegExp) => Promise<RegExpExecArray>;
  leave: () => void;
}

/** Opens a stream of events, and waits for its head. */
async function follow(url: string): Promise<Followed> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { agent: false }, resolve).on('error', reject).end();
  });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^text\/event-stream/);
  let text = '';
  answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return {
    until: (what) =>
      eventually(() => {
        const found = what.exec(text);
        if (!found) return Promise.reject(new Error(`Only "${text}" has come.`));
        text = text.slice(found.index + found[0].length);
        return Promise.resolve(found);
      }, 5_000),
    leave: () => {
      answer.destroy();
    },
  };
}

function taken<T>(from: T[]): T {
  const one = from.pop();
  if (one === undefined) throw new Error('Nobody has asked yet.');
  return one;
}

async function until(holds: () => boolean): Promise<void> {
  await eventually(() => (holds() ? Promise.resolve() : Promise.reject(new Error(`Still not: ${String(holds)}`))));
}
