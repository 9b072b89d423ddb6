import type { Answer } from '../../faults/answer.js';
import type { AccessToken } from '../accounts/grants.js';
import { apiError } from '../reply.js';
import type { Endpoint } from './ask.js';

/** The 401 for a token that was good once. */
export const tokenExpired: Answer = apiError(401, 'The access token expired', {
  'www-authenticate': 'Bearer realm="spotify", error="invalid_token", error_description="The access token expired"',
});

/** Finds the token that a call brings. `look` knows tokens, `nowMs` is in epoch milliseconds. */
export function readBearer(
  authorization: string | undefined,
  look: (token: string) => AccessToken | null,
  nowMs: number,
): { token: AccessToken } | { refusal: Answer } {
  if (authorization === undefined || authorization === '') return { refusal: apiError(401, 'No token provided') };
  const text = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (text === undefined) return { refusal: apiError(400, 'Only valid bearer authentication supported') };
  const token = look(text);
  if (token === null) return { refusal: apiError(401, 'Invalid access token') };
  return nowMs >= token.expiresMs ? { refusal: tokenExpired } : { token };
}

/** What the API says to a token that lacks a scope of an endpoint; null when it has them all. */
export function scopeRefusal({ path, scopes }: Endpoint, held: readonly string[]): Answer | null {
  if (scopes.every((scope) => held.includes(scope))) return null;
  // The player says 401, though a new token would not help; its history says 403 as everything else does.
  const isPlayer = path.startsWith('me/player') && path !== 'me/player/recently-played';
  return isPlayer ? apiError(401, 'Permissions missing') : apiError(403, 'Insufficient client scope');
}
