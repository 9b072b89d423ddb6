import {
  type ListeningProvider,
  type LibraryWrites,
  type NowPlaying,
  ProviderError,
  type ReadOptions,
  type RecentTrack,
} from '../index.js';
import { FAKE_SHAPE, fakeLibrary } from './fake-library.js';
import type { ContractSubject, Situation } from './subject.js';

/** What the faithful provider was given, and lets nobody see. */
export const SECRET = 'canary-1f0c9a';
/** What is on in the situation `playing`. */
export const SONG: NowPlaying = {
  kind: 'track',
  title: 'Paper Lanterns',
  artist: 'The Night Ferry',
  album: 'Harbour Lights',
  albumImageUrl: 'https://covers.example/1.jpg',
  songUrl: 'https://songs.example/1',
  durationMs: 201_000,
  startedAt: new Date('2026-01-02T03:00:00Z'),
};

export interface World {
  situation: Situation;
  calls: number;
}

export function error(code: ProviderError['code'], retryAt?: Date): ProviderError {
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

export type Definition = Partial<ContractSubject['definition']>;
/** What of a faithful provider is replaced. */
export type Sabotage = (provider: ListeningProvider, world: World) => Partial<ListeningProvider>;

/** A way to break a clause: by what the provider does, by what it says of itself, or by both together. */
export type Way = Sabotage | { definition: Definition; sabotage?: Sabotage };

/** A faithful provider under examination, but for what is sabotaged and what it says of itself. */
export function subjectOf(sabotage: Sabotage = () => ({}), definition: Definition = {}): ContractSubject {
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

export function brokenBy(way: Way): ContractSubject {
  return typeof way === 'function' ? subjectOf(way) : subjectOf(way.sabotage, way.definition);
}

/** Changes nothing, and says so. */
export const NO_WRITES: LibraryWrites = {
  save: () => Promise.reject(error('upstream_error')),
  remove: () => Promise.reject(error('upstream_error')),
  createPlaylist: () => Promise.reject(error('upstream_error')),
  insert: () => Promise.reject(error('upstream_error')),
  removeEntries: () => Promise.reject(error('upstream_error')),
  move: () => Promise.reject(error('upstream_error')),
};
