import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Board } from '../../control/board.js';
import type { Ledger } from '../../control/ledger.js';
import { deliverWhole, type Answer } from '../../faults/answer.js';
import type { GrantStore } from '../accounts/grants.js';
import { guestPerson, listenerPerson } from '../person.js';
import { apiError, ownerWithoutPremium } from '../reply.js';
import type { SpotifySwitches } from '../switches.js';
import { endpointName } from './ask.js';
import type { World } from './world.js';
import { readBearer, scopeRefusal } from './bearer.js';
import type { ApiBehaviour } from './behaviour.js';
import { endpointNames, findEndpoint, type Match } from './endpoints.js';
import { lookOf } from './look.js';
import { usualPlayback } from './playback.js';

/** What the Web API works with. */
export interface ApiParts {
  board: Board<ApiBehaviour>;
  ledger: Ledger;
  switches: SpotifySwitches;
  grants: GrantStore;
  /** The world as it is at a call. */
  world: () => World;
  /** The time of the calls, in epoch milliseconds. */
  wallClock: () => number;
}

/** Serves the Web API below `prefix`. Bodies are read as JSON, whatever they are said to be. */
export function apiRoutes(app: FastifyInstance, prefix: string, parts: ApiParts): void {
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, parsed) => {
      parsed(null, jsonOf(String(body)));
    });
    scope.route({
      method: ['GET', 'POST', 'PUT', 'DELETE'],
      url: `${prefix}/*`,
      handler: async (request, reply) => {
        const path = request.url
          .split('?', 1)
          .join('')
          .slice(prefix.length + 1);
        const match = findEndpoint(request.method, path);
        const name = match === null ? 'unknown' : endpointName(match.endpoint);
        note(request, reply, name, parts);
        const behaviour = parts.board.take(name) ?? {};
        const usual = (): Answer => answer(request, match, behaviour, parts);
        const said = behaviour.reply?.(usual) ?? usual();
        await (behaviour.deliver ?? deliverWhole)(reply, said);
        return reply;
      },
    });
    done();
  });
}

function answer(request: FastifyRequest, match: Match | null, behaviour: ApiBehaviour, parts: ApiParts): Answer {
  const { switches, grants } = parts;
  const world = parts.world();
  const bearer = readBearer(request.headers.authorization, grants.access, world.nowMs);
  if ('refusal' in bearer) return bearer.refusal;
  if (!switches.premium) return ownerWithoutPremium;
  if (match === null) return apiError(404, 'Service not found');
  const refusal = scopeRefusal(match.endpoint, bearer.token.scopes);
  if (refusal !== null) return refusal;
  const isOfPerson = match.endpoint.path.split('/', 1).includes('me');
  if (isOfPerson && bearer.token.grant === null) return apiError(401, 'Valid user authentication required');

  const mark = request.url.indexOf('?');
  const usual = usualPlayback(world);
  return match.endpoint.answer({
    world,
    mode: switches.mode,
    look: lookOf(switches.mode, `${request.protocol}://${request.host}`),
    parts: match.parts,
    query: new URLSearchParams(mark === -1 ? '' : request.url.slice(mark + 1)),
    body: request.body,
    scopes: bearer.token.scopes,
    person: bearer.token.grant?.account === guestPerson.id ? guestPerson : listenerPerson,
    playback: behaviour.playback === undefined ? usual : behaviour.playback(usual, world),
    isNew: behaviour.isNew === true,
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The endpoints take what is no JSON for no body at all.
    return undefined;
  }
}

function note(request: FastifyRequest, reply: FastifyReply, name: string, parts: ApiParts): void {
  const [path = '', query = ''] = request.url.split('?', 2);
  const end = parts.ledger.begin({
    at: parts.wallClock(),
    method: request.method,
    path,
    operation: endpointNames.includes(name) ? `spotify ${name}` : 'spotify unknown',
    query: Object.fromEntries(new URLSearchParams(query)),
    userAgent: request.headers['user-agent'] ?? null,
  });
  reply.raw.once('close', () => {
    end(reply.raw.headersSent ? reply.raw.statusCode : null);
  });
}
