import type { AppRegistry, SpotifyApp } from '../apps.js';
import type { OAuthError } from './oauth-reply.js';

/** Finds out which app asks: by Basic, by id and secret in the form, or by its id alone when it has no secret. */
export function authenticateClient(
  authorization: string | undefined,
  form: URLSearchParams,
  apps: AppRegistry,
): { app: SpotifyApp } | { refusal: OAuthError } {
  const claimed = authorization === undefined ? claimOfForm(form) : claimOfBasic(authorization);
  if (claimed === null || claimed.clientId === '') return { refusal: { error: 'invalid_client' } };
  const app = apps.get(claimed.clientId);
  if (app === undefined) return { refusal: { error: 'invalid_client', description: 'Invalid client' } };
  if (claimed.secret === null && app.secret !== null) return { refusal: { error: 'invalid_client' } };
  if (claimed.secret !== app.secret)
    return { refusal: { error: 'invalid_client', description: 'Invalid client secret' } };
  return { app };
}

/** The id that a request claims, whether or not it is good; '' when it claims none. */
export function claimedClient(authorization: string | undefined, form: URLSearchParams): string {
  return (authorization === undefined ? claimOfForm(form) : claimOfBasic(authorization))?.clientId ?? '';
}

interface Claim {
  clientId: string;
  secret: string | null;
}

function claimOfForm(form: URLSearchParams): Claim {
  return { clientId: form.get('client_id') ?? '', secret: form.get('client_secret') };
}

function claimOfBasic(authorization: string): Claim | null {
  const encoded = /^Basic +([\w+/=-]+)$/i.exec(authorization)?.[1];
  if (encoded === undefined) return null;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon === -1 ? null : { clientId: decoded.slice(0, colon), secret: decoded.slice(colon + 1) };
}
