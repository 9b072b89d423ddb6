import fastify from 'fastify';
import { artRoutes } from './art/art.routes.js';
import { createBoard } from './control/board.js';
import { createListeningClock } from './control/clock.js';
import { controlRoutes, controlState, type ControlParts } from './control/control.routes.js';
import { createLedger } from './control/ledger.js';
import { sendProblem } from './control/problem.js';
import { lastfmRoutes } from './lastfm/lastfm.routes.js';
import { methodNames } from './lastfm/methods.js';
import { lastfmScenarios } from './lastfm/scenarios.js';
import type { SongSeconds } from './listening/catalogue.js';
import { createListener } from './listening/listener.js';
import { musicbrainzScenarios } from './musicbrainz/musicbrainz.scenarios.js';
import { musicbrainzResources, musicbrainzRoutes } from './musicbrainz/musicbrainz.routes.js';
import { createPace } from './musicbrainz/pace.js';
import { pageRoutes } from './page/page.routes.js';
import { spotifyApps } from './spotify/apps.js';
import { libraryControlRoutes } from './spotify/control/library-control.routes.js';
import { spotifyControlRoutes } from './spotify/control/spotify-control.routes.js';
import { spotifyState } from './spotify/control/spotify-state.js';
import { createSpotify } from './spotify/spotify.js';

/** How a sandbox is made. */
export interface SandboxOptions {
  /** 0 takes a free one. */
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** A whole number; decides on everything that is heard. */
  seed: number;
  /** Epoch milliseconds, in 2021 or later. A song always plays since the beginning of the month of the start. */
  clock: () => number;
  /** Bounds of the length of songs in whole seconds, 1 to 1200; default 150 to 330. */
  songSeconds?: SongSeconds;
}

/** A running sandbox. `url` has no slash at its end. */
export interface Sandbox {
  url: string;
  spotify: SpotifyAddresses;
  /** Of the stand-in for MusicBrainz, without a slash at its end. */
  musicbrainzUrl: string;
  /** Frees the port, and cuts whatever is still connected. */
  close(): Promise<void>;
}

/** Where the stand-in for Spotify is, and the apps that are registered there. No address has a slash at its end. */
export interface SpotifyAddresses {
  /** `/authorize` and `/api/token` are below it. */
  accountsUrl: string;
  apiUrl: string;
  clients: typeof spotifyApps;
}

/** Starts the stand-in for Last.fm, Spotify and MusicBrainz. Options out of bounds throw a RangeError; a port in use rejects as Node does. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { port, host = '127.0.0.1', seed, clock: wallClock, songSeconds = { min: 150, max: 330 } } = options;
  checkBounds(songSeconds, wallClock());
  const steadySince = beginningOfMonth(wallClock());
  const listener = createListener(seed, songSeconds, steadySince);
  const stranger = createListener(seed + 1, songSeconds, steadySince);
  const clock = createListeningClock(wallClock);
  const ledger = createLedger();
  const spotify = createSpotify({ listener, ledger, steadySinceMs: steadySince, wallClock, now: () => clock.now() });
  const board = createBoard(lastfmScenarios, { name: 'method', values: methodNames });

  const musicbrainz = createBoard(musicbrainzScenarios, { name: 'resource', values: musicbrainzResources });
  const pace = createPace();

  const app = fastify({ forceCloseConnections: true });
  // Fastify notes when a request came only where somebody wants to know how long its answer took.
  app.addHook('onResponse', (_request, _reply, done) => {
    done();
  });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  app.setErrorHandler((error, _request, reply) => {
    const isRefusal = error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';
    const status = isRefusal ? Number(error.statusCode) : 500;
    const detail = error instanceof Error ? error.message : 'Unknown.';
    return sendProblem(reply, status, status < 500 ? 'The request cannot be read' : 'A fault of the sandbox', {
      detail,
    });
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, 404, 'Not found', {
      detail: `The sandbox has nothing at ${request.url}. Last.fm is at /2.0/, Spotify at /spotify, MusicBrainz at /musicbrainz, the controls are at /control.`,
    }),
  );
  lastfmRoutes(app, { listener, stranger, board, ledger, wallClock, listeningClock: () => clock.now() });
  spotify.routes(app);
  musicbrainzRoutes(app, { board: musicbrainz, ledger, seed, pace, wallClock });
  const controls: ControlParts = {
    listener,
    clock,
    ledger,
    boards: { lastfm: board, spotify: spotify.apiBoard, 'spotify-token': spotify.tokenBoard, musicbrainz },
    details: { spotify: () => spotifyState(spotify) },
    reset: () => {
      spotify.reset();
      pace.forget();
    },
  };
  controlRoutes(app, controls);
  spotifyControlRoutes(app, spotify, () => controlState(controls));
  libraryControlRoutes(app, spotify);
  artRoutes(app);
  pageRoutes(app);

  const url = await app.listen({ port, host });
  return {
    url,
    spotify: { accountsUrl: `${url}/spotify/accounts`, apiUrl: `${url}/spotify/v1`, clients: spotifyApps },
    musicbrainzUrl: `${url}/musicbrainz`,
    close: async () => {
      await app.close();
    },
  };
}

function checkBounds({ min, max }: SongSeconds, nowMs: number): void {
  if (!Number.isInteger(min) || !Number.isInteger(max) || min < 1 || max < min || max > 1200) {
    throw new RangeError(
      `Songs of ${min} to ${max} seconds cannot be: give whole seconds, 1 to 1200, the lesser first.`,
    );
  }
  if (!(nowMs >= Date.UTC(2021, 0, 1))) {
    throw new RangeError(`The clock says ${nowMs} ms since 1970; the listener lives in 2021 and later: set it later.`);
  }
}

function beginningOfMonth(ms: number): number {
  const moment = new Date(ms);
  return Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth());
}
