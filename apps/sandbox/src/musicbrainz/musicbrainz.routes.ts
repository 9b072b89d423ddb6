import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Board } from '../control/board.js';
import type { Ledger } from '../control/ledger.js';
import { type Answer, deliverWhole } from '../faults/answer.js';
import { lookUp } from './isrc-lookup.js';
import { errorReply, tooManyReply } from './musicbrainz.reply.js';
import type { MusicBrainzBehaviour } from './musicbrainz.scenarios.js';
import type { Pace } from './pace.js';

/** What the stand-in for MusicBrainz works with. */
export interface MusicBrainzParts {
  board: Board<MusicBrainzBehaviour>;
  ledger: Ledger;
  seed: number;
  pace: Pace;
  /** The time of the calls, in epoch milliseconds. */
  wallClock: () => number;
}

/** What can be asked for. */
export const musicbrainzResources: readonly string[] = ['isrc'];

/** A program, its version, and where its people are found. */
const userAgentPattern = /^[^\s/()]+\/[^\s/()]+ \( ?\+?(?:https?:\/\/\S+|\S+@\S+) ?\)$/;

/** Serves the look-up of ISRCs. */
export function musicbrainzRoutes(app: FastifyInstance, parts: MusicBrainzParts): void {
  app.get<{ Params: { isrc: string }; Querystring: { fmt?: string } }>(
    '/musicbrainz/isrc/:isrc',
    async (request, reply) => {
      const nowMs = parts.wallClock();
      note(request, reply, nowMs, parts.ledger);
      const isTooMuch = parts.pace.exceeds(nowMs);
      const behaviour = parts.board.take('isrc') ?? {};
      const usual = (): Answer => {
        if (!userAgentPattern.test(request.headers['user-agent'] ?? '')) {
          return errorReply(403, 'Name your application, its version and how to reach you as the User-Agent.');
        }
        if (isTooMuch) return tooManyReply;
        const wantsJson = request.query.fmt === 'json' || (request.headers.accept ?? '').includes('application/json');
        if (!wantsJson) return errorReply(406, 'The stand-in speaks JSON alone: ask for it by Accept or fmt=json.');
        return lookUp(parts.seed, request.params.isrc);
      };
      await (behaviour.deliver ?? deliverWhole)(reply, behaviour.reply ?? usual());
      return reply;
    },
  );
}

function note(request: FastifyRequest, reply: FastifyReply, at: number, ledger: Ledger): void {
  const [path = '', query = ''] = request.url.split('?', 2);
  const end = ledger.begin({
    at,
    method: request.method,
    path,
    operation: 'musicbrainz isrc',
    query: Object.fromEntries(new URLSearchParams(query)),
    userAgent: request.headers['user-agent'] ?? null,
  });
  reply.raw.once('close', () => {
    end(reply.raw.headersSent ? reply.raw.statusCode : null);
  });
}
