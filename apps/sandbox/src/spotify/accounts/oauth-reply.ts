import type { Answer } from '../../faults/answer.js';
import type { JsonObject } from '../../json.js';

const headers = { 'cache-control': 'no-store', pragma: 'no-cache' };

/** An answer of the token endpoint. */
export function oauthAnswer(status: number, body: JsonObject): Answer {
  return { status, contentType: 'application/json', headers, body: JSON.stringify(body) };
}

/** An error of OAuth, which the accounts service always sends with status 400. */
export interface OAuthError {
  error: string;
  description?: string;
}

/** The answer that says so. */
export function oauthError({ error, description }: OAuthError): Answer {
  return oauthAnswer(400, { error, ...(description === undefined ? {} : { error_description: description }) });
}
