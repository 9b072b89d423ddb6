import fastify from 'fastify';
import { Agent, type OutgoingHttpHeaders, request as send } from 'node:http';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { FastPath } from './fast-path.js';

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** What the router answers, and how often it was asked. */
interface Routed {
  etag: string;
  body: string;
  asked: number;
  /** Before it answers. */
  wait: Promise<void>;
}

/** A service with one address, and whatever query. */
async function service({ isPublic = true } = {}) {
  const fastPath = new FastPath(true, isPublic);
  const app = fastify({ serverFactory: (handler) => fastPath.createServer(handler, {}) });
  opened.push(app);
  fastPath.observe(app);
  const router: Routed = { etag: '"one"', body: '{}', asked: 0, wait: Promise.resolve() };
  app.get('/', async (request, reply) => {
    const { etag, body, wait } = router;
    router.asked += 1;
    await wait;
    fastPath.offer(request.raw, { etag, body: Buffer.from(body), isCurrent: () => router.etag === etag });
    const isKnown = request.headers['if-none-match'] === etag;
    return reply
      .code(isKnown ? 304 : 200)
      .headers({ etag, 'x-asked-by': `${request.method} ${request.headers.origin ?? 'us'}` })
      .send(isKnown ? undefined : body);
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const look = async (headers: Record<string, string> = {}) => {
    const answer = await fetch(url, { headers });
    const body = await answer.text();
    return [answer.status, answer.headers.get('etag'), answer.headers.get('content-length'), body];
  };
  /** Asks, and leaves the router at it until it is told to answer. */
  const held = async (headers: Record<string, string> = {}) => {
    let answer = (): void => undefined;
    router.wait = new Promise((resolve) => (answer = resolve));
    const late = look(headers);
    await expect.poll(() => router.asked).toBe(1);
    router.wait = Promise.resolve();
    return { late, answer };
  };
  return { app, url, fastPath, router, look, held };
}

const agent = new Agent({ keepAlive: true });
afterAll(() => {
  agent.destroy();
});

/** Asks as `fetch` would not. @returns what a client sees of the answer */
function ask(url: string, method: string, headers: OutgoingHttpHeaders, sentBody?: string): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const sent = send(url, { method, headers, agent }, (answer) => {
      let body = '';
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
      answer.on('end', () => {
        resolve([answer.statusCode, answer.headers['x-asked-by'], answer.headers['content-length'], body]);
      });
    });
    sent.on('error', reject);
    sent.end(sentBody);
  });
}

const ETAG = '"the same"';

