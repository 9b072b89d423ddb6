import fastify from 'fastify';
import { expect, it } from 'vitest';
import { FastPath } from './fast-path.js';

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
