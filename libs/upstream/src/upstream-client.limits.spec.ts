import { afterEach, describe, expect, it, vi } from 'vitest';
import { START, failureOf, judge, plainClientOf, server } from './testing/client-under-test.js';
import { answer, hang } from './testing/scripted-server.js';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('an upstream for which nobody has set limits', () => {
  it('gets twelve seconds for a read, and five for each of its attempts', async () => {
    const attempts: number[] = [];
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      attempts.push(ms);
      return new AbortController().signal;
    });
    const upstream = await server();
    upstream.will(hang);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let kind: string | null = null;
    const reading = failureOf(plainClientOf(upstream.url).read({}, judge)).then((failure) => (kind = failure.kind));
    await vi.advanceTimersByTimeAsync(11_999);
    expect(kind).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    await reading;
    expect(kind).toBe('timeout');
    expect(attempts).toEqual([5_000]);
  });

  it('is asked three times a read, and left alone for five seconds after six failures', async () => {
    const upstream = await server();
    upstream.will(answer(500, ''));
    const client = plainClientOf(upstream.url);
    await failureOf(client.read({}, judge));
    expect(upstream.calls).toHaveLength(3);
    expect((await failureOf(client.read({}, judge))).isLast).toBe(true);
    expect(await failureOf(client.read({}, judge))).toMatchObject({ kind: 'circuit_open', retryAt: START + 5_000 });
    expect(upstream.calls).toHaveLength(6);
  });

  it('is given a moment before it is asked again: 150 ms at first, more after that, and two seconds at most', async () => {
    const upstream = await server();
    upstream.will(answer(500, ''));
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const later = globalThis.setTimeout;
    const waits: number[] = [];
    vi.spyOn(globalThis, 'setTimeout').mockImplementation((run, ms = 0) => {
      const isWait = ms < 10_000;
      if (isWait) waits.push(ms);
      return later(run, isWait ? 0 : ms);
    });
    const waitsOf = async (limits: { retryDelayMs?: number }): Promise<number[]> => {
      await failureOf(plainClientOf(upstream.url, { limits }).read({}, judge));
      return waits.splice(0);
    };
    const [first = 0, second = 0] = await waitsOf({});
    expect(second).toBeGreaterThan(first);
    expect([first, second]).toEqual(await waitsOf({ retryDelayMs: 150 }));
    expect([first * 2, second * 2]).toEqual(await waitsOf({ retryDelayMs: 300 }));
    expect(await waitsOf({ retryDelayMs: 1_000_000 })).toEqual([2_000, 2_000]);
  });

  it('may send five million bytes', async () => {
    const upstream = await server();
    const client = plainClientOf(upstream.url);
    const bodyOf = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2));
    upstream.will(answer(200, bodyOf(5_000_000)), answer(200, bodyOf(5_000_001)));
    expect((await client.read({}, judge)).text).toHaveLength(5_000_000);
    expect((await failureOf(client.read({}, judge))).kind).toBe('too_large');
  });
});
