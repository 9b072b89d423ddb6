import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { UpstreamBlocksInMemory } from './upstream-blocks.js';
import { SHORT, START, clientOf, eventually, failureOf, judge, server } from './testing/client-under-test.js';
import { answer, cutShort, drip, hang, json, reset, tooMany } from './testing/scripted-server.js';

const CANARY = 'canary-form-51d0';
const form = { grant_type: 'a b', secret: CANARY, none: undefined };

it('goes out as a form in the body, with its headers and to the base URL', async () => {
  const upstream = await server();
  upstream.will(json({ good: true }));
  const received = await clientOf(upstream.url).submit({ form, headers: { 'x-extra': 'yes' } }, judge);
  expect(received.json).toEqual({ good: true });
  const [call] = upstream.calls;
  await eventually(() => {
    expect(call?.body).toBe(`grant_type=a+b&secret=${CANARY}`);
  });
  expect(call).toMatchObject({ method: 'POST', url: '/' });
  expect(call?.headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded', 'x-extra': 'yes' });
});

it.each([
  ['a fault', json({}, 503), 'faulty'],
  ['a page', answer(200, '<html></html>'), 'faulty'],
  ['a redirect', answer(307, '', { location: '/elsewhere' }), 'faulty'],
  ['a reset', reset, 'unreachable'],
  ['half a body', cutShort, 'unreachable'],
  ['silence', hang, 'timeout'],
  ['a drip', drip, 'timeout'],
  ['a long body', answer(200, `"${'x'.repeat(5_000)}"`), 'too_large'],
  ['a rate limit', tooMany('5'), 'rate_limited'],
])('is sent once, whatever comes back: %s', async (_, script, kind) => {
  const upstream = await server();
  upstream.will(script);
  const client = clientOf(upstream.url, { limits: { ...(kind === 'timeout' && SHORT), maxBytes: 1_000 } });
  const error = await failureOf(client.submit({ form, headers: { authorization: CANARY } }, judge));
  expect(error.kind).toBe(kind);
  expect(upstream.calls).toHaveLength(1);
  expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain(CANARY);
});

it('keeps to a block that a form or a read has caused', async () => {
  const [upstream, blocks] = [await server(), new UpstreamBlocksInMemory()];
  upstream.will(tooMany('60'));
  await failureOf(clientOf(upstream.url, { blocks }).submit({ form }, judge));
  const error = await failureOf(clientOf(upstream.url, { blocks }).submit({ form }, judge));
  expect(error.kind).toBe('blocked');
  expect(error.retryAt).toBeGreaterThan(START + 60_000);
  expect(upstream.calls).toHaveLength(1);
});

it('is not stopped by a circuit that reads have opened', async () => {
  const upstream = await server();
  upstream.will(json({}, 500));
  const client = clientOf(upstream.url, { limits: { failuresToOpen: 1 } });
  await failureOf(client.read({}, judge));
  upstream.will(json({}));
  await expect(client.submit({ form }, judge)).resolves.toMatchObject({ status: 200 });
});
