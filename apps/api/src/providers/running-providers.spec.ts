import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ProviderError, type Read } from '#listening';
import { UpstreamError } from '#upstream';
import type { RunningProvider } from './running-providers.js';
import { type House, SPOTIFY, openHouse } from './testing/house.js';

const KEYS = { provider: 'spotify', clientId: SPOTIFY.SPOTIFY_CLIENT_ID };
const ADA = { id: 'ada', name: 'Ada' };
const GRACE = { id: 'grace', name: 'Grace' };

let house: House;

beforeAll(async () => {
  Logger.overrideLogger(false);
  house = await openHouse();
});
afterEach(() => house.accounts.links.forget(KEYS));
afterAll(() => house.close());

function link(account: typeof ADA): Promise<string> {
  const tokens = { accessToken: 'an-access-token', refreshToken: 'a-refresh-token', scopes: [], expiresIn: 3600 };
  return house.accounts.links.save({ ...KEYS, account, scopes: ['user-top-read'], tokens });
}

async function fail({ health }: RunningProvider): Promise<void> {
  const failure = new ProviderError('reauthorization_required', { message: 'It is over.', remedy: 'Agree again.' });
  await expect(health.watch('nowPlaying', Promise.reject(failure))).rejects.toBe(failure);
}

describe('what is known of an account', () => {
  /** A process that has heard of all links so far, has met trouble, and knows that the account hides what it hears. */
  async function process(): Promise<{ spotify: RunningProvider; catchUp: () => Promise<void>; keys: () => string[] }> {
    const { providers, generation, running } = house.with(SPOTIFY);
    await generation.catchUp();
    const spotify = running('spotify');
    await fail(spotify);
    providers.hide('spotify', true);
    return { spotify, catchUp: () => generation.catchUp(), keys: () => [spotify.key, spotify.listeningKey] };
  }

  const changes: Readonly<Record<string, () => Promise<unknown>>> = {
    'an account is linked beside it': () => link(GRACE),
    'it is forgotten': () => house.accounts.links.forget(KEYS),
    'it is linked once more': () => link(ADA),
    'another one takes its place': async () => {
      await house.accounts.links.forget(KEYS);
      await link(GRACE);
    },
  };
  it.each(Object.keys(changes))('is over when another process says that %s', async (change) => {
    await link(ADA);
    const { spotify, catchUp, keys } = await process();
    const before = keys();
    await catchUp();
    expect(keys()).toEqual(before);
    expect(spotify.health.current.failure?.code).toBe('reauthorization_required');
    await changes[change]?.();
    await catchUp();
    const after = keys();
    expect(after.filter((key) => before.includes(key))).toEqual([]);
    expect(spotify.health.current.failure).toBeNull();
    expect([spotify.isHidden, spotify.hiddenAt]).toEqual([false, null]);
    await catchUp();
    expect(keys()).toEqual(after);
  });
});

describe('how to configure a provider', () => {
  const told = (env: Record<string, string>): string => house.with(env).providers.notConfigured('spotify').remedy;

  it('names the address that the app must send people back to, as the settings have it', () => {
    expect(told({})).toContain('there, http://127.0.0.1:7723/callback must stand');
    expect(told({ SPOTIFY_REDIRECT_URI: 'https://music.example.org/back' })).toContain(
      'there, https://music.example.org/back must stand',
    );
  });

  it.each(['http://192.168.1.5:7723', 'http://localhost:7723', 'https://localhost'])(
    'does not tell anybody to write down what the upstream refuses: %s',
    (origin) => {
      const remedy = told({ BASE_URL: origin });
      expect(remedy).toContain(`(${origin}/callback). `);
      expect(remedy).toMatch(/BASE_URL/);
      expect(remedy).not.toContain('must stand');
    },
  );
});

describe('an account that hides what it hears', () => {
  it('is told of once, and again when it has let somebody see it meanwhile', () => {
    const { providers, running } = house.with(SPOTIFY);
    const told: string[] = [];
    providers.onHidden((id, isHeard) => told.push(`${id} ${String(isHeard)}`));
    const spotify = running('spotify');
    const { key, listeningKey } = spotify;
    providers.hide('spotify', false);
    providers.hide('spotify', true);
    expect(told).toEqual(['spotify false']);
    // The charts are not hidden with it.
    expect(spotify.key).toBe(key);
    const hidden = spotify.listeningKey;
    expect(hidden).not.toBe(listeningKey);
    providers.give('spotify');
    expect(spotify.listeningKey).toBe(hidden);
    providers.hide('spotify', true);
    expect(told).toEqual(['spotify false', 'spotify true']);
    expect(spotify.listeningKey).not.toBe(hidden);
  });
});

describe('the health of a provider', () => {
  it('is news when it changes, and when another read is well again while what plays fails', async () => {
    const { providers, running } = house.with(SPOTIFY);
    const { health } = running('spotify');
    const heard = vi.fn();
    providers.onHealthChange(heard);
    const succeed = (read: Read): Promise<void> => health.watch(read, Promise.resolve());
    const failure = new ProviderError('upstream_error', { message: 'It fails.', remedy: 'Wait.' });
    const fail = (read: Read, why = failure): Promise<void> =>
      expect(health.watch(read, Promise.reject(why))).rejects.toBe(why);
    const timesHeard = async (happening: Promise<void>): Promise<number> => {
      heard.mockClear();
      await happening;
      return heard.mock.calls.length;
    };
    expect([await timesHeard(succeed('nowPlaying')), await timesHeard(fail('topTracks'))]).toEqual([0, 0]);
    expect(await timesHeard(succeed('topTracks'))).toBe(0);
    expect([await timesHeard(fail('nowPlaying')), await timesHeard(fail('topTracks'))]).toEqual([1, 0]);
    expect([await timesHeard(succeed('topTracks')), await timesHeard(succeed('topTracks'))]).toEqual([1, 0]);
    expect(await timesHeard(succeed('nowPlaying'))).toBe(1);
    // What is withheld says nothing of what plays.
    const withheld = new ProviderError('insufficient_scope', { message: 'It is closed.', remedy: 'Agree to it.' });
    expect(await timesHeard(fail('topArtists', withheld))).toBe(1);
    expect([await timesHeard(fail('topTracks')), await timesHeard(succeed('topTracks'))]).toEqual([0, 0]);
  });
});

describe('the log', () => {
  it('has the stack of a mistake of our own, and of nothing that was foreseen', async () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    const { running } = house.with(SPOTIFY);
    const fails = async (cause: Error): Promise<void> => {
      const failure = new ProviderError('upstream_error', { message: 'It fails.', remedy: 'Wait.', cause });
      const { health } = running('spotify');
      await expect(health.watch('nowPlaying', Promise.reject(failure))).rejects.toBe(failure);
      await health.watch('nowPlaying', Promise.resolve());
    };
    await fails(new UpstreamError('timeout', 'It was late.'));
    await fails(Object.assign(new Error('It is away.'), { code: 'P1001' }));
    expect(error).not.toHaveBeenCalled();
    await fails(new TypeError('There is no such thing.'));
    expect(error.mock.calls).toEqual([[expect.any(String), expect.stringContaining('TypeError: There is no such')]]);
    error.mockRestore();
  });
});
