import { isRecord, oneOf } from '../../control/parameters.js';
import { retryAfterHeaders, retryAfterParameter } from '../../control/retry-after.js';
import { scenario, type Scenario, type Scenarios } from '../../control/scenario.js';
import type { Answer } from '../../faults/answer.js';
import { apiError, forbidden, jsonAnswer, ownerWithoutPremium, textAnswer } from '../reply.js';
import { tokenExpired } from './bearer.js';
import type { ApiBehaviour } from './behaviour.js';

/** Scenarios in which Spotify says that something is wrong. */
export const errorScenarios: Scenarios<ApiBehaviour> = {
  'owner-premium': always('The owner of the app has no Premium: 403 in plain text.', ownerWithoutPremium),
  'not-registered': scenario(
    'The person is not on the list of the app: 403 in plain text.',
    { wording: oneOf(['new', 'old'], 'new') },
    ({ wording }) => ({ reply: () => textAnswer(403, wordings[wording]) }),
  ),
  forbidden: always('What development mode does not have: 403.', forbidden),
  country: always(
    'Spotify is not there in this country: 403.',
    textAnswer(
      403,
      '{ "error" : { "status" : 403, "message" : "Spotify is unavailable in this country" } }',
      {},
      'application/json; charset=utf-8',
    ),
  ),
  'insufficient-scope': always('The token lacks a scope: 403.', apiError(403, 'Insufficient client scope')),
  'permissions-missing': always(
    'The token lacks a scope, as the player says it: 401.',
    apiError(401, 'Permissions missing'),
  ),
  expired: always('The access token expired: 401, whatever the token.', tokenExpired),
  'invalid-token': always(
    'The access token is not valid: 401, whatever the token.',
    apiError(401, 'Invalid access token'),
  ),
  'token-missing-once': scenario('401 as if no token had come, once; the next call is well.', {}, () => {
    let isOver = false;
    return {
      reply: (usual) => {
        if (isOver) return usual();
        isOver = true;
        return apiError(401, 'Access token missing');
      },
    };
  }),
  'rate-limited': scenario(
    'Too many requests in a short time: 429.',
    { body: oneOf(['json', 'text', 'empty'], 'json'), retryAfter: retryAfterParameter() },
    ({ body, retryAfter }) => {
      const headers = retryAfterHeaders(retryAfter);
      const answers = {
        json: apiError(429, 'API rate limit exceeded', headers),
        text: textAnswer(429, 'Too many requests', headers),
        empty: textAnswer(429, '', headers),
      };
      return { reply: () => answers[body] };
    },
  ),
  quota: scenario(
    'The quota of the day is spent: 429 for hours.',
    { retryAfter: retryAfterParameter('48925') },
    ({ retryAfter }) => {
      const error = { status: 429, message: 'Too many requests', reason: 'QUOTA_EXCEEDED' };
      return { reply: () => jsonAnswer(429, { error }, retryAfterHeaders(retryAfter)) };
    },
  ),
  'server-error': always('500 in JSON.', apiError(500, 'Server error.')),
  'bad-gateway': always('502 in JSON.', apiError(502, 'Bad gateway.')),
  unavailable: always('503 in JSON.', apiError(503, 'Service unavailable')),
  'unavailable-text': always(
    '503 in the words of a gateway.',
    textAnswer(503, 'upstream connect error or disconnect/reset before headers. reset reason: connection termination'),
  ),
  'gateway-timeout': always('504 in the words of a gateway.', textAnswer(504, 'upstream request timeout')),
  'bad-request': always('400 in JSON.', apiError(400, 'Bad request')),
  'not-found': always('404 in JSON.', apiError(404, 'Resource not found')),
  // Followed artists have the list one level down.
  miscounted: edited('Lists have one entry less than they count.', (said) =>
    isRecord(said['artists']) ? { ...said, artists: oneMore(said['artists']) } : oneMore(said),
  ),
  'lost-pages': edited('Of lists nothing comes after the first page, as they count it.', (said) =>
    Number(said['offset'] ?? 0) > 0 ? { ...said, items: [] } : said,
  ),
  'empty-200': always('200 without a body.', textAnswer(200, '')),
};

const wordings = {
  old: 'User not registered in the Developer Dashboard',
  new: 'Check settings on developer.spotify.com/dashboard, the user may not be registered.',
} as const;

type Said = Readonly<Record<string, unknown>>;

function oneMore(list: Said): Said {
  return typeof list['total'] === 'number' ? { ...list, total: list['total'] + 1 } : list;
}

function edited(about: string, edit: (said: Said) => Said): Scenario<ApiBehaviour> {
  return scenario(about, {}, () => ({
    reply: (usual) => {
      const answer = usual();
      const said: unknown = JSON.parse(answer.body.toString());
      return isRecord(said) ? { ...answer, body: JSON.stringify(edit(said)) } : answer;
    },
  }));
}

function always(about: string, answer: Answer): Scenario<ApiBehaviour> {
  return scenario(about, {}, () => ({ reply: () => answer }));
}
