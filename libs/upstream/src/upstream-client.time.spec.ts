import { describe, expect, it } from 'vitest';
import { clientOf, eventually, failureOf, judge, server } from './testing/client-under-test.js';
import { answer, drip, hang, json } from './testing/scripted-server.js';

/** Milliseconds that a read takes until it fails, far less than the limits that it must not wait for. */
async function failed(reading: Promise<unknown>): Promise<{ kind: string; ms: number }> {
  const begun = performance.now();
  const { kind } = await failureOf(reading);
  return { kind, ms: performance.now() - begun };
}

const SOON_MS = 4_000;
/** Longer than anybody here waits. */
const LONG_MS = 60_000;

describe.each([
  ['hangs', hang],
  ['drips, so that the connection is never idle', drip],
])('an upstream that %s', (_, script) => {
  it('gets no more time for one attempt than that may take', async () => {
    const upstream = await server();
    const client = clientOf(upstream.url, { limits: { attemptMs: 250 } });
    await client.read({}, judge);
    const before = upstream.calls.length;
    upstream.will(script);
    const { kind, ms } = await failed(client.read({}, judge));
    expect(kind).toBe('timeout');
    expect(ms).toBeLessThan(SOON_MS);
    expect(upstream.calls).toHaveLength(before + 3);
  });

  it('gets no more time for a read with all its attempts than that may take', async () => {
    const upstream = await server();
    upstream.will(script);
    // The time of an attempt would end the call as well, only later.
    const client = clientOf(upstream.url, { limits: { readMs: 1_000, attemptMs: LONG_MS } });
    const { kind, ms } = await failed(client.read({}, judge));
    expect(kind).toBe('timeout');
    expect(ms).toBeLessThan(SOON_MS);
    await eventually(() => {
      expect(upstream.calls).toMatchObject([{ cut: true }]);
    });
  });
});

it('an upstream that hangs once is asked again', async () => {
  const upstream = await server();
  upstream.will(hang, json({ good: true }));
  const client = clientOf(upstream.url, { limits: { attemptMs: 1_000 } });
  expect((await client.read({}, judge)).json).toEqual({ good: true });
});

it('the time of a read also ends while it waits for its next attempt', async () => {
  const upstream = await server();
  upstream.will(answer(500, ''));
  const client = clientOf(upstream.url, { limits: { retryDelayMs: 1_000_000, readMs: 200 } });
  const { kind, ms } = await failed(client.read({}, judge));
  expect(kind).toBe('timeout');
  expect(ms).toBeLessThan(SOON_MS);
});

describe('a read that the caller gives up', () => {
  it('is not even begun when it was given up before', async () => {
    const upstream = await server();
    const { kind } = await failureOf(clientOf(upstream.url).read({ signal: AbortSignal.abort() }, judge));
    expect(kind).toBe('aborted');
    expect(upstream.calls).toEqual([]);
  });

  it('ends at once, and so does its call', async () => {
    const upstream = await server();
    upstream.will(hang);
    const controller = new AbortController();
    const client = clientOf(upstream.url, { limits: { attemptMs: LONG_MS, readMs: LONG_MS } });
    const reading = failed(client.read({ signal: controller.signal }, judge));
    await eventually(() => {
      expect(upstream.calls).toHaveLength(1);
    });
    controller.abort();
    const { kind, ms } = await reading;
    expect(kind).toBe('aborted');
    expect(ms).toBeLessThan(SOON_MS);
    await eventually(() => {
      expect(upstream.calls).toMatchObject([{ cut: true }]);
    });
  });

  it('ends at once while it waits for its next attempt, and there is none', async () => {
    const upstream = await server();
    const controller = new AbortController();
    upstream.will((response) => {
      response.writeHead(500).end();
      response.once('close', () => {
        controller.abort();
      });
    });
    const client = clientOf(upstream.url, { limits: { retryDelayMs: 1_000_000 } });
    const { kind, ms } = await failed(client.read({ signal: controller.signal }, judge));
    expect(kind).toBe('aborted');
    expect(ms).toBeLessThan(SOON_MS);
    expect(upstream.calls).toHaveLength(1);
  });
});
