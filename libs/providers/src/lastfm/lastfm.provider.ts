import {
  ProviderError,
  type ListeningProvider,
  type ProviderContext,
  type ProviderDefinition,
  type ReadOptions,
} from '#listening';
import type { UpstreamClient } from '#upstream';
import { asProviderError } from '../provider-fault.js';
import { type Wire, asObject } from '../wire.js';
import { judge } from './lastfm.errors.js';
import { createLibrary, library } from './lastfm.library.js';
import {
  ownerOf,
  toLovedTracks,
  toNowPlaying,
  toProfile,
  toRecentTracks,
  toTopAlbums,
  toTopArtists,
  toTopTracks,
} from './lastfm.map.js';
import { QUESTIONS, type Query, type Question } from './lastfm.questions.js';
import { LastfmSettings } from './lastfm.settings.js';

const DISPLAY_NAME = 'Last.fm';

/** Last.fm: reads a public account with an API key. @see https://www.last.fm/api */
export const lastfm: ProviderDefinition<LastfmSettings, UpstreamClient, 'lastfm'> = {
  id: 'lastfm',
  source: 'last.fm',
  displayName: DISPLAY_NAME,
  color: '#d51007',
  links: { home: 'https://www.last.fm/', credentials: 'https://www.last.fm/api/account/create' },
  settings: LastfmSettings,
  requires: ['LASTFM_API_KEY', 'LASTFM_USERNAME'],
  upstreamUrl: (settings) => settings.LASTFM_API_URL,
  artHosts: ['lastfm.freetls.fastly.net', 'lastfm-img2.akamaized.net'],
  account: (settings) => settings.LASTFM_USERNAME ?? null,
  dailyCalls: (settings) => settings.LASTFM_DAILY_CALLS,
  // It tells neither where a song is nor how long it is, and allows some five calls a second.
  tempo: { early: 4, middle: 6, late: 10, idle: [5, 10, 20, 30] },
  capabilities: {
    reads: ['nowPlaying', 'recentTracks', 'topTracks', 'topArtists', 'topAlbums', 'lovedTracks', 'profile'],
    kinds: ['track'],
    pause: false,
  },
  library,
  linking: null,
  create,
};

function create({ settings, upstream }: ProviderContext<LastfmSettings, UpstreamClient>): ListeningProvider {
  const account = settings.LASTFM_USERNAME ?? '';

  async function call({ method, list }: Question, query: Query, { signal }: ReadOptions = {}): Promise<Wire> {
    try {
      const asked = { method, user: account, api_key: settings.LASTFM_API_KEY, format: 'json', ...query };
      const answer = await upstream.read({ part: method, query: asked, signal }, (received) =>
        judge(received, { account, list, ownerOf }),
      );
      return asObject(answer.json) ?? {};
    } catch (error) {
      throw asProviderError(error, DISPLAY_NAME);
    }
  }

  return {
    library: createLibrary(call),
    libraryWrites: null,
    async nowPlaying(options) {
      return toNowPlaying(await call(QUESTIONS.recentTracks, { limit: 1 }, options));
    },
    async recentTracks({ limit }, options) {
      return toRecentTracks(await call(QUESTIONS.recentTracks, { limit }, options), limit);
    },
    async topTracks({ period, limit }, options) {
      const body = await call(QUESTIONS.topTracks, { period, limit }, options);
      return { items: toTopTracks(body, limit), derivation: null };
    },
    async topArtists({ period, limit }, options) {
      const body = await call(QUESTIONS.topArtists, { period, limit }, options);
      return { items: toTopArtists(body, limit), derivation: null };
    },
    async topAlbums({ period, limit }, options) {
      const body = await call(QUESTIONS.topAlbums, { period, limit }, options);
      return { items: toTopAlbums(body, limit), derivation: null };
    },
    async lovedTracks({ limit }, options) {
      return toLovedTracks(await call(QUESTIONS.lovedTracks, { limit }, options), limit);
    },
    async profile(options) {
      const profile = toProfile(await call(QUESTIONS.profile, {}, options));
      if (profile) return profile;
      throw new ProviderError('upstream_error', {
        message: 'Last.fm answered without a user.',
        remedy: 'Nothing to do here: the next read tries again.',
      });
    },
  };
}