it('tells no age of an answer that is older than the one it has just seen', async () => {
  const fastPath = new FastPath(true, true);
  const app = fastify({ serverFactory: (handler) => fastPath.createServer(handler, {}) });
  fastPath.observe(app);
  let age = 0;
  app.get('/', (request, reply) => {
    const seen = age;
    fastPath.offer(request.raw, { etag: ETAG, body: Buffer.from('{}'), isCurrent: () => age === seen });
    const isKnown = request.headers['if-none-match'] === ETAG;
    void reply.code(isKnown ? 304 : 200).headers({ etag: ETAG, age: String(seen) });
    return reply.send(isKnown ? undefined : '{}');
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const ages: (string | null)[] = [];
  const look = async (headers: Record<string, string> = {}): Promise<void> => {
    const answer = await fetch(url, { headers });
    await answer.text();
    ages.push(`${answer.status} ${answer.headers.get('age')}`);
  };
  try {
    await look();
    age = 6;
    await look({ 'If-None-Match': ETAG });
    await look();
    expect(ages).toEqual(['200 0', '304 6', '200 6']);
  } finally {
    await app.close();
  }
});

it('sends the head of an answer with no body but its own, whichever of two comes last', async () => {
  const { router, look, held } = await service();
  Object.assign(router, { etag: '"two"', body: '{"longer":true}' });
  const { late, answer } = await held({ 'If-None-Match': '"two"' });
  Object.assign(router, { etag: '"one"', body: '{}' });
  expect(await look()).toEqual([200, '"one"', '2', '{}']);
  answer();
  expect((await late)[0]).toBe(304);
  for (let time = 0; time < 2; time += 1) expect(await look()).toEqual([200, '"one"', '2', '{}']);
  expect(router.asked).toBe(3);
});

it('repeats nothing that was being answered when all was to be forgotten', async () => {
  const { fastPath, router, look, held } = await service();
  const { late, answer } = await held();
  fastPath.clear();
  answer();
  await late;
  for (let time = 0; time < 2; time += 1) expect((await look())[0]).toBe(200);
  expect(router.asked).toBe(2);
});

describe('a request that is out of the ordinary', () => {
  it.each([
    ['with a body', { 'content-length': 5 }, 'hello'],
    ['with a body of no length', { 'transfer-encoding': 'chunked' }, 'hello'],
    ['that waits to be told to go on', { expect: '100-continue' }, undefined],
  ])('%s is answered by the router, and nobody is told that answer again', async (_, headers, body) => {
    const { url, router } = await service();
    const good = [200, 'GET us', '2', '{}'];
    expect(await ask(url, 'GET', headers, body)).toEqual(good);
    expect(await ask(url, 'GET', {})).toEqual(good);
    expect(router.asked).toBe(2);
    expect(await ask(url, 'GET', {})).toEqual(good);
    expect(router.asked).toBe(2);
    expect(await ask(url, 'GET', headers, body)).toEqual(good);
    expect(router.asked).toBe(3);
  });

  it('comes from a page of another origin, where not every one may read', async () => {
    const { url, router } = await service({ isPublic: false });
    const [one, other] = ['https://one.example', 'https://other.example'];
    expect(await ask(url, 'GET', { origin: one })).toEqual([200, `GET ${one}`, '2', '{}']);
    expect(await ask(url, 'GET', {})).toEqual([200, 'GET us', '2', '{}']);
    expect(await ask(url, 'GET', { origin: other })).toEqual([200, `GET ${other}`, '2', '{}']);
    expect(router.asked).toBe(3);
  });

  it('changes something', async () => {
    const { url, router } = await service();
    await ask(url, 'GET', {});
    expect((await ask(url, 'POST', {}))[0]).toBe(404);
    expect((await ask(url, 'OPTIONS', {}))[0]).toBe(404);
    expect(router.asked).toBe(1);
  });
});

it('is for pages of any origin, where every one may read', async () => {
  const { url, router } = await service();
  await ask(url, 'GET', { origin: 'https://one.example' });
  await ask(url, 'GET', { origin: 'https://other.example' });
  expect(router.asked).toBe(1);
});

it('answers HEAD by what GET was answered, and by nothing that HEAD was', async () => {
  const { url, router } = await service();
  expect((await ask(url, 'HEAD', {})).slice(0, 2)).toEqual([200, 'HEAD us']);
  expect(await ask(url, 'GET', {})).toEqual([200, 'GET us', '2', '{}']);
  expect(router.asked).toBe(2);
  expect(await ask(url, 'HEAD', {})).toEqual([200, 'GET us', '2', '']);
  expect(router.asked).toBe(2);
});

it('leaves it to the router to tell HEAD that nothing has changed', async () => {
  const { url, router } = await service();
  const known = { 'if-none-match': router.etag };
  await ask(url, 'GET', {});
  for (let time = 0; time < 2; time += 1) expect((await ask(url, 'HEAD', known)).slice(0, 2)).toEqual([304, 'HEAD us']);
  expect(router.asked).toBe(3);
  await ask(url, 'GET', known);
  expect(router.asked).toBe(4);
  expect(await ask(url, 'GET', known)).toEqual([304, 'GET us', undefined, '']);
  expect((await ask(url, 'HEAD', known)).slice(0, 2)).toEqual([304, 'HEAD us']);
  expect(router.asked).toBe(5);
});

it('tells whoever has any of it that nothing has changed, however they say so', async () => {
  const { url, router } = await service();
  await ask(url, 'GET', {});
  await ask(url, 'GET', { 'if-none-match': router.etag });
  for (const known of [router.etag, `W/${router.etag}`, `"x", W/${router.etag}`, '*']) {
    expect([known, (await ask(url, 'GET', { 'if-none-match': known }))[0]]).toEqual([known, 304]);
  }
  expect((await ask(url, 'GET', { 'if-none-match': 'W/"x"' }))[0]).toBe(200);
  expect(router.asked).toBe(2);
});

it('keeps what was asked for last, at addresses of a usual length, and not more than it has room for', async () => {
  const { url, router } = await service();
  const count = async (query: string): Promise<number> => {
    const before = router.asked;
    await ask(`${url}/?${query}`, 'GET', {});
    return router.asked - before;
  };
  const [short, long] = ['x'.repeat(298), 'x'.repeat(299)];
  expect([await count(short), await count(short)]).toEqual([1, 0]);
  expect([await count(long), await count(long)]).toEqual([1, 1]);
  // Three of these are more than it holds together.
  router.body = 'x'.repeat(6_000_000);
  router.etag = '"large"';
  expect([await count('1'), await count('2'), await count('2'), await count('1')]).toEqual([1, 1, 0, 0]);
  expect([await count('3'), await count('1'), await count('2')]).toEqual([1, 0, 1]);
  Object.assign(router, { etag: '"one"', body: '{}' });
  for (let address = 0; address < 500; address += 1) await count(`of-many=${address}`);
  expect([await count('of-many=0'), await count('of-one-more')]).toEqual([0, 1]);
  expect([await count('of-many=0'), await count('of-many=1')]).toEqual([0, 1]);
});

it('gives its server the patience that Fastify was given, and what Node has for none', async () => {
  const fastPath = new FastPath(true, true);
  const serverOf = async (patience: { keepAliveTimeout?: number; requestTimeout?: number }) => {
    const app = fastify({ ...patience, serverFactory: (handler, options) => fastPath.createServer(handler, options) });
    opened.push(app);
    await app.ready();
    const { keepAliveTimeout, requestTimeout } = app.server;
    return { keepAliveTimeout, requestTimeout };
  };
  const patience = { keepAliveTimeout: 75_123, requestTimeout: 30_123 };
  expect(await serverOf(patience)).toEqual(patience);
  const server = fastPath.createServer(() => undefined, {});
  const { keepAliveTimeout, requestTimeout } = server;
  expect([keepAliveTimeout, requestTimeout]).toEqual([5_000, 300_000]);
});
