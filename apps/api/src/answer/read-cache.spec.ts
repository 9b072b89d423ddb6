import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ProviderError } from '#listening';
import { ReadCache, type ReadPolicy } from './read-cache.js';

interface Answer {
  number: number;
}

function failure(): ProviderError {
  return new ProviderError('upstream_error', { message: 'It failed.', remedy: 'Wait.' });
}

/** A cache on a clock that stands still, and an upstream that answers when it is told. */
function setUp(patienceMs = 1_000) {
  const clock = { now: 1_000_000 };
  const waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  const cache = new ReadCache<Answer>(() => clock.now, patienceMs);
  const policy: ReadPolicy<Answer> = {
    key: 'question',
    freshMs: 1_000,
    refreshMs: 5_000,
    read: () =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
      }),
  };
  /** Lets the flight under way end, and everything that waits for it take notice. */
  const settle = async (end: (flight: (typeof waiting)[number]) => void): Promise<void> => {
    const flight = waiting.at(-1);
    if (!flight) throw new Error('Nobody asked.');
    end(flight);
    await new Promise((resolve) => setImmediate(resolve));
  };
  /** Lets it fail. */
  const failed = (): Promise<void> =>
    settle(({ reject }) => {
      reject(failure());
    });
  /** Asks, and has the answer. */
  const answered = async (asked: ReadPolicy<Answer>): Promise<void> => {
    const first = cache.get(asked);
    await settle(({ resolve }) => {
      resolve({ number: 1 });
    });
    await first;
  };
  return { clock, cache, policy, waiting, settle, failed, answered };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('ReadCache', () => {
  it('asks anew after the clock was set back, also when the last time has failed', async () => {
    const { clock, cache, policy, waiting, settle, failed } = setUp();
    const first = cache.get(policy);
    await settle(({ resolve }) => {
      resolve({ number: 1 });
    });
    expect((await first).value).toEqual({ number: 1 });
    clock.now -= 500_000;
    const second = expect(cache.get(policy)).rejects.toThrow('It failed.');
    await failed();
    await second;
    clock.now -= 400_000;
    const third = cache.get(policy);
    await settle(({ resolve }) => {
      resolve({ number: 3 });
    });
    expect((await third).value).toEqual({ number: 3 });
    expect(waiting).toHaveLength(3);
  });

  it('asks once for many who ask at the same time', async () => {
    const { cache, policy, waiting, settle } = setUp();
    const answers = Array.from({ length: 100 }, () => cache.get(policy));
    await settle(({ resolve }) => {
      resolve({ number: 1 });
    });
    expect(new Set((await Promise.all(answers)).map(({ value }) => value.number))).toEqual(new Set([1]));
    expect(waiting).toHaveLength(1);
  });

  it('answers from memory while it is fresh, with its age', async () => {
    const { cache, clock, policy, waiting, settle } = setUp();
    const first = cache.get(policy);
    await settle(({ resolve }) => {
      resolve({ number: 1 });
    });
    expect(await first).toMatchObject({ ageSeconds: 0, ttlSeconds: 1, fromMemory: false });
    clock.now += 1_000;
    const again = { value: { number: 1 }, ageSeconds: 1, ttlSeconds: 0, fromMemory: true, failure: null };
    expect(await cache.get(policy)).toEqual(again);
    expect(waiting).toHaveLength(1);
  });

  it('gives the old answer while one flight fetches the new one', async () => {
    const { cache, clock, policy, waiting, settle, answered } = setUp();
    await answered(policy);
    clock.now += 3_000;
    const both = await Promise.all([cache.get(policy), cache.get(policy)]);
    expect(both.map(({ value, failure: trouble }) => [value.number, trouble])).toEqual([
      [1, null],
      [1, null],
    ]);
    expect(waiting).toHaveLength(2);
    await settle(({ resolve }) => {
      resolve({ number: 2 });
    });
    expect(await cache.get(policy)).toMatchObject({ value: { number: 2 }, ageSeconds: 0 });
  });

  it('waits for a new answer when the old one is too old, and falls back on it when that fails', async () => {
    const { cache, clock, policy, settle, failed, answered } = setUp();
    await answered(policy);
    clock.now += 60_000;
    const asking = cache.get(policy);
    await failed();
    expect(await asking).toMatchObject({
      value: { number: 1 },
      ageSeconds: 60,
      ttlSeconds: -59,
      fromMemory: true,
      failure: { code: 'upstream_error' },
    });
    clock.now += 5_000;
    const recovered = cache.get(policy);
    await settle(({ resolve }) => {
      resolve({ number: 2 });
    });
    expect(await recovered).toMatchObject({ value: { number: 2 }, failure: null });
  });

  it('tells that refreshing fails, from the next answer on', async () => {
    const { cache, clock, policy, failed, answered } = setUp();
    await answered(policy);
    clock.now += 3_000;
    expect((await cache.get(policy)).failure).toBeNull();
    await failed();
    expect(await cache.get(policy)).toMatchObject({ value: { number: 1 }, failure: { code: 'upstream_error' } });
  });

  it('does not tell a failure of long ago when it comes to be asked anew', async () => {
    const { cache, clock, policy, failed, answered } = setUp();
    const seldom = { ...policy, refreshMs: 3_600_000 };
    await answered(seldom);
    clock.now += 600_000;
    await cache.get(seldom);
    await failed();
    expect((await cache.get(seldom)).failure).not.toBeNull();
    clock.now += 600_000;
    expect(await cache.get(seldom)).toMatchObject({ value: { number: 1 }, failure: null });
    await failed();
    expect((await cache.get(seldom)).failure).not.toBeNull();
  });

  it.each([
    ['as one of lately', 64_999, 'upstream_error'],
    ['no more when it is old', 65_000, null],
    ['not when it is of a time that has not come, for the clock was set back', -55_000, null],
    ['also when the clock was set back by less', -54_999, 'upstream_error'],
  ])('tells a failure, while it asks anew, %s', async (_, later, code) => {
    const { cache, clock, policy, failed, answered } = setUp();
    const seldom = { ...policy, refreshMs: 3_600_000 };
    await answered(seldom);
    clock.now += 600_000;
    await cache.get(seldom);
    await failed();
    clock.now += later;
    expect((await cache.get(seldom)).failure?.code ?? null).toBe(code);
  });

  it('does not tell again and again what has come to be withheld, however seldom it is asked for', async () => {
    const { clock, cache, policy, settle, failed, answered } = setUp();
    await answered(policy);
    clock.now += 2_000;
    await cache.get(policy);
    await settle(({ reject }) => {
      reject(new ProviderError('forbidden', { message: 'It is hidden.', remedy: 'Show it.' }));
    });
    // Longer than a failure is taken as known.
    clock.now += 5_000;
    const later = expect(cache.get(policy)).rejects.toThrow('It failed.');
    await failed();
    await later;
  });

  it('lets each asker wait by what is known of it, and says so who is too late', async () => {
    const { clock, cache, policy, failed } = setUp(600_000);
    const first = expect(cache.get(policy)).rejects.toThrow('It failed.');
    await failed();
    await first;
    clock.now += 5_000;
    const patience = (known: ProviderError | null): number => (known ? 1 : 60_000);
    await expect(cache.get({ ...policy, patience })).rejects.toMatchObject({
      code: 'upstream_timeout',
      cause: { code: 'upstream_error' },
    });
  });

  it('logs a mistake of this service that nobody has waited for, and rethrows it to who has', async () => {
    const logged = vi.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    try {
      const { clock, cache, policy, settle, answered } = setUp();
      const mistake = new TypeError('It is not a function.');
      const fail = () =>
        settle(({ reject }) => {
          reject(mistake);
        });
      await answered(policy);
      clock.now += 2_000;
      expect(await cache.get(policy)).toMatchObject({ value: { number: 1 } });
      await fail();
      expect(logged).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('question'), mistake.stack);
      clock.now += 5_000;
      const waited = expect(cache.get(policy)).rejects.toBe(mistake);
      await fail();
      await waited;
      expect(logged).toHaveBeenCalledOnce();
    } finally {
      logged.mockRestore();
    }
  });

  it('does not wait longer than its patience, and keeps what comes late', async () => {
    const { cache, policy, waiting, settle } = setUp(20);
    await expect(cache.get(policy)).rejects.toMatchObject({ code: 'upstream_timeout' });
    await settle(({ resolve }) => {
      resolve({ number: 1 });
    });
    expect(await cache.get(policy)).toMatchObject({ value: { number: 1 }, failure: null });
    expect(waiting).toHaveLength(1);
  });

  it.each([
    ['the account', 'forbidden'],
    ['the upstream', 'owner_premium_required'],
  ] as const)('gives nothing away that %s has come to withhold', async (_, code) => {
    const { cache, clock, policy, settle, failed, answered } = setUp();
    await answered(policy);
    clock.now += 60_000;
    const hidden = expect(cache.get(policy)).rejects.toMatchObject({ code });
    await settle(({ reject }) => {
      reject(new ProviderError(code, { message: 'It is hidden.', remedy: 'Show it.' }));
    });
    await hidden;
    await expect(cache.get(policy)).rejects.toMatchObject({ code });
    clock.now += 5_000;
    const later = expect(cache.get(policy)).rejects.toThrow('It failed.');
    await failed();
    await later;
  });

  it('is not older than nothing when the clock was set back by a moment, and asks nobody for that', async () => {
    const { cache, clock, policy, waiting, answered } = setUp();
    await answered(policy);
    clock.now -= 500;
    expect(await cache.get(policy)).toMatchObject({ value: { number: 1 }, ageSeconds: 0, ttlSeconds: 1 });
    expect(waiting).toHaveLength(1);
  });

  it('gives the old answer without a wait as long as the policy says, counted from when it was not fresh', async () => {
    const { cache, clock, policy, answered } = setUp();
    await answered(policy);
    clock.now += 6_000;
    expect(await cache.get(policy)).toMatchObject({ value: { number: 1 }, fromMemory: true, failure: null });
  });

  it('tells while it asks anew that the last time has failed, until it is answered', async () => {
    const { cache, clock, policy, settle, failed, answered } = setUp();
    const seldom = { ...policy, refreshMs: 60_000 };
    await answered(seldom);
    clock.now += 3_000;
    await cache.get(seldom);
    await failed();
    clock.now += 6_000;
    expect(await cache.get(seldom)).toMatchObject({ value: { number: 1 }, failure: { code: 'upstream_error' } });
    await settle(({ resolve }) => {
      resolve({ number: 2 });
    });
    clock.now += 2_000;
    expect(await cache.get(seldom)).toMatchObject({ value: { number: 2 }, failure: null });
  });

  it('waits two and a half seconds unless told otherwise', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const cache = new ReadCache<Answer>(() => 1_000_000);
    let code: string | null = null;
    const read = () => new Promise<Answer>(() => undefined);
    const asking = cache.get({ key: 'question', freshMs: 1_000, refreshMs: 0, read }).catch((error: unknown) => {
      code = error instanceof ProviderError ? error.code : 'something else';
    });
    await vi.advanceTimersByTimeAsync(2_499);
    expect(code).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    await asking;
    expect(code).toBe('upstream_timeout');
  });

  it('does not turn many who ask during a failure into many calls', async () => {
    const { cache, clock, policy, waiting, failed } = setUp();
    const first = expect(cache.get(policy)).rejects.toMatchObject({ code: 'upstream_error' });
    await failed();
    await first;
    for (let visitor = 0; visitor < 100; visitor += 1) {
      await expect(cache.get(policy)).rejects.toMatchObject({ code: 'upstream_error' });
    }
    clock.now += 4_999;
    await expect(cache.get(policy)).rejects.toMatchObject({ code: 'upstream_error' });
    expect(waiting).toHaveLength(1);
  });

  it('passes a failure on when it knows nothing, and asks again a little later', async () => {
    const { cache, clock, policy, waiting, settle, failed } = setUp();
    const first = cache.get(policy);
    const outcome = expect(first).rejects.toMatchObject({ code: 'upstream_error' });
    await failed();
    await outcome;
    clock.now += 5_000;
    const second = cache.get(policy);
    await settle(({ resolve }) => {
      resolve({ number: 2 });
    });
    expect((await second).value).toEqual({ number: 2 });
    expect(waiting).toHaveLength(2);
  });

  it('keeps questions apart', async () => {
    const { cache, policy, settle } = setUp();
    const one = cache.get(policy);
    await settle(({ resolve }) => {
      resolve({ number: 1 });
    });
    const two = cache.get({ ...policy, key: 'other' });
    await settle(({ resolve }) => {
      resolve({ number: 2 });
    });
    expect([(await one).value.number, (await two).value.number]).toEqual([1, 2]);
  });
});
