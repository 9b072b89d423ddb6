import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Listener } from '../listening/listener.js';
import type { Board } from './board.js';
import type { ListeningClock } from './clock.js';
import type { Ledger } from './ledger.js';
import { integer, isRecord, readParameters } from './parameters.js';
import { sendProblem } from './problem.js';

/** What can be steered. `boards`: the scenarios of each upstream by its name in the address. */
export interface ControlParts {
  listener: Listener;
  clock: ListeningClock;
  ledger: Ledger;
  boards: Readonly<Record<string, Board<unknown>>>;
  /** What an upstream tells beside its scenarios, by its name. */
  details: Readonly<Record<string, () => object>>;
  /** Puts back what is neither a scenario nor in the ledger. */
  reset: () => void;
}

const clockParameters = { offsetMs: integer({ min: 0, max: 10 * 365 * 86_400_000 }) };

/** Serves the routes by which tests and people steer the sandbox. */
export function controlRoutes(app: FastifyInstance, parts: ControlParts): void {
  const { clock, ledger, boards } = parts;

  app.get('/control', () => controlState(parts));

  for (const [name, board] of Object.entries(boards)) {
    app.put(`/control/${name}`, (request, reply) => {
      const refusal = board.set(request.body);
      return refusal === null
        ? reply.send(controlState(parts))
        : sendProblem(reply, 400, 'Not a scenario of the sandbox', refusal);
    });
    app.delete(`/control/${name}`, () => {
      board.clear();
      return controlState(parts);
    });
  }

  app.put('/control/clock', (request, reply): FastifyReply => {
    const read = readParameters(clockParameters, isRecord(request.body) ? request.body : {});
    if ('faults' in read) {
      const allowed = { offsetMs: clockParameters.offsetMs.expects };
      return sendProblem(reply, 400, 'Not an offset of the clock', { detail: read.faults.join(' '), allowed });
    }
    clock.offsetMs = read.values.offsetMs;
    return reply.send(controlState(parts));
  });

  app.get('/control/ledger', () => ledger.read());
  app.delete('/control/ledger', () => {
    ledger.clear();
    return ledger.read();
  });

  app.post('/control/reset', () => {
    for (const board of Object.values(boards)) board.clear();
    ledger.clear();
    parts.reset();
    return controlState(parts);
  });
}

/** What plays, the clock, and how each upstream behaves. */
export function controlState({ listener, clock, boards, details }: ControlParts): Record<string, unknown> {
  const nowMs = clock.now();
  const { number, track, startMs, endMs } = listener.playAt(nowMs);
  const upstreams = Object.entries(boards).map(([name, board]): [string, object] => [
    name,
    {
      inForce: board.inForce(),
      [`${board.targets.name}s`]: board.targets.values,
      scenarios: Object.entries(board.scenarios).map(([scenario, { about, parameters }]) => ({
        scenario,
        about,
        parameters,
      })),
      ...details[name]?.(),
    },
  ]);
  return {
    clock: { nowMs, offsetMs: clock.offsetMs },
    listener: {
      title: track.title,
      artist: track.artist.name,
      album: track.album?.title ?? null,
      cover: track.album === null ? null : `/art/${track.album.coverHash}.png`,
      startMs,
      endMs,
      scrobbles: number,
    },
    ...Object.fromEntries(upstreams),
  };
}
