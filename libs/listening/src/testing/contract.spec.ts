import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import {
  type LibraryEntry,
  type LibraryPage,
  type LibraryReads,
  type ListeningProvider,
  ProviderError,
  type NowPlaying,
  type ReadOptions,
  type RecentTrack,
} from '../index.js';
import { CLAUSES } from './clauses.js';
import { CLOSED_ID, FAKE_ENTRY, FAKE_SHAPE, fakeLibrary } from './fake-library.js';
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
    library: fakeLibrary(upstream),
    libraryWrites: null,
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

type Definition = Partial<ContractSubject['definition']>;
type Sabotage = (provider: ListeningProvider, world: World) => Partial<ListeningProvider>;

function subjectOf(sabotage: Sabotage = () => ({}), definition: Definition = {}): ContractSubject {
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
      library: FAKE_SHAPE,
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

function brokenBy(sabotage: Sabotage | { definition: Definition }): ContractSubject {
  return typeof sabotage === 'function' ? subjectOf(sabotage) : subjectOf(undefined, sabotage.definition);
}

const never = new Promise<never>(() => undefined);
const swallow =
  (situation: Situation): Sabotage =>
  (good, world) => ({
    nowPlaying: (options) => (world.situation === situation ? Promise.resolve(null) : good.nowPlaying(options)),
  });

/** What is on, changed. */
const playing =
  (change: (song: NowPlaying) => NowPlaying): Sabotage =>
  (good) => ({
    nowPlaying: async (options) => {
      const song = await good.nowPlaying(options);
      return song && change(song);
    },
  });

/** Every entry of the history, changed. */
const history =
  (change: (track: RecentTrack) => RecentTrack): Sabotage =>
  (good) => ({ recentTracks: async (query, options) => (await good.recentTracks(query, options)).map(change) });

const LINKS = { home: 'https://fake.example', credentials: 'https://fake.example/keys' };

/** A library with something broken in it. */
const library =
  (breakIt: (good: LibraryReads) => Partial<LibraryReads>): Sabotage =>
  ({ library: good }) => ({ library: good && { ...good, ...breakIt(good) } });

/** Every part of its lists, changed. */
const parts = (change: (part: LibraryPage<LibraryEntry>, at: string | null) => LibraryPage<LibraryEntry>): Sabotage =>
  library((good) => ({ list: async (name, at, options) => change(await good.list(name, at, options), at) }));

/** Every entry of its lists, changed. */
const entries = (change: (entry: LibraryEntry) => LibraryEntry): Sabotage =>
  parts((part) => ({ ...part, entries: part.entries.map(change) }));

/** The entries of its playlists, changed. */
const contents = (change: (part: LibraryPage<LibraryEntry>) => LibraryPage<LibraryEntry>): Sabotage =>
  library((good) => ({
    playlistEntries: async (id, at, options) => change(await good.playlistEntries(id, at, options)),
  }));

/** One broken provider for every clause, under the clause's name. */
const SABOTAGES: Readonly<Record<string, Sabotage | { definition: Definition }>> = {
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
  'library: is there as far as the definition says, with well formed names that differ': () => ({ library: null }),
  'library: lists go on part by part to their totals, and say nothing twice': parts((part) => ({
    ...part,
    next: null,
  })),
  'library: any part of a list can be asked for at once, by offset or by what comes before it': library((good) => {
    let before = '';
    return {
      list: (name, at, options) => {
        const isNext = at === null || Number(at) > Number(before);
        before = at ?? '0';
        return good.list(name, isNext ? at : null, options);
      },
    };
  }),
  'library: entries are in our shape': entries((entry) => ({ ...entry, isrc: 'xx-aaa-26-00001' })),
  'library: playlists have as many entries as they say, dead and local ones too, in our shape': contents((part) => ({
    ...part,
    entries: part.entries.filter(({ kind }) => kind !== 'gone'),
  })),
  'library: what it does not have rejects with not_supported': library((good) => ({
    list: (name, at, options) =>
      name.startsWith('no_') ? Promise.resolve({ entries: [], total: 0, next: null }) : good.list(name, at, options),
  })),
  'library: fails as every read does': library((good) => ({
    playlists: (at, options) => good.playlists(at, options).catch(() => ({ entries: [], total: 0, next: null })),
  })),
  'library: a read that is given up rejects at once with upstream_timeout': library(() => ({
    playlistVersion: () => never,
  })),
};

/** More ways to break the clauses that promise more than one thing. */
const MORE_SABOTAGES: Readonly<Record<string, Readonly<Record<string, Sabotage | { definition: Definition }>>>> = {
  'identity: names, colour and links are well formed': {
    'an id that is a path': { definition: { id: '../fake' } },
    'no name': { definition: { displayName: ' ' } },
    'no source': { definition: { source: '' } },
    'a link of another kind': { definition: { links: { ...LINKS, home: 'http://fake.example' } } },
  },
  'playing: tells the song, in our units': {
    'another song': playing((song) => ({ ...song, title: 'Another' })),
    'a kind that is not declared': playing((song) => ({ ...song, kind: 'episode' })),
    'a cover that is no address': playing((song) => ({ ...song, albumImageUrl: 'fake:image:1' })),
    'a start that is none': playing((song) => ({ ...song, startedAt: new Date(Number.NaN) })),
  },
  'nothing: nowPlaying is null': {
    'a song all the same': (good, world) => ({
      nowPlaying: (options) => (world.situation === 'nothing' ? Promise.resolve(SONG) : good.nowPlaying(options)),
    }),
  },
  'ad: is told as an ad, with a title in words': {
    'as a song': playing((song) => ({ ...song, kind: 'track' })),
    'without a title': playing((song) => ({ ...song, title: ' ' })),
  },
  'recentTracks: the running song comes first and counts toward the limit': {
    'another song first': history((track) => ({ ...track, title: 'Another' })),
    'a first one that has ended': history((track) => ({ ...track, nowPlaying: false })),
    'a first one that was played already': history((track) => ({ ...track, playedAt: new Date(0) })),
    'all of them on at once': history((track) => ({ ...track, nowPlaying: true })),
    'one less of many': (good) => ({
      recentTracks: ({ limit }, options) => good.recentTracks({ limit: Math.min(limit, 49) }, options),
    }),
  },
  'recentTracks: newest first, with dates and addresses of our kind': {
    'too few': (good) => ({
      recentTracks: ({ limit }, options) => good.recentTracks({ limit: limit - 1 }, options),
    }),
    'one that is on': history((track) => ({ ...track, nowPlaying: true })),
    'one without a title': history((track) => ({ ...track, title: '' })),
    'seconds for milliseconds': history((track) => ({
      ...track,
      playedAt: track.playedAt && new Date(track.playedAt.getTime() / 1000),
    })),
  },
  'charts: ranked from 1, most played first, never more than asked for': {
    'one more': (good) => ({
      topTracks: (query, options) => good.topTracks({ ...query, limit: query.limit + 1 }, options),
    }),
    none: (good) => ({
      topAlbums: async (query, options) => ({ ...(await good.topAlbums(query, options)), items: [] }),
    }),
    'a count that is none': (good) => ({
      topTracks: async (query, options) => {
        const { items, derivation } = await good.topTracks(query, options);
        return { derivation, items: items.map((item) => ({ ...item, playcount: -item.rank })) };
      },
    }),
    'the least played first': (good) => ({
      topTracks: async (query, options) => {
        const { items, derivation } = await good.topTracks(query, options);
        return { derivation, items: items.map((item) => ({ ...item, playcount: item.rank })) };
      },
    }),
    'nothing to say of how it was worked out': (good) => ({
      topAlbums: async (query, options) => ({ ...(await good.topAlbums(query, options)), derivation: ' ' }),
    }),
  },
  'lovedTracks and profile: in our shapes': {
    'more than asked for': (good) => ({ lovedTracks: (_, options) => good.lovedTracks({ limit: 50 }, options) }),
    'one without a title': (good) => ({
      lovedTracks: async (query, options) =>
        (await good.lovedTracks(query, options)).map((track) => ({ ...track, title: '' })),
    }),
    nobody: (good) => ({ profile: async (options) => ({ ...(await good.profile(options)), name: '' }) }),
    'a page that is no address': (good) => ({
      profile: async (options) => ({ ...(await good.profile(options)), url: 'fake:user:ada' }),
    }),
  },
  'rate_limited: one call, then none until the time that the upstream named': {
    'as another fault': (good, world) => ({
      nowPlaying: (options) =>
        world.situation === 'rate_limited' ? Promise.reject(error('upstream_error')) : good.nowPlaying(options),
    }),
    'nobody knows until when': (good) => ({
      nowPlaying: (options) =>
        good.nowPlaying(options).catch((cause: unknown) => {
          assert(cause instanceof ProviderError);
          throw new ProviderError(cause.code, { message: cause.message, remedy: cause.remedy });
        }),
    }),
    'two calls': (good, world) => ({
      nowPlaying: (options) => {
        world.calls += 1;
        return good.nowPlaying(options);
      },
    }),
  },
  'library: is there as far as the definition says, with well formed names that differ': {
    'two lists of one name': {
      definition: { library: { ...FAKE_SHAPE, lists: FAKE_SHAPE.lists.flatMap((list) => [list, list]) } },
    },
    'a name that is a path': {
      definition: { library: { ...FAKE_SHAPE, lists: FAKE_SHAPE.lists.map((list) => ({ ...list, name: '../x' })) } },
    },
    'days of what is no chart': {
      definition: { library: { ...FAKE_SHAPE, lists: FAKE_SHAPE.lists.map((list) => ({ ...list, days: 30 })) } },
    },
    'a chart of no days': {
      definition: {
        library: { ...FAKE_SHAPE, lists: FAKE_SHAPE.lists.map((list) => (list.days ? { ...list, days: 0 } : list)) },
      },
    },
    'writes that are not there': {
      definition: {
        library: { ...FAKE_SHAPE, writes: { scopes: [], lists: ['tracks'], saveAtOnce: 1, insertAtOnce: 1 } },
      },
    },
  },
  'library: lists go on part by part to their totals, and say nothing twice': {
    'the first part for ever': library((good) => ({ list: (name, _, options) => good.list(name, null, options) })),
    'an entry twice': entries((entry) => ({ ...entry, uri: FAKE_ENTRY.uri })),
    'the oldest first': parts((part) => ({ ...part, entries: part.entries.toReversed() })),
    'an entry less': parts((part, at) => (at === null ? part : { ...part, entries: part.entries.slice(1) })),
  },
  'library: any part of a list can be asked for at once, by offset or by what comes before it': {
    'a part that begins elsewhere than the one before it says': {
      definition: {
        library: { ...FAKE_SHAPE, lists: FAKE_SHAPE.lists.map((list) => ({ ...list, partAfter: () => '1' })) },
      },
    },
  },
  'library: entries are in our shape': {
    'a duration in seconds': entries((entry) => ({ ...entry, durationMs: 201 })),
    'the day 0000': entries((entry) => ({ ...entry, releaseDate: '0000' })),
    'a bar code of letters': entries((entry) => ({ ...entry, upc: 'none' })),
    'an address of another kind': entries((entry) => ({ ...entry, url: 'fake:track:1' })),
    'a day that is none': entries((entry) => ({ ...entry, addedAt: new Date(Number.NaN) })),
    'a song without a name': entries((entry) => ({ ...entry, name: '' })),
    'an empty artist': entries((entry) => ({ ...entry, artists: [''] })),
  },
  'library: playlists have as many entries as they say, dead and local ones too, in our shape': {
    'a closed one that is told as a fault': library((good) => ({
      playlistEntries: (id, at, options) =>
        id === CLOSED_ID ? Promise.reject(error('upstream_error')) : good.playlistEntries(id, at, options),
    })),
    'a version that is always another one': library((good) => {
      let asked = 0;
      return {
        playlistVersion: async (id, options) => {
          asked += 1;
          return `${await good.playlistVersion(id, options)}${asked}`;
        },
      };
    }),
    'a list without those that are null': library((good) => ({
      playlists: async (at, options) => {
        const part = await good.playlists(at, options);
        return { ...part, entries: part.entries.filter((playlist) => playlist !== null) };
      },
    })),
  },
  'library: what it does not have rejects with not_supported': {
    'a part that begins in the middle of another': library((good) => ({
      list: (name, at, options) => good.list(name, at === '1' ? '0' : at, options),
    })),
  },
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
    await expect(check(brokenBy(sabotage))).rejects.toThrow();
  });

  it.each(
    Object.entries(MORE_SABOTAGES).flatMap(([name, ways]) =>
      Object.entries(ways).map(([what, sabotage]) => [name, what, sabotage] as const),
    ),
  )('%s: %s', async (name, _, sabotage) => {
    const clause = CLAUSES.find((one) => one.name === name);
    assert(clause);
    await expect(clause.check(brokenBy(sabotage))).rejects.toThrow();
  });

  it('and a provider that swallows one fault breaks that clause, not all of them', async () => {
    const broken: string[] = [];
    for (const { name, check } of CLAUSES) await check(subjectOf(swallow('html'))).catch(() => broken.push(name));
    expect(broken).toContain('html: every read rejects with upstream_error');
    expect(broken).not.toContain('down: every read rejects with upstream_error');
  });
});
