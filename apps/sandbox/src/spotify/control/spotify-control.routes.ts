import type { FastifyInstance, FastifyReply } from 'fastify';
import { isRecord, readParameters, type Parameter, type Parameters } from '../../control/parameters.js';
import { sendProblem } from '../../control/problem.js';
import { knownScopes } from '../accounts/scopes.js';
import { spotifyApps } from '../apps.js';
import { sizeParameters } from '../library/sizes.js';
import { listenerPerson } from '../person.js';
import type { Spotify } from '../spotify.js';
import { switchParameters } from '../switches.js';
import { appParameters, text, textOrNull, texts } from './spotify-parameters.js';
import { spotifyLedger } from './spotify-state.js';

/** Serves the controls that only Spotify has. `state` makes the answer of those that change something. */
export function spotifyControlRoutes(app: FastifyInstance, spotify: Spotify, state: () => object): void {
  const { switches, grants, apps, consents, tokenLedger } = spotify;

  app.put('/control/spotify/switches', (request, reply) =>
    withParameters(reply, switchParameters, { ...switches, ...bagOf(request.body) }, (values) => {
      Object.assign(switches, values);
      return state();
    }),
  );

  app.put('/control/spotify/library', (request, reply) =>
    withParameters(reply, sizeParameters, bagOf(request.body), (sizes) => {
      spotify.resize(sizes);
      return state();
    }),
  );

  app.put('/control/spotify/apps', (request, reply) =>
    withParameters(reply, appParameters, bagOf(request.body), (registered) => {
      apps.set(registered.clientId, registered);
      return state();
    }),
  );

  const tokenParameters: Parameters<{ clientId: string; scopes: readonly string[] }> = {
    clientId: { ...text, absent: { value: spotifyApps.first.clientId } },
    scopes: { ...texts, absent: { value: knownScopes } },
  };
  app.post('/control/spotify/tokens', (request, reply) =>
    withParameters(reply, tokenParameters, bagOf(request.body), ({ clientId, scopes }) => {
      const consentedMs = spotify.world().nowMs;
      const grant = { account: listenerPerson.id, clientId, scopes, consentedMs, revoked: false };
      const { accessToken, refreshToken = '' } = grants.open(grant);
      return {
        access_token: accessToken,
        refresh_token: refreshToken,
        expires_in: switches.expiresIn,
        scope: scopes.join(' '),
      };
    }),
  );

  app.post('/control/spotify/expire', () => {
    grants.expireAccessTokens();
    return state();
  });

  const revokeParameters: Parameters<{ clientId: string | null }> = {
    clientId: { ...textOrNull, absent: { value: null } },
  };
  app.post('/control/spotify/revoke', (request, reply) =>
    withParameters(reply, revokeParameters, bagOf(request.body), ({ clientId }) => {
      grants.revoke(clientId);
      if (clientId === null) consents.clear();
      else consents.delete(clientId);
      return state();
    }),
  );

  app.get('/control/spotify/ledger', () => spotifyLedger(spotify));
  app.delete('/control/spotify/ledger', () => {
    tokenLedger.clear();
    return spotifyLedger(spotify);
  });

  app.get<{ Params: { sha256: string } }>('/control/spotify/refresh-tokens/:sha256', ({ params }, reply) => {
    const print = params.sha256.toLowerCase();
    if (!/^[0-9a-f]{64}$/.test(print)) {
      const detail = 'Ask with the SHA-256 of the refresh token in 64 hexadecimal digits, never with the token.';
      return sendProblem(reply, 400, 'Not a SHA-256', { detail });
    }
    const { state: standing, grant } = grants.look(print);
    return { state: standing, isAlive: standing === 'alive', client: grant?.clientId ?? null };
  });
}

/** Reads the body's parameters and answers with what `act` makes of them, or with what is wrong with them. */
export function withParameters<P extends object>(
  reply: FastifyReply,
  parameters: Parameters<P>,
  given: Readonly<Record<string, unknown>>,
  act: (values: P) => object,
): FastifyReply {
  const read = readParameters(parameters, given);
  if ('values' in read) return reply.send(act(read.values));
  const names = Object.entries<Parameter<unknown>>(parameters);
  const allowed = Object.fromEntries(names.map(([name, { expects }]) => [name, expects]));
  return sendProblem(reply, 400, 'Not a control of the sandbox', { detail: read.faults.join(' '), allowed });
}

/** The body as named values; anything but an object has none. */
export function bagOf(body: unknown): Readonly<Record<string, unknown>> {
  return isRecord(body) ? body : {};
}
