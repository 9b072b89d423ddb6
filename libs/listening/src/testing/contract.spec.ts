import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import {
  type ListeningProvider,
  ProviderError,
  type NowPlaying,
  type ReadOptions,
  type RecentTrack,
} from '../index.js';
import { CLAUSES } from './clauses.js';
import type { ContractSubject, Situation } from './subject.js';

const SECRET = 'canary-1f0c9a';
const SONG: NowPlaying = {
  kind: 'track',
  title: 'Paper Lanterns',
  artist: 'The Night Ferry',
  album: 'Harbour Lights',
  albumImageUrl: 'https://covers.example/1.jpg',
  songUrl: 'https://songs.example/1',
  durationMs: 201_000,
  startedAt: new Date('2026-01-02T03:00:00Z'),
};

interface World {
  situation: Situation;
  calls: number;
}

function error(code: ProviderError['code'], retryAt?: Date): ProviderError {
  const details = { message: 'The upstream failed.', remedy: 'Try again later.' };
  return new ProviderError(code, retryAt ? { ...details, retryAt } : details);
}

/** Keeps every clause: a provider whose upstream is an object in memory. */
function faithful(world: World): ListeningProvider {
  let blockedUntil: Date | null = null;
  async function upstream<T>(answer: () => T, options: ReadOptions = {}): Promise<T> {
    if (blockedUntil && world.situation === 'rate_limited') throw error('upstream_rate_limited', blockedUntil);
    world.calls += 1;
    switch (world.situation) {
      case 'rate_limited':
        blockedUntil = new Date(Date.now() + 60_000);
        throw error('upstream_rate_limited', blockedUntil);
      case 'down':
      case 'html':
      case 'truncated':
        throw error('upstream_error');
      case 'expired':
      case 'revoked':
        throw error('reauthorization_required');
      case 'hang':
        return new Promise((_, reject) => {
          const giveUp = (): void => {
            clearTimeout(timer);
            reject(error('upstream_timeout'));
          };
          const timer = setTimeout(giveUp, 30);
          options.signal?.addEventListener('abort', giveUp);
        });
      case 'playing':
      case 'paused':
      case 'nothing':
      case 'ad':
      case 'slow':
        return Promise.resolve(answer());
    }
  }
  function on(): NowPlaying | null {
    if (world.situation === 'ad') return { ...SONG, kind: 'ad', title: 'Advertisement', artist: '' };
    return world.situation === 'playing' || world.situation === 'slow' ? SONG : null;
  }
  const ranked = (limit: number) =>
    Array.from({ length: limit }, (_, index) => ({ rank: index + 1, playcount: 500 - index }));
  const page = { url: null, imageUrl: null };
  return {
    nowPlaying: (options) => upstream(on, options),
    recentTracks: ({ limit }, options) =>
      upstream(() => {
        const { title, artist, album, albumImageUrl, songUrl } = SONG;
        const track = { title, artist, album, albumImageUrl, songUrl };
        const running: RecentTrack[] = on()?.kind === 'track' ? [{ ...track, nowPlaying: true, playedAt: null }] : [];
        const played = Array.from({ length: 60 }, (_, index) => ({
          ...track,
          nowPlaying: false,
          playedAt: new Date(Date.UTC(2026, 0, 1) - index * 180_000),
        }));
        return [...running, ...played].slice(0, limit);
      }, options),
    topTracks: ({ limit }, options) =>
      upstream(
        () => ({
          derivation: null,
          items: ranked(limit).map((entry) => ({ ...entry, title: 'T', artist: 'A', songUrl: null, imageUrl: null })),
        }),
        options,
      ),
    topArtists: ({ limit }, options) =>
      upstream(
        () => ({ derivation: null, items: ranked(limit).map((entry) => ({ ...entry, ...page, name: 'A' })) }),
        options,
      ),
    topAlbums: ({ limit }, options) =>
      upstream(
        () => ({
          derivation: 'From the most played songs.',
          items: ranked(limit).map((entry) => ({ ...entry, ...page, title: 'B', artist: 'A' })),
        }),
        options,
      ),
    lovedTracks: ({ limit }, options) =>
      upstream(
        () =>
          Array.from({ length: limit }, () => ({
            title: 'T',
            artist: 'A',
            songUrl: null,
            imageUrl: null,
            lovedAt: null,
          })),
        options,
      ),
    profile: (options) =>
      upstream(
        () => ({
          ...page,
          name: 'ada',
          displayName: 'Ada',
          playcount: 1,
          artistCount: null,
          trackCount: null,
          albumCount: null,
          registeredAt: null,
        }),
        options,
      ),
  };
}

