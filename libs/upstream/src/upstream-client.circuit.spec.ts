import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { START, clientOf, eventually, failureOf, judge, server } from './testing/client-under-test.js';
import { answer, hang, json, type ScriptedServer } from './testing/scripted-server.js';
import type { UpstreamClient } from './upstream-client.js';

const OPEN_MS = 5_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A client whose circuit is open after two reads with three attempts each. */
async function opened(): Promise<{ upstream: ScriptedServer; client: UpstreamClient }> {
  const upstream = await server();
  upstream.will(answer(500, ''));
  const client = clientOf(upstream.url, { now: Date.now, limits: { failuresToOpen: 6, openMs: OPEN_MS } });
  await failureOf(client.read({}, judge));
  await failureOf(client.read({}, judge));
  expect(upstream.calls).toHaveLength(6);
  return { upstream, client };
}

async function isClosed(client: UpstreamClient, upstream: ScriptedServer): Promise<boolean> {
  const before = upstream.calls.length;
  upstream.will(json({}));
  await client.read({}, judge).catch(() => undefined);
  return upstream.calls.length > before;
}

describe('a circuit that failures in a row have opened', () => {
  it('sends nothing until its time has passed', async () => {
    const { upstream, client } = await opened();
    vi.setSystemTime(START + OPEN_MS - 1);
    expect((await failureOf(client.read({}, judge))).kind).toBe('circuit_open');
    expect(upstream.calls).toHaveLength(6);
  });

  it('is told by the read that has opened it, and with how the last one failed', async () => {
    const upstream = await server();
    upstream.will(answer(500, ''));
    const client = clientOf(upstream.url, { now: Date.now, limits: { failuresToOpen: 6, openMs: OPEN_MS } });
    // Nobody's read has ended when the circuit opens.
    const failures = await Promise.all([1, 2, 3].map(() => failureOf(client.read({}, judge))));
    for (const { kind, message, isLast } of failures) {
      expect({ kind, isLast }).toEqual(
        kind === 'faulty' ? { kind: 'faulty', isLast: true } : { kind: 'circuit_open', isLast: false },
      );
      expect(message).toContain('HTTP 500');
    }
  });

  it('says when another try makes sense, also when the first ones were in vain', async () => {
    const { client } = await opened();
    expect((await failureOf(client.read({}, judge))).retryAt).toBe(START + OPEN_MS);
    vi.setSystemTime(START + OPEN_MS);
    await failureOf(client.read({}, judge));
    vi.setSystemTime(START + OPEN_MS + 1_000);
    expect((await failureOf(client.read({}, judge))).retryAt).toBe(START + OPEN_MS * 3);
  });

  it('is of the part that failed: the others are asked, and their trials are their own', async () => {
    const upstream = await server();
    upstream.will(answer(500, ''));
    const client = clientOf(upstream.url, { now: Date.now, limits: { failuresToOpen: 3, openMs: OPEN_MS } });
    await failureOf(client.read({ part: 'charts' }, judge));
    upstream.will(json({}));
    await client.read({ part: 'now' }, judge);
    expect((await failureOf(client.read({ part: 'charts' }, judge))).kind).toBe('circuit_open');
    expect(upstream.calls).toHaveLength(4);
  });

  it('is of the part that failed, also when others are good all the while', async () => {
    const upstream = await server();
    const limits = { failuresToOpen: 3, furtherAttempts: 0, openMs: OPEN_MS };
    const client = clientOf(upstream.url, { now: Date.now, limits });
    for (let round = 0; round < 3; round += 1) {
      upstream.will(answer(500, ''), json({}));
      await failureOf(client.read({ part: 'charts' }, judge));
      await client.read({ part: 'now' }, judge);
    }
    expect((await failureOf(client.read({ part: 'charts' }, judge))).kind).toBe('circuit_open');
    expect(upstream.calls).toHaveLength(6);
  });

  it('lets one call through then, and closes when that is good', async () => {
    const { upstream, client } = await opened();
    const held: ServerResponse[] = [];
    upstream.will((response) => held.push(response), json({}));
    vi.setSystemTime(START + OPEN_MS);
    const reads = [client.read({}, judge), client.read({}, judge), client.read({}, judge)];
    await eventually(() => {
      expect(held).toHaveLength(1);
    });
    expect(upstream.calls).toHaveLength(7);
    held[0]?.end('{}');
    expect(await Promise.all(reads)).toHaveLength(3);
    expect(upstream.calls).toHaveLength(9);
  });

  it('stays open for twice the time when that one fails', async () => {
    const { upstream, client } = await opened();
    vi.setSystemTime(START + OPEN_MS);
    await failureOf(client.read({}, judge));
    expect(upstream.calls).toHaveLength(7);
    vi.setSystemTime(START + OPEN_MS * 3 - 1);
    await failureOf(client.read({}, judge));
    expect(upstream.calls).toHaveLength(7);
    vi.setSystemTime(START + OPEN_MS * 3);
    expect(await isClosed(client, upstream)).toBe(true);
  });

  it('stays open for eight times that at most', async () => {
    const { client } = await opened();
    const waits: number[] = [];
    for (let opening = 1; opening <= 6; opening += 1) {
      const { retryAt } = await failureOf(client.read({}, judge));
      waits.push((retryAt ?? Number.NaN) - Date.now());
      vi.setSystemTime(retryAt ?? Number.NaN);
      await failureOf(client.read({}, judge));
    }
    expect(waits).toEqual([1, 2, 4, 8, 8, 8].map((times) => times * OPEN_MS));
  });

  it('begins with the shortest time again after it was closed', async () => {
    const { upstream, client } = await opened();
    vi.setSystemTime(START + OPEN_MS);
    await failureOf(client.read({}, judge));
    vi.setSystemTime(START + OPEN_MS * 3);
    expect(await isClosed(client, upstream)).toBe(true);
    upstream.will(answer(500, ''));
    for (let read = 0; read < 2; read += 1) await failureOf(client.read({}, judge));
    expect(await failureOf(client.read({}, judge))).toMatchObject({
      kind: 'circuit_open',
      retryAt: START + OPEN_MS * 4,
    });
    vi.setSystemTime(START + OPEN_MS * 4);
    expect(await isClosed(client, upstream)).toBe(true);
  });

  it('stays open when the caller gives up the one that was let through: that says nothing of the upstream', async () => {
    const { upstream, client } = await opened();
    upstream.will(hang);
    vi.setSystemTime(START + OPEN_MS);
    const controller = new AbortController();
    const reading = failureOf(client.read({ signal: controller.signal }, judge));
    await eventually(() => {
      expect(upstream.calls).toHaveLength(7);
    });
    controller.abort();
    expect(await reading).toMatchObject({ kind: 'aborted', isLast: false });
    expect(await isClosed(client, upstream)).toBe(false);
  });

  it('gives up a read that waited for the one let through as readily as any other', async () => {
    const { upstream, client } = await opened();
    const held: ServerResponse[] = [];
    upstream.will((response) => held.push(response));
    vi.setSystemTime(START + OPEN_MS);
    const controller = new AbortController();
    const first = client.read({}, judge);
    await eventually(() => {
      expect(held).toHaveLength(1);
    });
    const second = failureOf(client.read({ signal: controller.signal }, judge));
    held[0]?.end('{}');
    await first;
    await eventually(() => {
      expect(held).toHaveLength(2);
    });
    controller.abort();
    expect((await second).kind).toBe('aborted');
    await eventually(() => {
      expect(upstream.calls[7]).toMatchObject({ cut: true });
    });
  });
});

