import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { clientOf, eventually, failureOf, judge, server } from './testing/client-under-test.js';
import { answer, cutShort, drip, hang, json, reset, tooMany } from './testing/scripted-server.js';

const KEY = 'canary-key-4c1f';
const TOKEN = 'canary-token-9be2';
const request = { query: { api_key: KEY }, headers: { authorization: `Bearer ${TOKEN}`, cookie: `s=${TOKEN}` } };

/** Everything that anybody could print of an error. */
function printed(error: Error): string {
  const own = Object.getOwnPropertyNames(error).map((name) => inspect(Reflect.get(error, name), { depth: 20 }));
  return [inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }), JSON.stringify(error), ...own].join();
}

function expectNoSecret(error: Error): void {
  expect(printed(error)).not.toContain(KEY);
  expect(printed(error)).not.toContain(TOKEN);
}

it.each([
  ['reset', reset],
  ['body cut short', cutShort],
  ['hang', hang],
  ['drip', drip],
  ['page', answer(200, '<html></html>')],
  ['server fault', json({}, 500)],
  ['redirect', answer(302, '', { location: 'https://elsewhere.example/' })],
  ['rate limit', tooMany('5')],
  ['long body', answer(200, 'x'.repeat(5_000))],
  ['broken gzip', answer(200, 'no gzip at all', { 'content-encoding': 'gzip' })],
])('no query or header value stands in the error of a %s', async (_, script) => {
  const upstream = await server();
  upstream.will(script);
  const client = clientOf(upstream.url, { limits: { attemptMs: 100, maxBytes: 1_000 } });
  expectNoSecret(await failureOf(client.read(request, judge)));
  // What comes after it: blocked, circuit open.
  expectNoSecret(await failureOf(client.read(request, judge)));
});

it.each([
  [
    'a closed port',
    async () => {
      const upstream = await server();
      await upstream.close();
      return upstream.url;
    },
  ],
  ['an address that is none', () => Promise.resolve('http://[not-an-address')],
  ['a scheme that is not HTTP', () => Promise.resolve('gopher://127.0.0.1')],
])('nor in that of %s', async (_, address) => {
  expectNoSecret(await failureOf(clientOf(await address()).read(request, judge)));
});

it('nor in that of a header that cannot be sent', async () => {
  const upstream = await server();
  const headers = { 'no header name': TOKEN };
  expectNoSecret(await failureOf(clientOf(upstream.url).read({ ...request, headers }, judge)));
  expect(upstream.calls).toEqual([]);
});

it('nor in that of a read that was given up', async () => {
  const upstream = await server();
  upstream.will(hang);
  const controller = new AbortController();
  const reading = failureOf(clientOf(upstream.url).read({ ...request, signal: controller.signal }, judge));
  await eventually(() => {
    expect(upstream.calls).toHaveLength(1);
  });
  controller.abort();
  expectNoSecret(await reading);
});

it('nor in that of an open circuit', async () => {
  const upstream = await server();
  upstream.will(answer(500, ''));
  const client = clientOf(upstream.url, { limits: { failuresToOpen: 1 } });
  await failureOf(client.read(request, judge));
  const error = await failureOf(client.read(request, judge));
  expect(error.kind).toBe('circuit_open');
  expectNoSecret(error);
});
