import 'reflect-metadata';
import { VaultError } from '#accounts';
import { DatabaseError } from '#database';
import { openService } from './service.js';
import { SettingsFault } from './settings/settings-fault.js';
import { loadSettings } from './settings/settings.module.js';

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A fault that a person can mend is told in words; anything else with its stack. */
function explain(error: unknown): string {
  if (error instanceof SettingsFault) return error.message;
  if (error instanceof DatabaseError || error instanceof VaultError) return `  ${error.message}\n  ${error.remedy}`;
  if (
    error instanceof Error &&
    'code' in error &&
    ['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'].includes(String(error.code))
  ) {
    return `  ${error.message}\n  Stop what listens there, or set PORT to another port or HOST to an address of this machine.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Runs the service until a signal ends it. Why it cannot start is told in words. */
export async function run(): Promise<void> {
  const ending = new AbortController();
  try {
    await start(ending);
  } catch (error) {
    // Whoever has ended it need not hear that nothing came of it.
    if (ending.signal.aborted) process.exit(0);
    process.stderr.write(`Tonearm cannot start.\n${explain(error)}\n`);
    process.exit(1);
  }
}

/** @param ending is aborted when a signal has come too early to be done with at once */
async function start(ending: AbortController): Promise<void> {
  const settings = await loadSettings();
  const { DATABASE_URL, HOST, PORT, origin } = settings.platform;
  const end = (): void => {
    // A terminal and whoever has started this may both send one.
    if (!ending.signal.aborted) process.stderr.write('Tonearm ends as soon as its database can be stopped.\n');
    ending.abort();
  };
  // A database of its own that is half started would go on without it. Of another one there is nothing to wait for.
  if (DATABASE_URL === undefined) for (const signal of ENDING) process.on(signal, end);
  const service = await openService(settings, ending.signal);
  // Ends by itself with 0, where Nest would send itself the signal once more.
  service.enableShutdownHooks([...ENDING], { useProcessExit: true });
  for (const signal of ENDING) process.off(signal, end);
  if (ending.signal.aborted) {
    await service.close();
    process.exit(0);
  }
  try {
    await service.listen(PORT, HOST);
  } catch (error) {
    // Whatever comes of that, this is what the owner has to hear.
    await Promise.allSettled([service.close()]);
    throw error;
  }
  process.stdout.write(`Tonearm listens on ${origin}\n`);
}
