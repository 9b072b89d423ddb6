import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { UpstreamBlocksInMemory } from './upstream-blocks.js';
import { SHORT, START, clientOf, eventually, failureOf, judge, server } from './testing/client-under-test.js';
import { answer, cutShort, hang, json, reset, tooMany } from './testing/scripted-server.js';

const CANARY = 'canary-change-7e21';
const change = { method: 'PUT', path: '/things' } as const;

it.each(['PUT', 'POST', 'DELETE'] as const)('goes out by %s, with its query, headers and body', async (method) => {
  const upstream = await server();
  upstream.will(json({ good: true }));
  const received = await clientOf(upstream.url).change(
    { method, path: '/things', query: { of: 'a,b', none: undefined }, headers: { 'x-extra': 'yes' }, body: { at: 3 } },
    judge,
  );
  expect(received.json).toEqual({ good: true });
  const [call] = upstream.calls;
  await eventually(() => {
    expect(call?.body).toBe('{"at":3}');
  });
  expect(call).toMatchObject({ method, url: expect.stringMatching(/^\/things\?of=a(,|%2C)b$/) as unknown });
  expect(call?.headers).toMatchObject({ 'content-type': 'application/json', 'x-extra': 'yes' });
});

it.each(['PUT', 'POST', 'DELETE'] as const)('goes out by %s without a body when it has none', async (method) => {
  const upstream = await server();
  await clientOf(upstream.url).change({ method }, judge);
  expect(upstream.calls).toMatchObject([{ method, body: '' }]);
});

it.each([
  ['a fault', json({}, 503), 'faulty'],
  ['a redirect', answer(307, '', { location: '/elsewhere' }), 'faulty'],
  ['a reset', reset, 'unreachable'],
  ['half a body', cutShort, 'unreachable'],
  ['silence', hang, 'timeout'],
  ['a rate limit', tooMany('5'), 'rate_limited'],
])('is sent once, whatever comes back: %s', async (_, script, kind) => {
  const upstream = await server();
  upstream.will(script);
  const client = clientOf(upstream.url, { limits: kind === 'timeout' ? SHORT : {} });
  const secret = { headers: { authorization: CANARY }, body: { secret: CANARY } };
  const error = await failureOf(client.change({ ...change, ...secret }, judge));
  expect(error.kind).toBe(kind);
  expect(upstream.calls).toHaveLength(1);
  expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain(CANARY);
});

it('keeps to a block, and causes one that reads keep to', async () => {
  const [upstream, blocks] = [await server(), new UpstreamBlocksInMemory()];
  upstream.will(tooMany('60'));
  await failureOf(clientOf(upstream.url, { blocks }).change(change, judge));
  const client = clientOf(upstream.url, { blocks });
  for (const sent of [client.change(change, judge), client.read({}, judge)]) {
    const error = await failureOf(sent);
    expect(error.kind).toBe('blocked');
    expect(error.retryAt).toBeGreaterThan(START + 60_000);
  }
  expect(upstream.calls).toHaveLength(1);
});

it('is not stopped by a circuit that reads have opened', async () => {
  const upstream = await server();
  upstream.will(json({}, 500));
  const client = clientOf(upstream.url, { limits: { failuresToOpen: 1 } });
  await failureOf(client.read({}, judge));
  upstream.will(json({}));
  await expect(client.change(change, judge)).resolves.toMatchObject({ status: 200 });
});