type Sabotage = (provider: ListeningProvider, world: World) => Partial<ListeningProvider>;

function subjectOf(
  sabotage: Sabotage = () => ({}),
  definition: Partial<ContractSubject['definition']> = {},
): ContractSubject {
  const world: World = { situation: 'playing', calls: 0 };
  const good = faithful(world);
  return {
    definition: {
      id: 'fake',
      source: 'fake',
      displayName: 'Fake',
      color: '#102030',
      links: { home: 'https://fake.example', credentials: 'https://fake.example/keys' },
      capabilities: {
        reads: ['nowPlaying', 'recentTracks', 'topTracks', 'topArtists', 'topAlbums', 'lovedTracks', 'profile'],
        kinds: ['track', 'ad'],
        pause: true,
      },
      linking: {},
      ...definition,
    },
    provider: { ...good, ...sabotage(good, world) },
    stage: (situation) => {
      world.situation = situation;
      return Promise.resolve();
    },
    calls: () => Promise.resolve(world.calls),
    song: { title: SONG.title, artist: SONG.artist },
    secrets: [SECRET],
    patienceMs: 300,
    close: () => Promise.resolve(),
  };
}

const never = new Promise<never>(() => undefined);
const swallow =
  (situation: Situation): Sabotage =>
  (good, world) => ({
    nowPlaying: (options) => (world.situation === situation ? Promise.resolve(null) : good.nowPlaying(options)),
  });