describe('an upstream of which everything fails', () => {
  const limits = { failuresToOpen: 3, furtherAttempts: 0, openMs: OPEN_MS };

  it('is left alone by a part that is asked late after its first failure', async () => {
    const upstream = await server();
    upstream.will(answer(500, ''));
    const client = clientOf(upstream.url, { now: Date.now, limits });
    const failures = [];
    for (const part of ['one', 'two', 'three']) failures.push(await failureOf(client.read({ part }, judge)));
    expect(failures.map(({ isLast }) => isLast)).toEqual([false, false, true]);
    expect((await failureOf(client.read({ part: 'three' }, judge))).kind).toBe('circuit_open');
  });

  it('is not what it is taken for while anything else is good', async () => {
    const upstream = await server();
    const client = clientOf(upstream.url, { now: Date.now, limits });
    for (const part of ['one', 'two', 'three', 'four']) {
      upstream.will(answer(500, ''), json({}));
      expect((await failureOf(client.read({ part }, judge))).isLast).toBe(false);
      await client.read({ part: 'well' }, judge);
    }
  });
});

describe('what does not open a circuit', () => {
  it('failures with a good answer between', async () => {
    const upstream = await server();
    const client = clientOf(upstream.url, { now: Date.now, limits: { failuresToOpen: 6 } });
    for (let round = 0; round < 3; round += 1) {
      upstream.will(answer(500, ''));
      await failureOf(client.read({}, judge));
      expect(await isClosed(client, upstream)).toBe(true);
    }
  });

  it('reads that the caller gives up', async () => {
    const upstream = await server();
    const client = clientOf(upstream.url, { now: Date.now, limits: { failuresToOpen: 1 } });
    for (let round = 1; round <= 3; round += 1) {
      upstream.will(hang);
      const controller = new AbortController();
      const reading = failureOf(client.read({ signal: controller.signal }, judge));
      await eventually(() => {
        expect(upstream.calls).toHaveLength(round);
      });
      controller.abort();
      expect((await reading).kind).toBe('aborted');
    }
    expect(await isClosed(client, upstream)).toBe(true);
  });

  it('refusals: the upstream is well', async () => {
    const upstream = await server();
    upstream.will(json({}, 404));
    const client = clientOf(upstream.url, { now: Date.now, limits: { failuresToOpen: 1 } });
    for (let round = 0; round < 3; round += 1) await expect(client.read({}, judge)).rejects.toThrow('refused');
    expect(upstream.calls).toHaveLength(3);
  });
});
