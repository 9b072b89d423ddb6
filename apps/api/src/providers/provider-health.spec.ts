import { describe, expect, it } from 'vitest';
import { ProviderError, type ProviderErrorCode } from '#listening';
import { HealthRecord } from './provider-health.js';

function setUp() {
  const clock = { now: Date.UTC(2026, 0, 1) };
  const health = new HealthRecord(() => clock.now);
  const succeed = (read: 'profile' | 'nowPlaying') => health.watch(read, Promise.resolve(1));
  const fail = async (read: 'profile' | 'nowPlaying', code: ProviderErrorCode) => {
    const error = new ProviderError(code, { message: 'It failed.', remedy: 'Wait.' });
    await expect(health.watch(read, Promise.reject(error))).rejects.toBe(error);
  };
  return { clock, health, succeed, fail };
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

  it('ends an outage with any read that succeeds', async () => {
    const { health, succeed, fail } = setUp();
    await fail('nowPlaying', 'upstream_timeout');
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

  it('does not take what a provider does not have for a failure', async () => {
    const { health, fail } = setUp();
    await fail('profile', 'not_supported');
    expect(health.current.failure).toBeNull();
  });
});
