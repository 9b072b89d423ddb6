import 'reflect-metadata';
import { VaultError } from '#accounts';
import { DatabaseError } from '#database';
import { isDatabaseAway, isDatabaseFull } from './problem/database-trouble.js';
import { openService } from './service.js';
import { readEnvFile, unknownNamesIn } from './settings/env-file.js';
import type { PlatformSettings } from './settings/platform.settings.js';
import { SettingsFault } from './settings/settings-fault.js';
import { loadSettings } from './settings/settings.module.js';

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const OTHER_HOST = 'Set HOST to an address of this machine.';
/** What to do when it cannot listen, by the call that failed and its code. */
const LISTENING_REMEDIES: Readonly<Record<string, string>> = {
  'listen EADDRINUSE': 'Stop what listens there, or set PORT to another port.',
  'listen EACCES': 'A port below 1024 needs rights that this user does not have: set PORT to a higher one.',
  'listen EADDRNOTAVAIL': OTHER_HOST,
  'getaddrinfo ENOTFOUND': OTHER_HOST,
  'getaddrinfo EAI_AGAIN': OTHER_HOST,
};

/** A fault that a person can mend is told in words; anything else with its stack. */
function explain(error: unknown): string {
  if (error instanceof SettingsFault) return error.message;
  if (error instanceof DatabaseError || error instanceof VaultError) return `  ${error.message}\n  ${error.remedy}`;
  if (error instanceof Error && 'code' in error && 'syscall' in error) {
    const remedy = LISTENING_REMEDIES[`${String(error.syscall)} ${String(error.code)}`];
    if (remedy !== undefined) return `  ${error.message}\n  ${remedy}`;
  }
  if (isDatabaseAway(error)) {
    return '  The database went away while Tonearm was starting.\n  Start it, then start Tonearm again.';
  }
  if (isDatabaseFull(error)) return '  The disk of the database is full.\n  Make room on it, then start Tonearm again.';
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Runs the service until a signal ends it. Why it cannot start is told in words. */
export async function run(): Promise<void> {
  // A terminal that is gone takes no words, and that is no reason to fall.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
  const ending = new AbortController();
  try {
    await start(ending);
  } catch (error) {
    if (error === ending.signal.reason) process.exit(0);
    process.stderr.write(`Tonearm cannot start.\n${explain(error)}\n`);
    process.exit(1);
  }
}

/** @param ending is aborted by a signal that comes before the start is over */
async function start(ending: AbortController): Promise<void> {
  const unknown = unknownNamesIn(readEnvFile());
  if (unknown !== null) process.stderr.write(`${unknown}\n`);
  const settings = await loadSettings();
  const { DATABASE_URL, HOST, PORT } = settings.platform;
  const end = (): void => {
    // A terminal and whoever has started this may both send one.
    if (!ending.signal.aborted) process.stderr.write('Tonearm ends as soon as its start is over.\n');
    ending.abort();
  };
  const waitForStart = (): void => {
    for (const signal of ENDING) process.on(signal, end);
  };
  // A database of its own that is half started would go on without it; of another one there is nothing to wait for.
  if (DATABASE_URL === undefined) waitForStart();
  const service = await openService(settings, ending.signal);
  if (DATABASE_URL !== undefined) waitForStart();
  try {
    if (!ending.signal.aborted) await service.listen(PORT, HOST);
  } catch (error) {
    // Whatever comes of that, this is what the owner has to hear.
    await Promise.allSettled([service.close()]);
    throw error;
  }
  if (ending.signal.aborted) {
    await service.close();
    process.exit(0);
  }
  // Ends by itself with 0, where Nest would send itself the signal once more.
  service.enableShutdownHooks([...ENDING], { useProcessExit: true });
  for (const signal of ENDING) process.off(signal, end);
  process.stdout.write(`Tonearm listens on ${addressOf(settings.platform)}\n`);
}

/** Behind a proxy, or on another machine, it is reached elsewhere than it listens. */
function addressOf({ BASE_URL, HOST, PORT, origin }: PlatformSettings): string {
  const at = `http://${HOST.includes(':') ? `[${HOST}]` : HOST}${PORT === 80 ? '' : `:${PORT}`}`;
  if (at === origin) return at;
  const isElsewhere = BASE_URL === undefined && HOST !== 'localhost';
  return `${at}, for ${origin}${isElsewhere ? '; set BASE_URL if browsers reach it elsewhere' : ''}`;
}
