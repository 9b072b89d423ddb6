import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { clientOf, failureOf, judge, server } from './testing/client-under-test.js';
import { answer, cutShort, json, reset, tooMany } from './testing/scripted-server.js';

const page = '<html><body>Bad gateway</body></html>';

describe('a call', () => {
  it('goes to the base address with its query and headers, and says who we are', async () => {
    const upstream = await server();
    const client = clientOf(`${upstream.url}/2.0/`);
    await client.read({ query: { method: 'a b', limit: 5, none: undefined }, headers: { 'x-extra': 'yes' } }, judge);
    const [call] = upstream.calls;
    expect(new URL(call?.url ?? '', upstream.url).pathname).toBe('/2.0/');
    expect(Object.fromEntries(new URL(call?.url ?? '', upstream.url).searchParams)).toEqual({
      method: 'a b',
      limit: '5',
    });
    expect(call?.headers).toMatchObject({
      'user-agent': 'Tonearm/0.0.0 (+https://tonearm.example)',
      accept: 'application/json',
      'x-extra': 'yes',
    });
  });

  it('goes below the base address, whatever its path', async () => {
    const [upstream, elsewhere] = [await server(), await server()];
    const client = clientOf(`${upstream.url}/v1`);
    await client.read({ path: '/me/player' }, judge);
    await client.read({ path: `${elsewhere.url}/me` }, judge).catch(() => undefined);
    await client.read({ path: elsewhere.url.replace('http:', '') }, judge).catch(() => undefined);
    expect(upstream.calls[0]?.url).toBe('/v1/me/player');
    expect(elsewhere.calls).toEqual([]);
  });

  it('uses the connection of the one before', async () => {
    const upstream = await server();
    const client = clientOf(upstream.url);
    for (let call = 0; call < 3; call += 1) await client.read({}, judge);
    expect(upstream.calls).toHaveLength(3);
    expect(new Set(upstream.calls.map(({ port }) => port)).size).toBe(1);
  });

  it('is counted as often as it is sent, and not during a block', async () => {
    const upstream = await server();
    const sent: number[] = [];
    const client = clientOf(upstream.url, { onRequest: () => sent.push(upstream.calls.length) });
    upstream.will(json({}, 500));
    await failureOf(client.read({}, judge));
    expect(sent).toEqual([0, 1, 2]);
    upstream.will(tooMany('30'));
    await failureOf(client.submit({ form: {} }, judge));
    expect(sent).toHaveLength(4);
    expect((await failureOf(client.read({}, judge))).kind).toBe('blocked');
    expect(sent).toHaveLength(4);
  });
});

describe('an answer', () => {
  it('arrives with its status, headers in lower case, text and parsed body', async () => {
    const upstream = await server();
    upstream.will(json({ name: 'Zoë' }, 200, { 'X-Rate': '7' }));
    const received = await clientOf(upstream.url).read({}, judge);
    expect(received).toMatchObject({ status: 200, text: '{"name":"Zoë"}', json: { name: 'Zoë' } });
    expect(received.headers['x-rate']).toBe('7');
  });

  it('is not asked for again where every call counts', async () => {
    const upstream = await server();
    upstream.will(answer(500, page), json({}));
    const client = clientOf(upstream.url, { limits: { furtherAttempts: 0 } });
    expect((await failureOf(client.read({}, judge))).kind).toBe('faulty');
    expect(upstream.calls).toHaveLength(1);
  });

  it('is judged as text too, when it is not JSON', async () => {
    const upstream = await server();
    upstream.will(answer(403, 'Active premium subscription required.'));
    await expect(clientOf(upstream.url).read({}, judge)).rejects.toThrow(
      'refused: Active premium subscription required.',
    );
    expect(upstream.calls).toHaveLength(1);
  });

  it('packed with gzip is unpacked', async () => {
    const upstream = await server();
    upstream.will(answer(200, gzipSync('{"packed":true}'), { 'content-encoding': 'gzip' }));
    expect((await clientOf(upstream.url).read({}, judge)).json).toEqual({ packed: true });
  });
});

describe('a fault that may be gone', () => {
  it.each([
    ['a page with status 200', 'faulty', answer(200, page)],
    ['an empty body', 'faulty', answer(200, '')],
    ['half of a JSON body', 'faulty', answer(200, '{"half":')],
    ['a server error', 'faulty', json({ error: 'x' }, 500)],
    ['a page with status 502', 'faulty', answer(502, page)],
    ['an empty 503', 'faulty', answer(503, '')],
    ['a body that stops before its end', 'unreachable', cutShort],
    ['a packed body that is no gzip', 'unreachable', answer(200, 'no gzip at all', { 'content-encoding': 'gzip' })],
    ['a reset connection', 'unreachable', reset],
  ] as const)('is tried three times in all: %s', async (_, kind, script) => {
    const upstream = await server();
    upstream.will(script);
    expect((await failureOf(clientOf(upstream.url).read({}, judge))).kind).toBe(kind);
    expect(upstream.calls).toHaveLength(3);
  });

  it.each([
    ['a page', answer(200, page)],
    ['a server error', answer(500, '')],
    ['a body that stops before its end', cutShort],
    ['a reset connection', reset],
  ])('is no fault when the second or third try is good: %s', async (_, script) => {
    const upstream = await server();
    upstream.will(script, script, json({ good: true }));
    expect((await clientOf(upstream.url).read({}, judge)).json).toEqual({ good: true });
    expect(upstream.calls).toHaveLength(3);
  });

  it('can be that nobody listens', async () => {
    const upstream = await server();
    await upstream.close();
    expect(await failureOf(clientOf(upstream.url).read({}, judge))).toMatchObject({
      kind: 'unreachable',
      retryAt: null,
    });
  });
});

describe('what is not tried again', () => {
  it('a refusal, which is thrown as it is', async () => {
    const upstream = await server();
    const refusal = new Error('No.');
    upstream.will(json({}, 403));
    await expect(clientOf(upstream.url).read({}, () => ({ kind: 'refused', error: refusal }))).rejects.toBe(refusal);
    expect(upstream.calls).toHaveLength(1);
  });

  it.each([
    ['long', answer(200, JSON.stringify('x'.repeat(200_000)))],
    [
      'small until it is unpacked',
      answer(200, gzipSync(Buffer.alloc(20_000_000, ' ')), { 'content-encoding': 'gzip' }),
    ],
  ])('a body that is %s', async (_, script) => {
    const upstream = await server();
    upstream.will(script);
    const client = clientOf(upstream.url, { limits: { maxBytes: 100_000 } });
    expect((await failureOf(client.read({}, judge))).kind).toBe('too_large');
    expect(upstream.calls).toHaveLength(1);
  });
});

it('takes a body of just the size that is allowed', async () => {
  const upstream = await server();
  upstream.will(json('x'.repeat(98)));
  const client = clientOf(upstream.url, { limits: { maxBytes: 100 } });
  expect((await client.read({}, judge)).text).toHaveLength(100);
});

it.each([301, 302, 307, 308])(
  'does not follow a redirect with status %d, which could take a key elsewhere',
  async (status) => {
    const [upstream, elsewhere] = [await server(), await server()];
    upstream.will(json({ moved: true }, status, { location: `${elsewhere.url}/` }));
    expect((await failureOf(clientOf(upstream.url).read({ query: { api_key: 'k' } }, judge))).kind).toBe('faulty');
    expect(elsewhere.calls).toEqual([]);
  },
);
