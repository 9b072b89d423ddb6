import type { AppRegistry, SpotifyApp } from '../apps.js';
import { isRegisteredRedirect, isSecureRedirect } from './redirect-uri.js';
import { readScopes } from './scopes.js';

/** What an app asks of a person. */
export interface AuthorizationRequest {
  app: SpotifyApp;
  redirectUri: string;
  /** Sent back as it came; null when none came. */
  state: string | null;
  scopes: readonly string[];
  showDialog: boolean;
  /** PKCE by S256; null without PKCE. */
  challenge: string | null;
}

/** Reads a request to `/authorize`; `refusal` is the text that the person sees, and the app never hears of. */
export function readAuthorizationRequest(
  query: URLSearchParams,
  apps: AppRegistry,
): AuthorizationRequest | { refusal: string } {
  for (const name of ['client_id', 'response_type', 'redirect_uri']) {
    if ((query.get(name) ?? '') === '') return { refusal: `Missing required parameter: ${name}` };
  }
  const app = apps.get(query.get('client_id') ?? '');
  if (app === undefined) return { refusal: 'INVALID_CLIENT: Invalid client' };
  if (query.get('response_type') !== 'code') return { refusal: 'response_type must be code' };

  const redirectUri = query.get('redirect_uri') ?? '';
  if (!isSecureRedirect(redirectUri)) return { refusal: 'INVALID_CLIENT: Insecure redirect URI' };
  if (!isRegisteredRedirect(redirectUri, app.redirectUris)) return { refusal: 'INVALID_CLIENT: Invalid redirect URI' };

  const scopes = readScopes(query.get('scope') ?? '');
  if (scopes === null) return { refusal: 'Illegal scope' };

  const challenge = query.get('code_challenge');
  const method = query.get('code_challenge_method');
  if ((challenge !== null || method !== null) && method !== 'S256') {
    return { refusal: 'code_challenge_method must be S256' };
  }
  if (method !== null && !/^[\w-]{43}$/.test(challenge ?? '')) return { refusal: 'Invalid code_challenge' };
  return {
    app,
    redirectUri,
    state: query.get('state'),
    scopes,
    showDialog: query.get('show_dialog') === 'true',
    challenge,
  };
}

/** Where the person is sent: the app's address with what it is told, and its state. */
export function backTo(request: AuthorizationRequest, told: Readonly<Record<string, string>>): string {
  const parameters = new URLSearchParams({ ...told, ...(request.state === null ? {} : { state: request.state }) });
  return `${request.redirectUri}${request.redirectUri.includes('?') ? '&' : '?'}${parameters.toString()}`;
}
