import fastify from 'fastify';
import { afterEach, expect, it, vi } from 'vitest';
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

/** A service with one address. */
async function service() {
  const fastPath = new FastPath(true, true);
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
      .header('etag', etag)
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
    await vi.waitFor(() => {
      expect(router.asked).toBe(1);
    });
    router.wait = Promise.resolve();
    return { late, answer };
  };
  return { fastPath, router, look, held };
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
