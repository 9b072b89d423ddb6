import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Board } from '../control/board.js';
import type { Ledger } from '../control/ledger.js';
import { deliverWhole } from '../faults/answer.js';
import type { Listener } from '../listening/listener.js';
import { accountAt, accountName } from './account.js';
import type { LastfmBehaviour } from './behaviour.js';
import { answerQuestion, methodNames } from './methods.js';
import { readQuestion, safeParameters, type Question } from './question.js';
import { render } from './reply.js';

/** What the stand-in for Last.fm works with. Times are epoch milliseconds. */
export interface LastfmParts {
  listener: Listener;
  /** Whose data the account is mistaken for under `other-user`. */
  stranger: Listener;
  board: Board<LastfmBehaviour>;
  ledger: Ledger;
  /** The time of the calls. */
  wallClock: () => number;
  /** The time of the listening, which can run ahead. */
  listeningClock: () => number;
}

/** Serves the API's one address. */
export function lastfmRoutes(app: FastifyInstance, parts: LastfmParts): void {
  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const question = readQuestion(request.url, request.body);
    note(request, reply, question, parts);
    const behaviour = parts.board.take(question.method) ?? {};
    const account = accountAt(parts.listener, accountName, parts.listeningClock());
    const known = behaviour.account?.(account, parts.stranger) ?? account;
    const usual = () => answerQuestion(question, known, `${request.protocol}://${request.host}`);
    const said = behaviour.reply?.(question, usual) ?? usual();
    await (behaviour.deliver ?? deliverWhole)(reply, render(said, behaviour.format ?? question.format));
    return reply;
  };
  app.route({ method: ['GET', 'POST'], url: '/2.0/', handler: handle });
  app.route({ method: ['GET', 'POST'], url: '/2.0', handler: handle });
}

function note(request: FastifyRequest, reply: FastifyReply, question: Question, parts: LastfmParts): void {
  const end = parts.ledger.begin({
    at: parts.wallClock(),
    method: request.method,
    path: request.url.split('?', 1).join(''),
    operation: methodNames.includes(question.method) ? question.method : 'unknown',
    query: safeParameters(question),
    userAgent: request.headers['user-agent'] ?? null,
  });
  reply.raw.once('close', () => {
    end(reply.raw.headersSent ? reply.raw.statusCode : null);
  });
}
