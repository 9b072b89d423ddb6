import type { Answer } from '../faults/answer.js';
import type { JsonObject } from '../json.js';
import { renderXml, renderXmlError } from './xml.js';

/** What Last.fm says, before it is put into a format. */
export type LastfmReply =
  | { kind: 'content'; status: number; body: JsonObject }
  | { kind: 'error'; status: number; code: number; message: string; links: boolean; headers: Record<string, string> };

/** The two formats of Last.fm. */
export type Format = 'json' | 'xml';

/** Each error code with its text and the status it usually comes with. */
const errors = {
  3: [400, 'Invalid Method - No method with that name in this package'],
  5: [400, "Invalid format - This service doesn't exist in that format"],
  6: [400, 'Invalid parameters - Your request is missing a required parameter'],
  8: [500, 'Operation failed - Most likely the backend service failed. Please try again.'],
  10: [403, 'Invalid API key - You must be granted a valid key by last.fm'],
  11: [503, 'Service Offline - This service is temporarily offline. Try again later.'],
  16: [503, 'The service is temporarily unavailable, please try again.'],
  17: [403, 'Login: User required to be logged in'],
  26: [403, 'API Key Suspended - This application is not allowed to make requests to the web services'],
  29: [429, 'Rate Limit Exceded - Your IP has made too many requests in a short period, exceeding our API guidelines'],
} as const satisfies Record<number, readonly [status: number, message: string]>;

/** An error; `differs` names what is not as usual for its code. */
export function failure(
  code: keyof typeof errors,
  differs: { status?: number; message?: string; links?: boolean; headers?: Record<string, string> } = {},
): LastfmReply {
  const [status, message] = errors[code];
  return { kind: 'error', status, code, message, links: false, headers: {}, ...differs };
}

/** An answer with content. */
export function content(body: JsonObject): LastfmReply {
  return { kind: 'content', status: 200, body };
}

const cors = { 'access-control-allow-origin': '*' };

/** Puts a reply into its format. */
export function render(reply: LastfmReply, format: Format): Answer {
  const headers = reply.kind === 'error' ? { ...cors, ...reply.headers } : cors;
  const contentType = format === 'json' ? 'application/json' : 'text/xml; charset=UTF-8';
  return { status: reply.status, contentType, headers, body: format === 'json' ? json(reply) : xml(reply) };
}

function json(reply: LastfmReply): string {
  if (reply.kind === 'content') return JSON.stringify(reply.body);
  const { code, message, links } = reply;
  return JSON.stringify({ error: code, message, ...(links ? { links: [] } : {}) });
}

function xml(reply: LastfmReply): string {
  return reply.kind === 'content' ? renderXml('ok', reply.body) : renderXmlError(reply.code, reply.message);
}
