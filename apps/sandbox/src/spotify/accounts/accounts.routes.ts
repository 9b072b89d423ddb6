import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Board } from '../../control/board.js';
import type { Ledger } from '../../control/ledger.js';
import { deliverWhole, type Answer } from '../../faults/answer.js';
import { claimedClient } from './client-authentication.js';
import { authorize, type AuthorizeParts } from './authorize.js';
import { fingerprint, shortFingerprint } from './secrets.js';
import { answerTokenRequest, type TokenAnswer, type TokenParts, type TokenRequest } from './token-answers.js';
import type { TokenLedger } from './token-ledger.js';
import type { TokenBehaviour } from './token-scenarios.js';

/** What the accounts service works with. `wallClock`: the time of the calls, in epoch milliseconds. */
export interface AccountsParts extends AuthorizeParts, TokenParts {
  board: Board<TokenBehaviour>;
  ledger: Ledger;
  tokenLedger: TokenLedger;
  wallClock: () => number;
}

/** Serves the accounts service below `prefix`. Its bodies are read as text, whatever they are said to be. */
export function accountsRoutes(app: FastifyInstance, prefix: string, parts: AccountsParts): void {
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, parsed) => {
      parsed(null, body);
    });
    const consent = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
      note(request, reply, 'authorize', parts);
      const mark = request.url.indexOf('?');
      const decision = request.method === 'POST' ? (formOf(request)?.get('decision') ?? null) : null;
      return send(reply, authorize(mark === -1 ? '' : request.url.slice(mark + 1), decision, parts));
    };
    scope.get(`${prefix}/authorize`, consent);
    scope.post(`${prefix}/authorize`, consent);
    scope.post(`${prefix}/api/token`, async (request, reply) => {
      note(request, reply, 'token', parts);
      await answerToken(request, reply, parts);
      return reply;
    });
    done();
  });
}

async function answerToken(request: FastifyRequest, reply: FastifyReply, parts: AccountsParts): Promise<void> {
  const asked: TokenRequest = { authorization: request.headers.authorization, form: formOf(request) };
  const form = asked.form ?? new URLSearchParams();
  const grantType = form.get('grant_type') ?? '';
  const token = grantType === 'refresh_token' ? (form.get('refresh_token') ?? '') : null;
  const known = token === null ? null : parts.grants.look(fingerprint(token));
  const entry = parts.tokenLedger.begin({
    startedAt: parts.wallClock(),
    client: claimedClient(asked.authorization, form),
    account: known?.grant?.account ?? null,
    grant: grantType,
    refreshToken: token === null ? null : shortFingerprint(token),
    refreshTokenWas: known?.state ?? null,
  });
  reply.raw.once('close', () => {
    entry.end(parts.wallClock());
  });

  const behaviour = parts.board.take(grantType) ?? {};
  await behaviour.before?.();
  const said = behaviour.instead === undefined ? answerTokenRequest(asked, parts) : fault(behaviour.instead);
  entry.settle({
    outcome: said.outcome,
    dropped: behaviour.drops === true && said.issuedAccessToken,
    issuedRefreshToken: said.issuedRefreshToken === null ? null : shortFingerprint(said.issuedRefreshToken),
    issuedTokens: said.issuedAccessToken ? 1 : 0,
  });
  await (behaviour.deliver ?? deliverWhole)(reply, said.answer);
}

function fault(answer: Answer): TokenAnswer {
  return { answer, outcome: 'fault', issuedAccessToken: false, issuedRefreshToken: null };
}

function formOf(request: FastifyRequest): URLSearchParams | null {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '');
  return isForm && typeof request.body === 'string' ? new URLSearchParams(request.body) : null;
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  void deliverWhole(reply, answer);
  return reply;
}

function note(request: FastifyRequest, reply: FastifyReply, operation: string, parts: AccountsParts): void {
  const end = parts.ledger.begin({
    at: parts.wallClock(),
    method: request.method,
    path: request.url.split('?', 1).join(''),
    operation: `spotify accounts ${operation}`,
    query: {},
    userAgent: request.headers['user-agent'] ?? null,
  });
  reply.raw.once('close', () => {
    end(reply.raw.headersSent ? reply.raw.statusCode : null);
  });
}
