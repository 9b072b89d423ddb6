import type { Answer } from '../faults/answer.js';
import type { Json } from '../json.js';

const help = 'For usage, please see: https://musicbrainz.org/development/mmd';

/** An answer in JSON. */
export function jsonReply(status: number, body: Json, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, contentType: 'application/json; charset=utf-8', headers, body: JSON.stringify(body) };
}

/** An error in the shape of MusicBrainz. */
export function errorReply(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return jsonReply(status, { error, help }, headers);
}

/** What a 503 carries: it says that no time has to pass. */
const limits = {
  'retry-after': '0',
  'x-ratelimit-limit': '1200',
  'x-ratelimit-remaining': '0',
  'x-ratelimit-zone': 'ws ip',
};

/** More than one call a second. */
export const tooManyReply = errorReply(
  503,
  'Your requests are exceeding the allowable rate limit. Please see https://musicbrainz.org/doc/MusicBrainz_API/Rate_Limiting for more information.',
  limits,
);

/** Everybody asks at once. */
export const busyReply = errorReply(
  503,
  'The MusicBrainz web server is currently busy. Please try again later.',
  limits,
);

/** What stands in front of MusicBrainz says that it is away. */
export const awayReply: Answer = {
  status: 503,
  contentType: 'text/html',
  headers: {},
  body: '<html><head><title>503 Service Temporarily Unavailable</title></head><body><h1>503</h1></body></html>\n',
};
