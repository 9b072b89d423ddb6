import { setTimeout as delay } from 'node:timers/promises';
import { normalScenario } from '../../control/board.js';
import { integer, oneOf } from '../../control/parameters.js';
import { retryAfterHeaders, retryAfterParameter } from '../../control/retry-after.js';
import { scenario, type Scenario, type Scenarios } from '../../control/scenario.js';
import type { Answer, Deliver } from '../../faults/answer.js';
import { wireFaults } from '../../faults/wire-faults.js';
import { textAnswer } from '../reply.js';
import { oauthError } from './oauth-reply.js';

/** How the token endpoint differs from normal. Only a behaviour without `instead` lets the request have its effect. */
export interface TokenBehaviour {
  /** Runs before the request has any effect. */
  before?: () => Promise<void>;
  /** Sent in place of the right answer; tokens stay as they are. */
  instead?: Answer;
  /** How the answer reaches the client. */
  deliver?: Deliver;
  /** The answer does not reach the client. */
  drops?: boolean;
}

const gateway = 'upstream connect error or disconnect/reset before headers. reset reason: connection termination';
const html =
  '<!DOCTYPE html>\n<html><head><title>Error</title></head><body><h1>Something is wrong</h1></body></html>\n';

/** The scenarios of the token endpoint. Those that say nothing else leave all tokens as they are. */
export const tokenScenarios: Scenarios<TokenBehaviour> = {
  [normalScenario]: scenario('Nothing is wrong.', {}, () => ({})),
  'drop-after-commit': scenario(
    'The tokens are exchanged, and the connection ends without an answer: what crash tests need.',
    {},
    () => ({
      drops: true,
      deliver: (reply) => {
        reply.hijack();
        reply.raw.destroy();
      },
    }),
  ),
  'late-commit': scenario(
    'The tokens are exchanged only after a while, and the answer follows at once.',
    { ms: integer({ min: 0, max: 600_000, absent: 3000 }) },
    ({ ms }) => ({ before: () => delay(ms, undefined, { ref: false }) }),
  ),
  slow: passing('The tokens are exchanged at once, and the answer comes late.', 'slow'),
  truncated: passing('The tokens are exchanged, and half of the answer arrives.', 'truncated'),
  'cut-connection': passing(
    'The tokens are exchanged, and the connection ends in the middle of the answer.',
    'cut-connection',
  ),
  'html-503': instead('An HTML page with status 503.', textAnswer(503, html, {}, 'text/html')),
  'unavailable-text': instead('The text of a gateway with status 503.', textAnswer(503, gateway)),
  'server-error': instead('A server error without a body, status 500.', textAnswer(500, '')),
  'invalid-json-200': instead('An HTML page with status 200.', textAnswer(200, html, {}, 'text/html')),
  'redirect-302': instead(
    'A redirect to a page in HTML.',
    textAnswer(302, html, { location: 'https://www.example.org/' }, 'text/html'),
  ),
  'rate-limited': scenario(
    'Too many requests, status 429.',
    { retryAfter: retryAfterParameter() },
    ({ retryAfter }) => ({
      instead: textAnswer(429, 'Too many requests', retryAfterHeaders(retryAfter)),
    }),
  ),
  'invalid-grant': scenario(
    'The grant is refused, though nothing is wrong with it, as happened in an outage.',
    { form: oneOf(['bare', 'revoked', 'expired'], 'bare') },
    ({ form }) => ({ instead: oauthError({ error: 'invalid_grant', ...refusals[form] }) }),
  ),
  'invalid-client': instead(
    'The client is refused.',
    oauthError({ error: 'invalid_client', description: 'Invalid client secret' }),
  ),
  hang: lost('Takes the request and never answers.', 'hang'),
  reset: lost('The connection is reset before any answer.', 'reset'),
};

const refusals = {
  bare: {},
  revoked: { description: 'Refresh token revoked' },
  expired: { description: 'Refresh token expired' },
} as const;

function instead(about: string, answer: Answer): Scenario<TokenBehaviour> {
  return scenario(about, {}, () => ({ instead: answer }));
}

/** A fault of the wire after the request had its effect. */
function passing(about: string, name: 'slow' | 'truncated' | 'cut-connection'): Scenario<TokenBehaviour> {
  return { ...wireFault(name), about };
}

/** A fault of the wire before the request has any effect. */
function lost(about: string, name: 'hang' | 'reset'): Scenario<TokenBehaviour> {
  const fault = wireFault(name);
  return {
    about,
    parameters: fault.parameters,
    begin: (values) => {
      const begun = fault.begin(values);
      return 'faults' in begun ? begun : { behaviour: { ...begun.behaviour, instead: textAnswer(500, '') } };
    },
  };
}

function wireFault(name: string): Scenario<TokenBehaviour> {
  const fault = wireFaults[name];
  if (fault === undefined) throw new RangeError(`There is no fault of the wire called ${name}.`);
  return fault;
}
