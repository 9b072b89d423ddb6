import type { FastifyInstance } from 'fastify';
import { createBoard, type Board } from '../control/board.js';
import type { Ledger } from '../control/ledger.js';
import type { Listener } from '../listening/listener.js';
import { accountsRoutes } from './accounts/accounts.routes.js';
import type { Consents } from './accounts/authorize.js';
import { createCodeStore } from './accounts/codes.js';
import { createGrantStore, type GrantStore } from './accounts/grants.js';
import { createTokenLedger, type TokenLedger } from './accounts/token-ledger.js';
import { tokenScenarios, type TokenBehaviour } from './accounts/token-scenarios.js';
import { apiRoutes } from './api/api.routes.js';
import type { World } from './api/world.js';
import type { ApiBehaviour } from './api/behaviour.js';
import { endpointNames } from './api/endpoints.js';
import { apiScenarios } from './api/scenarios.js';
import { createAppRegistry, type AppRegistry } from './apps.js';
import { createDiscography } from './library/discography.js';
import { createLibrary } from './library/library.js';
import { defaultSizes, type LibrarySizes } from './library/sizes.js';
import { createTalk } from './library/talk.js';
import { initialSwitches, type SpotifySwitches } from './switches.js';

/** What the stand-in for Spotify is made of. Times are epoch milliseconds. */
export interface SpotifyOptions {
  listener: Listener;
  ledger: Ledger;
  /** All that is kept was added before it; a whole second. */
  steadySinceMs: number;
  /** The time of the calls. */
  wallClock: () => number;
  /** The time of the listening and of the life of tokens, which can run ahead. */
  now: () => number;
}

/** The stand-in for Spotify, with what the controls hold of it. */
export interface Spotify {
  apiBoard: Board<ApiBehaviour>;
  tokenBoard: Board<TokenBehaviour>;
  tokenLedger: TokenLedger;
  switches: SpotifySwitches;
  apps: AppRegistry;
  grants: GrantStore;
  /** What was allowed to whom, by client id; revoking forgets it. */
  consents: Consents;
  world: () => World;
  /** Makes a new library; changes to the one before are gone. */
  resize: (sizes: LibrarySizes) => void;
  /** Everything as at the beginning; the boards are not touched. */
  reset: () => void;
  /** Serves the accounts service at `/spotify/accounts` and the Web API at `/spotify/v1`. */
  routes: (app: FastifyInstance) => void;
}

/** The grant types, by which scenarios of the token endpoint can be limited. */
const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials'];

/** Makes the stand-in for Spotify. */
export function createSpotify({ listener, ledger, steadySinceMs, wallClock, now }: SpotifyOptions): Spotify {
  const { seed } = listener;
  const discography = createDiscography(seed, listener.catalogue);
  const talk = createTalk(seed);
  const libraryOf = (sizes: LibrarySizes): World['library'] =>
    createLibrary(seed, { discography, talk }, sizes, steadySinceMs);

  let library = libraryOf(defaultSizes);
  const switches = initialSwitches();
  const apps = createAppRegistry();
  const codes = createCodeStore();
  const grants = createGrantStore(switches, now);
  const consents: Consents = new Map();
  const tokenLedger = createTokenLedger();
  const apiBoard = createBoard(apiScenarios, { name: 'endpoint', values: endpointNames });
  const tokenBoard = createBoard(tokenScenarios, { name: 'grant', values: grantTypes });
  const world = (): World => ({ listener, discography, talk, library, nowMs: now() });

  return {
    apiBoard,
    tokenBoard,
    tokenLedger,
    switches,
    apps,
    grants,
    consents,
    world,
    resize: (sizes) => {
      library = libraryOf(sizes);
    },
    reset: () => {
      library = libraryOf(defaultSizes);
      Object.assign(switches, initialSwitches());
      apps.clear();
      for (const [clientId, app] of createAppRegistry()) apps.set(clientId, app);
      codes.clear();
      grants.clear();
      consents.clear();
      tokenLedger.clear();
    },
    routes: (app) => {
      const accounts = { seed, switches, apps, codes, grants, consents, tokenLedger, ledger, wallClock, now };
      accountsRoutes(app, '/spotify/accounts', { ...accounts, board: tokenBoard });
      apiRoutes(app, '/spotify/v1', { board: apiBoard, ledger, switches, grants, world, wallClock });
    },
  };
}
