import { type Linking, ProviderError } from '#listening';
import type { UpstreamClient } from '#upstream';
import { askWith } from './spotify.api.js';
import { NEEDED_SCOPES, QUESTIONS } from './spotify.questions.js';
import type { SpotifySettings } from './spotify.settings.js';
import { SpotifyStrategy } from './spotify.strategy.js';
import { asText } from './spotify.wire.js';

/** @see https://developer.spotify.com/documentation/web-api/tutorials/code-pkce-flow */
export const linking: Linking<SpotifySettings, UpstreamClient> = {
  strategy: (settings, parts) =>
    new SpotifyStrategy(below(settings.SPOTIFY_ACCOUNTS_URL, 'authorize'), tokenUrl(settings), parts),
  tokenUrl,
  app: ({ SPOTIFY_CLIENT_ID: clientId, SPOTIFY_CLIENT_SECRET: clientSecret }) =>
    clientId === undefined ? null : { clientId, clientSecret: clientSecret ?? null },
  redirectUri: (settings) => settings.SPOTIFY_REDIRECT_URI ?? null,
  scopes: ({ SPOTIFY_SCOPES: own }) => (own === undefined ? NEEDED_SCOPES : [...new Set(own.split(/[ ,]+/))]),
  // Since July 2026, from the day a person agreed; using the token does not extend it.
  consentMonths: 6,
  identify: async (upstream, accessToken) => {
    const body = await askWith(upstream, accessToken, QUESTIONS.profile);
    const name = asText(body['id']);
    // The newer of the two never changes, whatever becomes of the name; not every app gets it yet.
    const [id, ...formerIds] = [asText(body['account_id']), name].filter((one) => one !== '');
    if (id !== undefined) return { id, formerIds, name: asText(body['display_name']) || name || id };
    throw new ProviderError('upstream_error', {
      message: 'Spotify did not say whose account this is.',
      remedy: 'Link the account again at /auth.',
    });
  },
};

function tokenUrl(settings: SpotifySettings): string {
  return below(settings.SPOTIFY_ACCOUNTS_URL, 'api/token');
}

function below(address: string, path: string): string {
  return `${address.replace(/\/+$/, '')}/${path}`;
}
