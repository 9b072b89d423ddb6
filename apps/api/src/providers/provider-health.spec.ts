import { describe, expect, it } from 'vitest';
import { ProviderError, type ProviderErrorCode } from '#listening';
import { UpstreamError } from '#upstream';
import { HealthRecord } from './provider-health.js';

function setUp() {
  const clock = { now: Date.UTC(2026, 0, 1) };
  const told: (string | null)[] = [];
  const parts: [string, string | null][] = [];
  const health = new HealthRecord(
    () => clock.now,
    (failure) => told.push(failure?.code ?? null),
    (read, failure) => parts.push([read, failure?.code ?? null]),
  );
  const succeed = (read: 'profile' | 'nowPlaying') => health.watch(read, Promise.resolve(1));
  const fail = async (read: 'profile' | 'nowPlaying', code: ProviderErrorCode) => {
    const error = new ProviderError(code, { message: 'It failed.', remedy: 'Wait.' });
    await expect(health.watch(read, Promise.reject(error))).rejects.toBe(error);
  };
  return { clock, health, told, parts, succeed, fail };
}

describe('HealthRecord', () => {
  it('knows nothing before the first read', () => {
    expect(setUp().health.current).toEqual({ failure: null, since: null, lastSuccessAt: null });
  });

  it('keeps since when the same thing goes on, and when it last went well', async () => {
    const { clock, health, succeed, fail } = setUp();
    await succeed('profile');
    clock.now += 1_000;
    await succeed('nowPlaying');
    expect(health.current).toEqual({
      failure: null,
      since: new Date(clock.now - 1_000),
      lastSuccessAt: new Date(clock.now),
    });
    clock.now += 1_000;
    await fail('nowPlaying', 'upstream_error');
    clock.now += 1_000;
    await fail('profile', 'upstream_error');
    expect(health.current).toMatchObject({ failure: { code: 'upstream_error' }, since: new Date(clock.now - 1_000) });
    await fail('profile', 'upstream_rate_limited');
    expect(health.current).toMatchObject({ failure: { code: 'upstream_rate_limited' }, since: new Date(clock.now) });
  });

  it('says for a growing while that nothing should be asked of an upstream that refuses the key', async () => {
    const { clock, health, succeed, fail } = setUp();
    for (const pause of [4, 8, 16, 32, 60, 60]) {
      expect(health.refused).toBeNull();
      // What was asked at the same time is one refusal.
      for (const read of ['profile', 'nowPlaying', 'profile'] as const) await fail(read, 'provider_not_configured');
      clock.now += pause * 1_000 - 1;
      expect(health.refused?.code).toBe('provider_not_configured');
      clock.now += 1;
    }
    await succeed('profile');
    await fail('profile', 'upstream_error');
    expect(health.refused).toBeNull();
    await fail('profile', 'provider_not_configured');
    clock.now += 4_000;
    expect(health.refused).toBeNull();
  });

  it('does not tell for long that the database was away, which no read of the upstream may ever end', async () => {
    const { clock, health, fail } = setUp();
    await fail('profile', 'database_unavailable');
    expect(health.current.failure?.code).toBe('database_unavailable');
    clock.now += 16_000;
    expect(health.current.failure).toBeNull();
  });

  it('tells each change once, and nothing while all is well from the beginning', async () => {
    const { told, succeed, fail } = setUp();
    await succeed('profile');
    await succeed('nowPlaying');
    expect(told).toEqual([]);
    await fail('nowPlaying', 'upstream_error');
    await fail('profile', 'upstream_error');
    await fail('nowPlaying', 'upstream_timeout');
    await succeed('nowPlaying');
    expect(told).toEqual(['upstream_error', 'upstream_timeout', null]);
  });

  it('keeps since when reads that overlap end in the same way', async () => {
    const { clock, health } = setUp();
    const error = new ProviderError('upstream_error', { message: 'It failed.', remedy: 'Wait.' });
    const ends: ((error: Error) => void)[] = [];
    const reads = [1, 2].map(() => health.watch('profile', new Promise((_, reject) => ends.push(reject))));
    const outcomes = reads.map((read) => expect(read).rejects.toBe(error));
    ends[0]?.(error);
    await outcomes[0];
    const { since } = health.current;
    clock.now += 5_000;
    ends[1]?.(error);
    await outcomes[1];
    expect(health.current.since).toEqual(since);
  });

  it('takes a read that fails beside what is good for what it is: that part alone', async () => {
    const { clock, health, told, succeed, fail } = setUp();
    for (let second = 0; second < 100; second += 1) {
      await succeed('nowPlaying');
      clock.now += 1_000;
      await fail('profile', 'upstream_error');
    }
    expect(health.current.failure).toBeNull();
    expect(told).toEqual([]);
    // What else there is was good too long ago.
    clock.now += 60_000;
    await fail('profile', 'upstream_error');
    expect(told).toEqual(['upstream_error']);
    await succeed('nowPlaying');
    expect(told).toEqual(['upstream_error', null]);
  });

  it('tells once of a read that fails alone, once of each other way, and once when it is well again', async () => {
    const { parts, told, succeed, fail } = setUp();
    await succeed('nowPlaying');
    for (const code of ['upstream_error', 'upstream_error', 'upstream_timeout'] as const) await fail('profile', code);
    await succeed('nowPlaying');
    await succeed('profile');
    await succeed('profile');
    expect(parts).toEqual([
      ['profile', 'upstream_error'],
      ['profile', 'upstream_timeout'],
      ['profile', null],
    ]);
    expect(told).toEqual([]);
  });

  it('does not take what plays for well because something else is, for as long as that was asked lately', async () => {
    const { clock, health, told, succeed, fail } = setUp();
    for (let second = 0; second < 100; second += 1) {
      await fail('nowPlaying', 'upstream_error');
      clock.now += 1_000;
      await succeed('profile');
      await fail('profile', 'upstream_timeout');
    }
    // What plays is asked seldom when it has failed often, and others go on meanwhile.
    for (let minute = 0; minute < 5; minute += 1) {
      clock.now += 60_000;
      await succeed('profile');
    }
    expect(told).toEqual(['upstream_error']);
    clock.now += 60_000;
    await succeed('profile');
    expect(health.current.failure).toBeNull();
  });

  it('takes a pause of one list for that of one list', async () => {
    const { clock, health, told, succeed } = setUp();
    const pause = (isOfPart: boolean): ProviderError => {
      const cause = new UpstreamError('blocked', 'Left alone.', {
        retryAt: clock.now + 60_000,
        since: clock.now,
        isOfPart,
      });
      return new ProviderError('upstream_rate_limited', { message: 'It failed.', remedy: 'Wait.', cause });
    };
    await succeed('nowPlaying');
    await health.watch('topAlbums', Promise.reject(pause(true))).catch(() => undefined);
    expect(told).toEqual([]);
    await health.watch('topAlbums', Promise.reject(pause(false))).catch(() => undefined);
    expect(told).toEqual(['upstream_rate_limited']);
    await succeed('nowPlaying');
    await health.watch('nowPlaying', Promise.reject(pause(true))).catch(() => undefined);
    await succeed('profile');
    expect(health.current.failure?.code).toBe('upstream_rate_limited');
  });

  it('ends a trouble of all reads with any that succeeds', async () => {
    const { health, succeed, fail } = setUp();
    await fail('nowPlaying', 'upstream_rate_limited');
    await succeed('profile');
    expect(health.current.failure).toBeNull();
  });

  it('ends what the account withholds only with the same read', async () => {
    const { health, succeed, fail } = setUp();
    await fail('nowPlaying', 'forbidden');
    await succeed('profile');
    expect(health.current).toMatchObject({ failure: { code: 'forbidden' } });
    await succeed('nowPlaying');
    expect(health.current.failure).toBeNull();
  });

  it('an endpoint that is gone does not come back with another one', async () => {
    const { health, succeed, fail } = setUp();
    await fail('profile', 'not_supported');
    await succeed('nowPlaying');
    expect(health.current).toMatchObject({ failure: { code: 'not_supported' } });
    await succeed('profile');
    expect(health.current.failure).toBeNull();
  });

  it('counts a pause from when it began, which may have been before the first read', async () => {
    const { clock, health } = setUp();
    const cause = new UpstreamError('blocked', 'It is left alone.', {
      retryAt: clock.now + 50_000,
      since: clock.now - 600_000,
    });
    const error = new ProviderError('upstream_rate_limited', { message: 'It failed.', remedy: 'Wait.', cause });
    await expect(health.watch('profile', Promise.reject(error))).rejects.toBe(error);
    expect(health.current.since).toEqual(new Date(clock.now - 600_000));
  });

  it('says that something is withheld until it is given, asked for by nobody for a while, or forgiven', async () => {
    const { clock, health, succeed, fail, told } = setUp();
    const code = (): string | null => health.current.failure?.code ?? null;
    await succeed('profile');
    await fail('nowPlaying', 'insufficient_scope');
    await succeed('profile');
    expect(code()).toBe('insufficient_scope');
    await succeed('nowPlaying');
    expect(code()).toBeNull();
    await fail('nowPlaying', 'insufficient_scope');
    clock.now += 4 * 60_000;
    expect(code()).toBe('insufficient_scope');
    clock.now += 2 * 60_000;
    expect(code()).toBeNull();
    await fail('nowPlaying', 'insufficient_scope');
    health.forgive();
    expect(code()).toBeNull();
    expect(told.at(-1)).toBeNull();
  });
});
