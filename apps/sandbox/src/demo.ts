import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { type Sandbox, startSandbox } from './sandbox.js';

/** The service's own wish; the sandbox listens beside it. A second demo takes the next two. */
const SERVICE_PORT = 7723;
const PORTS_EACH = 2;
/** Short enough that a song ends while somebody looks. */
const SONG_SECONDS = { min: 20, max: 40 };
const ACCOUNT = { LASTFM_USERNAME: 'Ada', LASTFM_API_KEY: 'de30c0de5a4db0c5de30c0de5a4db0c5' };
/** Known to everybody: it opens nothing but a demo on this machine. */
const OWNER_TOKEN = 'the-owner-of-the-demo';
const SERVICE = join(import.meta.dirname, '../../../service/main.js');
const END_WITH_PARENT = pathToFileURL(join(import.meta.dirname, 'end-with-parent.js')).href;
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What a process needs of the environment; settings that somebody has for the real thing stay out of the demo. */
const KEPT = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'NODE_OPTIONS'];

async function main(): Promise<void> {
  const { sandbox, port: sandboxPort } = await openSandbox(SERVICE_PORT + 1);
  const port = await freePort(sandboxPort - 1);
  const folder = emptyFolder(sandboxPort);
  const service = spawn(process.execPath, ['--import', END_WITH_PARENT, SERVICE], {
    cwd: folder,
    env: {
      ...Object.fromEntries(KEPT.map((name) => [name, process.env[name]])),
      ...ACCOUNT,
      LASTFM_API_URL: `${sandbox.url}/2.0/`,
      ...spotifySettings(sandbox),
      // A song at once; Spotify shows one only after somebody has agreed to it.
      LISTENING_PROVIDER: 'lastfm',
      ADMIN_TOKEN: OWNER_TOKEN,
      PORT: String(port),
      DATA_DIR: folder,
      LOG_LEVEL: 'warn',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    service.on('exit', (code, signal) => {
      resolve({ code, signal });
    });
  });
  stopTogether(service);
  createInterface({ input: service.stdout }).on('line', (line) => {
    if (line.startsWith('Tonearm listens on ')) greet(line.slice('Tonearm listens on '.length), sandbox.url);
    else process.stdout.write(`${line}\n`);
  });
  const { code, signal } = await ended;
  await sandbox.close();
  // A signal that ends it like that comes before it has begun with anything.
  const isStopped = code === 0 || ENDING.some((one) => one === signal);
  process.exitCode = isStopped ? 0 : 1;
  // Otherwise its database may still run there; the next demo clears it away.
  if (isStopped) remove(folder);
}

/** On the wished port or a later one. Of demos that start at once each has its own: it listens there from now on. */
async function openSandbox(port: number): Promise<{ sandbox: Sandbox; port: number }> {
  try {
    const sandbox = await startSandbox({ port, seed: 1, clock: Date.now, songSeconds: SONG_SECONDS });
    return { sandbox, port };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return openSandbox(port + PORTS_EACH);
    throw error;
  }
}

/** The sandbox's first app, registered as somebody would register their own. */
function spotifySettings({ spotify: { accountsUrl, apiUrl, clients } }: Sandbox): Readonly<Record<string, string>> {
  return {
    SPOTIFY_CLIENT_ID: clients.first.clientId,
    SPOTIFY_CLIENT_SECRET: clients.first.secret,
    SPOTIFY_ACCOUNTS_URL: accountsUrl,
    SPOTIFY_API_URL: apiUrl,
  };
}

/**
 * A folder with nothing of an earlier demo in it: the sandbox has forgotten the tokens that it gave to that one, and so must
 * the service. Not the checkout, where a .env belongs to the real thing; and where the user of the database can reach it.
 * @param port on which this demo listens, so that no other one takes the same folder
 */
function emptyFolder(port: number): string {
  const folder = join(tmpdir(), `tonearm-demo-${userInfo().uid}-${port}`);
  remove(folder);
  mkdirSync(folder, { mode: 0o711 });
  return folder;
}

function remove(folder: string): void {
  const elsewhere = databaseOf(folder);
  for (const one of [elsewhere, folder]) if (one) rmSync(one, { recursive: true, force: true, maxRetries: 3 });
}

/** Where the service keeps the database when it is started by root in a folder that its user cannot enter; null otherwise. */
function databaseOf(folder: string): string | null {
  const note = join(folder, 'postgres.location');
  // Anybody may have made a folder of this name, with a note in it that leads elsewhere.
  if (lstatSync(folder, { throwIfNoEntry: false })?.uid !== userInfo().uid || !existsSync(note)) return null;
  return /^\/var\/lib\/tonearm\/data-[0-9a-f]{16}(?=\n)/.exec(readFileSync(note, 'utf8'))?.[0] ?? null;
}

/** The terminal sends Ctrl-C to both of us, a supervisor its signal to this process alone: the service gets it either way. */
function stopTogether(service: ChildProcess): void {
  const stop = (): void => {
    service.kill('SIGTERM');
  };
  for (const signal of ENDING) process.on(signal, stop);
  // Nobody reads any more where the demo is.
  for (const output of [process.stdout, process.stderr]) output.on('error', stop);
}

function greet(service: string, sandbox: string): void {
  const lines = [
    '',
    'Tonearm is up, with a made-up listener, and stand-ins for Last.fm and Spotify:',
    '',
    `  ${service}/                    what plays, changing by itself`,
    `  ${service}/docs                the API, to read and to try`,
    `  ${service}/currently-playing   the same as JSON`,
    `  ${service}/auth                link Spotify; the owner's token is ${OWNER_TOKEN}`,
    `  ${sandbox}/                    stop the music, break Last.fm or Spotify, and see what happens`,
    '',
    'Ctrl-C stops all of it.',
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** The wished port, or the next free one above it. */
function freePort(wished: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: Error & { code?: string }) => {
      if (error.code === 'EADDRINUSE') resolve(freePort(wished + PORTS_EACH));
      else reject(error);
    });
    probe.listen(wished, '127.0.0.1', () => {
      probe.close(() => {
        resolve(wished);
      });
    });
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`The demo cannot start. ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
