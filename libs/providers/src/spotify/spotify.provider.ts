import { type ListeningProvider, type ProviderContext, type ProviderDefinition, ProviderError } from '#listening';
import type { UpstreamClient } from '#upstream';
import { EPISODES_TOO, PAGE, createApi } from './spotify.api.js';
import { derivationOf, derivationOfAlbums, timeRangeOf, toTopAlbums } from './spotify.charts.js';
import { DISPLAY_NAME } from './spotify.errors.js';
import { createLibrary, library } from './spotify.library.js';
import { createLibraryWrites } from './spotify.library-writes.js';
import { linking } from './spotify.linking.js';
import {
  entriesOf,
  toHistory,
  toLovedTracks,
  toNowPlaying,
  toProfile,
  toRunning,
  toTopArtists,
  toTopTracks,
} from './spotify.map.js';
import { QUESTIONS } from './spotify.questions.js';
import { SpotifySettings } from './spotify.settings.js';
import { asList } from './spotify.wire.js';

/** The albums are worked out from this many tracks, however many albums are asked for: their order stays the same. */
const TRACKS_FOR_ALBUMS = 2 * PAGE;

/** Spotify: reads a linked account. @see https://developer.spotify.com/documentation/web-api */
export const spotify: ProviderDefinition<SpotifySettings, UpstreamClient, 'spotify'> = {
  id: 'spotify',
  source: 'spotify',
  displayName: DISPLAY_NAME,
  color: '#1ed760',
  links: { home: 'https://open.spotify.com/', credentials: 'https://developer.spotify.com/dashboard' },
  settings: SpotifySettings,
  requires: ['SPOTIFY_CLIENT_ID'],
  upstreamUrl: (settings) => settings.SPOTIFY_API_URL,
  artHosts: ['i.scdn.co', 'image-cdn-ak.spotifycdn.com', 'image-cdn-fa.spotifycdn.com'],
  account: () => null,
  dailyCalls: (settings) => settings.SPOTIFY_DAILY_CALLS,
  // Some 130 calls an hour while music plays: an app in development mode is cut off for hours after a few thousand a day.
  tempo: { early: 7, middle: 20, late: 40, idle: [15, 30, 60, 300] },
  capabilities: {
    reads: ['nowPlaying', 'recentTracks', 'topTracks', 'topArtists', 'topAlbums', 'lovedTracks', 'profile'],
    kinds: ['track', 'episode', 'ad', 'unknown'],
    pause: true,
  },
  library,
  linking,
  create,
};

function create({ upstream, credentials, now }: ProviderContext<SpotifySettings, UpstreamClient>): ListeningProvider {
  const api = createApi(upstream, credentials);
  const { ask, collect } = api;

  return {
    library: createLibrary(api),
    libraryWrites: createLibraryWrites(api),
    async nowPlaying(options) {
      return toNowPlaying(await ask(QUESTIONS.playing, EPISODES_TOO, options), now());
    },
    async recentTracks({ limit }, options) {
      const running = toRunning(await ask(QUESTIONS.playing, EPISODES_TOO, options));
      const first = running ? [running] : [];
      const wanted = limit - first.length;
      if (wanted === 0) return first;
      const body = await ask(QUESTIONS.history, { limit: wanted }, options);
      const history = toHistory(entriesOf(body));
      const fellOut = history.length < wanted && asList(body['items']).length >= wanted;
      if (!fellOut || wanted === PAGE) return [...first, ...history].slice(0, limit);
      // The window ends after one page of the largest size: what some entries lack is in there or nowhere.
      const whole = toHistory(entriesOf(await ask(QUESTIONS.history, { limit: PAGE }, options)));
      return [...first, ...whole].slice(0, limit);
    },
    async topTracks({ period, limit }, options) {
      const entries = await collect(QUESTIONS.topTracks, { time_range: timeRangeOf(period) }, limit, options);
      return { items: toTopTracks(entries), derivation: derivationOf(period) };
    },
    async topArtists({ period, limit }, options) {
      const entries = await collect(QUESTIONS.topArtists, { time_range: timeRangeOf(period) }, limit, options);
      return { items: toTopArtists(entries), derivation: derivationOf(period) };
    },
    async topAlbums({ period, limit }, options) {
      const query = { time_range: timeRangeOf(period) };
      const tracks = await collect(QUESTIONS.topTracks, query, TRACKS_FOR_ALBUMS, options);
      return { items: toTopAlbums(tracks, limit), derivation: derivationOfAlbums(period, tracks.length) };
    },
    async lovedTracks({ limit }, options) {
      return toLovedTracks(await collect(QUESTIONS.savedTracks, {}, limit, options));
    },
    async profile(options) {
      const profile = toProfile(await ask(QUESTIONS.profile, {}, options));
      if (profile) return profile;
      throw new ProviderError('upstream_error', {
        message: 'Spotify answered without a user.',
        remedy: 'Nothing to do here: the next read tries again.',
      });
    },
  };
}
