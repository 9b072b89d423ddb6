import assert from 'node:assert/strict';
import { type LovedTrack, type NowPlaying, type Profile, ProviderError, type RecentTrack } from '../index.js';
import { SECRET, SONG, type Sabotage, type Way, error, subjectOf } from './faithful.js';
import type { Situation } from './subject.js';

/** Does not end. */
export const never = new Promise<never>(() => undefined);
/** Nothing plays, as it says, in a situation in which that cannot be known. */
export const swallow =
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

/** What is loved, changed. */
const loved =
  (change: (track: LovedTrack) => LovedTrack): Sabotage =>
  (good) => ({ lovedTracks: async (query, options) => (await good.lovedTracks(query, options)).map(change) });

/** Who listens, changed. */
const profile =
  (change: Partial<Profile>): Sabotage =>
  (good) => ({ profile: async (options) => ({ ...(await good.profile(options)), ...change }) });

/** Tells the profile in a situation in which it cannot be known. */
const profileIn =
  (situation: Situation): Sabotage =>
  (good, world) => ({
    profile: async (options) => {
      if (world.situation !== situation) return good.profile(options);
      return subjectOf().provider.profile();
    },
  });

/** For whoever catches an error of ours, and tells it otherwise. */
function failWith(change: (cause: ProviderError) => ProviderError): (cause: unknown) => never {
  return (cause) => {
    assert(cause instanceof ProviderError);
    throw change(cause);
  };
}

const CHARTS = ['topTracks', 'topArtists', 'topAlbums', 'lovedTracks'] as const;

const LINKS = { home: 'https://fake.example', credentials: 'https://fake.example/keys' };

/** Ways to break a clause, by its name. */
export type Ways = Readonly<Record<string, Readonly<Record<string, Way>>>>;

