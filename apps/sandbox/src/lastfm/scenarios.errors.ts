import { share } from '../control/parameters.js';
import { retryAfterHeaders, retryAfterParameter } from '../control/retry-after.js';
import { scenario, type Scenario, type Scenarios } from '../control/scenario.js';
import type { LastfmBehaviour } from './behaviour.js';
import { userNotFound } from './methods.js';
import { content, failure, type LastfmReply } from './reply.js';

/** Scenarios in which Last.fm says that something is wrong. */
export const errorScenarios: Scenarios<LastfmBehaviour> = {
  hidden: scenario('The user hides recent listening: recent tracks answer error 17, the rest is well.', {}, () => ({
    reply: (question, usual) => (question.method === 'user.getrecenttracks' ? failure(17) : usual()),
  })),
  'key-invalid': always('The API key is not valid: error 10.', failure(10)),
  'key-suspended': always('The API key is suspended: error 26.', failure(26)),
  'user-not-found': always('There is no such user: error 6 with status 404.', userNotFound(404)),
  'user-not-found-200': always('There is no such user: error 6 with status 200.', userNotFound(200)),
  'rate-limited': scenario(
    'Too many requests: error 29 with status 429.',
    { retryAfter: retryAfterParameter() },
    ({ retryAfter }) => {
      const headers = retryAfterHeaders(retryAfter);
      return { reply: () => failure(29, { headers }) };
    },
  ),
  'backend-failed': always('The most usual failure: error 8 with status 500.', failure(8)),
  offline: always('Service offline: error 11 with status 503.', failure(11)),
  unavailable: always('Temporarily unavailable: error 16 with status 503.', failure(16)),
  'error-200': always('Error 8 inside status 200.', failure(8, { status: 200 })),
  flaky: scenario(
    'Error 8 with status 500 for a share of the calls, evenly spread.',
    { rate: share(0.5) },
    ({ rate }) => {
      let calls = 0;
      return {
        reply: (_question, usual) => {
          calls += 1;
          return Math.floor(calls * rate) > Math.floor((calls - 1) * rate) ? failure(8) : usual();
        },
      };
    },
  ),
  'xml-error': scenario('Error 8 in XML, whatever format was asked for.', {}, () => ({
    reply: () => failure(8),
    format: 'xml',
  })),
  'libre-error': always('An error in the shape of Libre.fm, a server of the same kind.', {
    ...content({ error: { code: '7', '#text': 'Invalid resource specified' } }),
    status: 400,
  }),
};

function always(about: string, reply: LastfmReply): Scenario<LastfmBehaviour> {
  return scenario(about, {}, () => ({ reply: () => reply }));
}