/** One broken provider for every clause, under the clause's name. */
const SABOTAGES: Readonly<Record<string, Sabotage | { definition: Partial<ContractSubject['definition']> }>> = {
  'identity: names, colour and links are well formed': { definition: { color: 'red' } },
  'capabilities: a read that is not declared rejects with not_supported, a declared one answers': {
    definition: {
      capabilities: {
        reads: ['nowPlaying', 'recentTracks', 'profile'],
        kinds: ['track'],
        pause: false,
      },
    },
  },
  'playing: tells the song, in our units': (good) => ({
    nowPlaying: async (options) => {
      const playing = await good.nowPlaying(options);
      return playing && { ...playing, durationMs: 201 };
    },
  }),
  'nothing: nowPlaying is null': (good, world) => ({
    nowPlaying: (options) =>
      world.situation === 'nothing' ? Promise.reject(error('upstream_error')) : good.nowPlaying(options),
  }),
  'paused: nowPlaying is null': (good, world) => ({
    nowPlaying: (options) => (world.situation === 'paused' ? Promise.resolve(SONG) : good.nowPlaying(options)),
  }),
  'ad: is told as an ad, with a title in words': swallow('ad'),
  'recentTracks: the running song comes first and counts toward the limit': (good) => ({
    recentTracks: ({ limit }, options) => good.recentTracks({ limit: limit + 1 }, options),
  }),
  'recentTracks: newest first, with dates and addresses of our kind': (good) => ({
    recentTracks: async (query, options) => {
      const tracks = await good.recentTracks(query, options);
      const played = tracks.filter((track) => !track.nowPlaying).reverse();
      return [...tracks.filter((track) => track.nowPlaying), ...played];
    },
  }),
  'charts: ranked from 1, most played first, never more than asked for': (good) => ({
    topArtists: async (query, options) => {
      const { items } = await good.topArtists(query, options);
      return { derivation: null, items: items.map((item) => ({ ...item, rank: item.rank - 1 })) };
    },
  }),
  'lovedTracks and profile: in our shapes': (good) => ({
    profile: async (options) => ({ ...(await good.profile(options)), playcount: Number.NaN }),
  }),
  'rate_limited: one call, then none until the time that the upstream named': (good, world) => ({
    profile: (options) => {
      world.calls += 1;
      return good.profile(options);
    },
  }),
  'down: a read is tried three times at most': (good, world) => ({
    nowPlaying: (options) => {
      if (world.situation === 'down') world.calls += 3;
      return good.nowPlaying(options);
    },
  }),
  'down: every read rejects with upstream_error': swallow('down'),
  'html: every read rejects with upstream_error': swallow('html'),
  'truncated: every read rejects with upstream_error': swallow('truncated'),
  'hang: every read rejects with upstream_timeout': (good, world) => ({
    nowPlaying: (options) => (world.situation === 'hang' && !options?.signal ? never : good.nowPlaying(options)),
  }),
  'expired: every read rejects with reauthorization_required': swallow('expired'),
  'revoked: every read rejects with reauthorization_required': swallow('revoked'),
  'slow: the answer is waited for': swallow('slow'),
  'recovery: the next read after a fault is as good as any': (good) => {
    let broken = false;
    return {
      nowPlaying: async (options) => {
        if (broken) throw error('upstream_error');
        try {
          return await good.nowPlaying(options);
        } catch (cause) {
          broken = true;
          throw cause;
        }
      },
    };
  },
  'signal: a read that is given up rejects at once with upstream_timeout': () => ({
    profile: () => never,
  }),
  'errors: a code of the closed set, a cause and a remedy in words': (good) => ({
    nowPlaying: (options) =>
      good.nowPlaying(options).catch((cause: unknown) => {
        if (cause instanceof ProviderError && cause.code === 'upstream_error') {
          throw new ProviderError('upstream_error', { message: cause.message, remedy: '' });
        }
        throw cause;
      }),
  }),
  'secrets: no key or token in any error, however deep': (good) => ({
    nowPlaying: (options) =>
      good.nowPlaying(options).catch((cause: unknown) => {
        assert(cause instanceof ProviderError);
        const request = { config: { params: { api_key: SECRET } } };
        const details = { message: cause.message, remedy: cause.remedy, cause: request };
        throw new ProviderError(cause.code, cause.retryAt ? { ...details, retryAt: cause.retryAt } : details);
      }),
  }),
};

describe('the contract holds for a faithful provider', () => {
  it.each(CLAUSES.map(({ name, check }) => [name, check] as const))('%s', async (_, check) => {
    await check(subjectOf());
  });
});

describe('every clause catches the provider that breaks it', () => {
  it('has one broken provider for each', () => {
    expect(Object.keys(SABOTAGES).sort()).toEqual(CLAUSES.map(({ name }) => name).sort());
  });

  it.each(CLAUSES.map(({ name, check }) => [name, check] as const))('%s', async (name, check) => {
    const sabotage = SABOTAGES[name];
    assert(sabotage);
    const subject = typeof sabotage === 'function' ? subjectOf(sabotage) : subjectOf(undefined, sabotage.definition);
    await expect(check(subject)).rejects.toThrow();
  });

  it('and a provider that swallows one fault breaks that clause, not all of them', async () => {
    const broken: string[] = [];
    for (const { name, check } of CLAUSES) await check(subjectOf(swallow('html'))).catch(() => broken.push(name));
    expect(broken).toContain('html: every read rejects with upstream_error');
    expect(broken).not.toContain('down: every read rejects with upstream_error');
  });
});