/** For every clause about reads, one provider at least for each thing that it promises. */
export const SABOTAGES: Ways = {
  'identity: names, colour and links are well formed': {
    'a colour in words': { definition: { color: 'red' } },

    'an id that is a path': { definition: { id: '../fake' } },
    'no name': { definition: { displayName: ' ' } },
    'no source': { definition: { source: '' } },
    'a link of another kind': { definition: { links: { ...LINKS, home: 'http://fake.example' } } },
  },
  'capabilities: a read that is not declared rejects with not_supported, a declared one answers': {
    'one that is not declared answers': {
      definition: {
        capabilities: {
          reads: ['nowPlaying', 'recentTracks', 'profile'],
          kinds: ['track'],
          pause: false,
        },
      },
    },

    'one that is declared does not': () => ({ topAlbums: () => Promise.reject(error('not_supported')) }),
    'one that is not declared fails as if it were': {
      definition: {
        capabilities: { reads: ['nowPlaying', 'recentTracks', 'profile'], kinds: ['track'], pause: false },
      },
      sabotage: () => Object.fromEntries(CHARTS.map((read) => [read, () => Promise.reject(error('upstream_error'))])),
    },
  },
  'playing: tells the song, in our units': {
    'seconds for milliseconds': (good) => ({
      nowPlaying: async (options) => {
        const playing = await good.nowPlaying(options);
        return playing && { ...playing, durationMs: 201 };
      },
    }),

    'another song': playing((song) => ({ ...song, title: 'Another' })),
    'a kind that is not declared': playing((song) => ({ ...song, kind: 'episode' })),
    'a cover that is no address': playing((song) => ({ ...song, albumImageUrl: 'fake:image:1' })),
    'a start that is none': playing((song) => ({ ...song, startedAt: new Date(Number.NaN) })),

    'another artist': playing((song) => ({ ...song, artist: 'Another' })),
    'a page that is no address': playing((song) => ({ ...song, songUrl: 'fake:track:1' })),
    'a length of half a millisecond': playing((song) => ({ ...song, durationMs: 201_000.5 })),
  },
  'nothing: nowPlaying is null': {
    'a fault': (good, world) => ({
      nowPlaying: (options) =>
        world.situation === 'nothing' ? Promise.reject(error('upstream_error')) : good.nowPlaying(options),
    }),

    'a song all the same': (good, world) => ({
      nowPlaying: (options) => (world.situation === 'nothing' ? Promise.resolve(SONG) : good.nowPlaying(options)),
    }),
  },
  'paused: nowPlaying is null': {
    'the song all the same': (good, world) => ({
      nowPlaying: (options) => (world.situation === 'paused' ? Promise.resolve(SONG) : good.nowPlaying(options)),
    }),
  },
  'ad: is told as an ad, with a title in words': {
    'nothing at all': swallow('ad'),

    'as a song': playing((song) => ({ ...song, kind: 'track' })),
    'without a title': playing((song) => ({ ...song, title: ' ' })),
  },
  'recentTracks: the running song comes first and counts toward the limit': {
    'one more than asked for': (good) => ({
      recentTracks: ({ limit }, options) => good.recentTracks({ limit: limit + 1 }, options),
    }),

    'another song first': history((track) => ({ ...track, title: 'Another' })),
    'a first one that has ended': history((track) => ({ ...track, nowPlaying: false })),
    'a first one that was played already': history((track) => ({ ...track, playedAt: new Date(0) })),
    'all of them on at once': history((track) => ({ ...track, nowPlaying: true })),
    'one less of many': (good) => ({
      recentTracks: ({ limit }, options) => good.recentTracks({ limit: Math.min(limit, 49) }, options),
    }),
  },
  'recentTracks: newest first, with dates and addresses of our kind': {
    'the oldest first': (good) => ({
      recentTracks: async (query, options) => {
        const tracks = await good.recentTracks(query, options);
        const played = tracks.filter((track) => !track.nowPlaying).reverse();
        return [...tracks.filter((track) => track.nowPlaying), ...played];
      },
    }),

    'too few': (good) => ({
      recentTracks: ({ limit }, options) => good.recentTracks({ limit: limit - 1 }, options),
    }),
    'one that is on': history((track) => ({ ...track, nowPlaying: true })),
    'one without a title': history((track) => ({ ...track, title: '' })),
    'seconds for milliseconds': history((track) => ({
      ...track,
      playedAt: track.playedAt && new Date(track.playedAt.getTime() / 1000),
    })),

    'a cover that is no address': history((track) => ({ ...track, albumImageUrl: 'fake:image:1' })),
    'a page that is no address': history((track) => ({ ...track, songUrl: 'fake:track:1' })),
    'no date': history((track) => ({ ...track, playedAt: null })),
  },
  'charts: ranked from 1, most played first, never more than asked for': {
    'ranks from 0': (good) => ({
      topArtists: async (query, options) => {
        const { items } = await good.topArtists(query, options);
        return { derivation: null, items: items.map((item) => ({ ...item, rank: item.rank - 1 })) };
      },
    }),

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
    'a count that is none': (good) => ({
      profile: async (options) => ({ ...(await good.profile(options)), playcount: Number.NaN }),
    }),

    'more than asked for': (good) => ({ lovedTracks: (_, options) => good.lovedTracks({ limit: 50 }, options) }),
    'one without a title': (good) => ({
      lovedTracks: async (query, options) =>
        (await good.lovedTracks(query, options)).map((track) => ({ ...track, title: '' })),
    }),
    nobody: (good) => ({ profile: async (options) => ({ ...(await good.profile(options)), name: '' }) }),
    'a page that is no address': (good) => ({
      profile: async (options) => ({ ...(await good.profile(options)), url: 'fake:user:ada' }),
    }),

    'none that is loved': () => ({ lovedTracks: () => Promise.resolve([]) }),
    'a loved one whose page is no address': loved((track) => ({ ...track, songUrl: 'fake:track:1' })),
    'a day that is none': loved((track) => ({ ...track, lovedAt: new Date(Number.NaN) })),
    'nobody to be shown': profile({ displayName: '' }),
    'a picture that is no address': profile({ imageUrl: 'fake:image:1' }),
    'registered on a day that is none': profile({ registeredAt: new Date(Number.NaN) }),
    'half an album': profile({ albumCount: 0.5 }),
  },
  'rate_limited: one call, then none until the time that the upstream named': {
    'another read asks all the same': (good, world) => ({
      profile: (options) => {
        world.calls += 1;
        return good.profile(options);
      },
    }),

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

    'as another fault that says until when': (good) => ({
      nowPlaying: (options) =>
        good.nowPlaying(options).catch(failWith((cause) => error('upstream_error', cause.retryAt ?? undefined))),
    }),
    'without having asked': (good, world) => ({
      nowPlaying: (options) =>
        world.situation === 'rate_limited'
          ? Promise.reject(error('upstream_rate_limited', new Date()))
          : good.nowPlaying(options),
    }),
    'another read fails otherwise': (good) => ({
      profile: (options) => good.profile(options).catch(failWith(() => error('upstream_error'))),
    }),
  },
  'down: a read is tried three times at most': {
    'four times': (good, world) => ({
      nowPlaying: (options) => {
        if (world.situation === 'down') world.calls += 3;
        return good.nowPlaying(options);
      },
    }),

    'not once': (good, world) => ({
      nowPlaying: (options) =>
        world.situation === 'down' ? Promise.reject(error('upstream_error')) : good.nowPlaying(options),
    }),
  },
  'down: every read rejects with upstream_error': {
    'nothing plays': swallow('down'),
    'a profile all the same': profileIn('down'),
    'an error of another kind': (good, world) => ({
      profile: (options) =>
        world.situation === 'down'
          ? Promise.reject(Object.assign(new Error('It failed.'), { code: 'upstream_error' }))
          : good.profile(options),
    }),
  },
  'html: every read rejects with upstream_error': {
    'nothing plays': swallow('html'),
    'a profile all the same': profileIn('html'),
  },
  'truncated: every read rejects with upstream_error': {
    'nothing plays': swallow('truncated'),
    'a profile all the same': profileIn('truncated'),
  },
  'hang: every read rejects with upstream_timeout': {
    'nothing plays': (good, world) => ({
      nowPlaying: (options) => (world.situation === 'hang' && !options?.signal ? never : good.nowPlaying(options)),
    }),
    'a profile all the same': profileIn('hang'),
  },
  'expired: every read rejects with reauthorization_required': {
    'nothing plays': swallow('expired'),
    'a profile all the same': profileIn('expired'),
  },
  'revoked: every read rejects with reauthorization_required': {
    'nothing plays': swallow('revoked'),
    'a profile all the same': profileIn('revoked'),
  },
  'slow: the answer is waited for': {
    'not waited for': swallow('slow'),
  },
  'recovery: the next read after a fault is as good as any': {
    'once broken, always broken': (good) => {
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
  },
  'signal: a read that is given up rejects at once with upstream_timeout': {
    'one that goes on': () => ({
      profile: () => never,
    }),
  },
  'errors: a code of the closed set, a cause and a remedy in words': {
    'no remedy': (good) => ({
      nowPlaying: (options) =>
        good.nowPlaying(options).catch((cause: unknown) => {
          if (cause instanceof ProviderError && cause.code === 'upstream_error') {
            throw new ProviderError('upstream_error', { message: cause.message, remedy: '' });
          }
          throw cause;
        }),
    }),

    'a code of its own': (good) => ({
      nowPlaying: (options) =>
        good.nowPlaying(options).catch(failWith((cause) => Object.assign(cause, { code: 'odd' }))),
    }),
    'a cause in one word': (good) => ({
      nowPlaying: (options) =>
        good
          .nowPlaying(options)
          .catch(failWith(({ code, remedy }) => new ProviderError(code, { message: 'Failed.', remedy }))),
    }),
  },
  'secrets: no key or token in any error, however deep': {
    'the request as a cause': (good) => ({
      nowPlaying: (options) =>
        good.nowPlaying(options).catch((cause: unknown) => {
          assert(cause instanceof ProviderError);
          const request = { config: { params: { api_key: SECRET } } };
          const details = { message: cause.message, remedy: cause.remedy, cause: request };
          throw new ProviderError(cause.code, cause.retryAt ? { ...details, retryAt: cause.retryAt } : details);
        }),
    }),
  },
};
