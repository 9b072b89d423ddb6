import type { Answer } from '../faults/answer.js';
import type { Json } from '../json.js';

const apiHeaders = { 'cache-control': 'private, max-age=0', server: 'envoy', 'access-control-allow-origin': '*' };

/** An answer of the Web API in JSON. */
export function jsonAnswer(status: number, body: Json, headers: Readonly<Record<string, string>> = {}): Answer {
  return textAnswer(status, JSON.stringify(body), headers, 'application/json; charset=utf-8');
}

/** An answer with this text as its body. */
export function textAnswer(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
  contentType = 'text/plain',
): Answer {
  return { status, contentType, headers: { ...apiHeaders, ...headers }, body };
}

/** An error in the shape of the Web API. */
export function apiError(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return jsonAnswer(status, { error: { status, message } }, headers);
}

/** The 403 of what development mode does not have, with the spaces that it has. */
export const forbidden: Answer = textAnswer(
  403,
  '{"error": {"status": 403, "message": "Forbidden" } }',
  {},
  'application/json; charset=utf-8',
);

/** The 403 of all apps whose owner has no Premium. */
export const ownerWithoutPremium: Answer = textAnswer(
  403,
  'Active premium subscription required for the owner of the app. ' +
    'When the subscription status changes, it can take a few hours before requests are allowed again.',
);

/** 204: nothing to say. */
export const noContent: Answer = textAnswer(204, '');
