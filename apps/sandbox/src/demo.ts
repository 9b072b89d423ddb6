import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startSandbox } from './sandbox.js';

const SERVICE_PORT = 7723;
/** Short enough that a song ends while somebody looks. */
const SONG_SECONDS = { min: 20, max: 40 };
const ACCOUNT = { LASTFM_USERNAME: 'Ada', LASTFM_API_KEY: 'de30c0de5a4db0c5de30c0de5a4db0c5' };
const SERVICE = join(import.meta.dirname, '../../../service/main.js');
/** What a process needs of the environment; settings that somebody has for the real thing stay out of the demo. */
const KEPT = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'NODE_OPTIONS'];

async function main(): Promise<void> {
  const port = await freePort(SERVICE_PORT);
  const sandbox = await startSandbox({
    port: await freePort(7724),
    seed: 1,
    clock: Date.now,
    songSeconds: SONG_SECONDS,
  });
  // Not the checkout: a .env there belongs to the real thing.
  const folder = join(process.cwd(), port === SERVICE_PORT ? 'data/demo' : `data/demo-${port}`);
  mkdirSync(folder, { recursive: true });
  const service = spawn(process.execPath, [SERVICE], {
    cwd: folder,
    env: {
      ...Object.fromEntries(KEPT.map((name) => [name, process.env[name]])),
      ...ACCOUNT,
      LASTFM_API_URL: `${sandbox.url}/2.0/`,
      PORT: String(port),
      DATA_DIR: folder,
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number>((resolve) => {
    service.on('exit', (code) => {
      resolve(code ?? 0);
    });
  });
  stopTogether(service);
  createInterface({ input: service.stdout }).on('line', (line) => {
    if (line.startsWith('Tonearm listens on ')) greet(line.slice('Tonearm listens on '.length), sandbox.url);
    else process.stdout.write(`${line}\n`);
  });
  process.exitCode = await ended;
  await sandbox.close();
}

/** The terminal sends Ctrl-C to both of us, a supervisor its signal to this process alone: the service gets it either way. */
function stopTogether(service: ChildProcess): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      service.kill('SIGTERM');
    });
  }
}

function greet(service: string, sandbox: string): void {
  const lines = [
    '',
    'Tonearm is up, with a made-up listener in place of Last.fm:',
    '',
    `  ${service}/                    what plays, changing by itself`,
    `  ${service}/docs                the API, to read and to try`,
    `  ${service}/currently-playing   the same as JSON`,
    `  ${sandbox}/                    stop the music, or break Last.fm, and see what happens`,
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
      if (error.code === 'EADDRINUSE') resolve(freePort(wished + 2));
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
