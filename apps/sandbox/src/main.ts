import { startSandbox, type Sandbox } from './sandbox.js';
import { readSettings } from './settings.js';

try {
  const { port, seed, songSeconds } = readSettings(process.env);
  const sandbox = await startSandbox({
    port,
    seed,
    clock: () => Date.now(),
    ...(songSeconds === null ? {} : { songSeconds }),
  });
  stopOnSignal(sandbox);
  const { accountsUrl, apiUrl } = sandbox.spotify;
  const told = { url: sandbox.url, lastfm: `${sandbox.url}/2.0/`, user: 'Ada', spotify: { accountsUrl, apiUrl } };
  process.stdout.write(`${JSON.stringify(told)}\n`);
} catch (error) {
  const isPortTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const remedy = isPortTaken
    ? ' Stop what listens there, or set SANDBOX_PORT to another port or to 0 for a free one.'
    : '';
  process.stderr.write(
    `The sandbox cannot start. ${error instanceof Error ? error.message : String(error)}${remedy}\n`,
  );
  process.exitCode = 1;
}

function stopOnSignal(sandbox: Sandbox): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void sandbox.close());
  }
}
