import { type Sandbox, startSandbox } from '../../apps/sandbox/src/sandbox.js';

/** Longer than a test takes. */
const SONG_GOES_ON_MS = 90_000;

export const API_KEY = '5a4db0c5de30c0de5a4db0c5de30c0de';

/** The stand-in for Last.fm, under the hand of a test. */
export interface Stage {
  /** Settings with which the service uses it. */
  settings: Readonly<Record<string, string>>;
  /** Lets it behave otherwise from now on; several at once when they concern different methods. */
  scenario: (scenario: string, more?: object) => Promise<void>;
  /** Everything as at the beginning, nothing counted. */
  reset: () => Promise<void>;
  /** Moves the listener's clock, not the wall's. */
  advance: (milliseconds: number) => Promise<void>;
  /** Moves it to where the next song begins, which is another one than now. */
  skipSong: () => Promise<void>;
  /** Settings that add Spotify, with the sandbox's first app. */
  spotifySettings: Readonly<Record<string, string>>;
  /** Settings with which MusicBrainz is asked, at the sandbox. */
  musicbrainzSettings: Readonly<Record<string, string>>;
  /** Anything else of the sandbox's control. @returns its answer */
  control: (method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: object) => Promise<unknown>;
  /** Calls per method so far, by its name in lower case. */
  calls: () => Promise<Record<string, number>>;
  close: () => Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const sandbox: Sandbox = await startSandbox({ port: 0, seed: 7, clock: Date.now });
  const { first } = sandbox.spotify.clients;
  const send = async (method: string, path: string, body?: object): Promise<Response> => {
    const answer = await fetch(sandbox.url + path, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    });
    if (!answer.ok) throw new Error(`The sandbox refused ${method} ${path}: ${await answer.text()}`);
    return answer;
  };
  const control = async (method: string, path: string, body?: object): Promise<unknown> =>
    (await send(method, path, body)).json();
  const moveClock = async (moveMs: (leftMs: number) => number): Promise<void> => {
    const { clock, listener } = (await control('GET', '/control')) as {
      clock: { nowMs: number; offsetMs: number };
      listener: { endMs: number };
    };
    const offsetMs = clock.offsetMs + moveMs(listener.endMs - clock.nowMs);
    await send('PUT', '/control/clock', { offsetMs });
  };
  /** A song that ends in the middle of a test is one more that was played. */
  const letSongGoOn = (): Promise<void> => moveClock((leftMs) => (leftMs < SONG_GOES_ON_MS ? leftMs : 0));
  await letSongGoOn();
  return {
    settings: { LASTFM_USERNAME: 'ada', LASTFM_API_KEY: API_KEY, LASTFM_API_URL: `${sandbox.url}/2.0/` },
    spotifySettings: {
      SPOTIFY_CLIENT_ID: first.clientId,
      SPOTIFY_CLIENT_SECRET: first.secret,
      SPOTIFY_ACCOUNTS_URL: sandbox.spotify.accountsUrl,
      SPOTIFY_API_URL: sandbox.spotify.apiUrl,
    },
    musicbrainzSettings: { MUSICBRAINZ: 'on', MUSICBRAINZ_URL: sandbox.musicbrainzUrl },
    control,
    scenario: async (scenario, more = {}) => {
      await send('PUT', '/control/lastfm', { scenario, ...more });
    },
    reset: async () => {
      await send('POST', '/control/reset');
      await letSongGoOn();
    },
    advance: (milliseconds) => moveClock(() => milliseconds),
    skipSong: () => moveClock((leftMs) => leftMs),
    calls: async () => {
      const ledger: unknown = await (await send('GET', '/control/ledger')).json();
      return countsOf(ledger);
    },
    close: () => sandbox.close(),
  };
}

function countsOf(ledger: unknown): Record<string, number> {
  if (typeof ledger !== 'object' || ledger === null || !('counts' in ledger))
    throw new Error('The ledger has no counts.');
  const { counts } = ledger;
  if (typeof counts !== 'object' || counts === null) throw new Error('The ledger has no counts.');
  return Object.fromEntries(Object.entries(counts).map(([method, count]) => [method, Number(count)]));
}
