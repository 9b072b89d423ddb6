import 'reflect-metadata';
import { VaultError } from '#accounts';
import { DatabaseError } from '#database';
import { openService } from './service.js';
import { SettingsFault } from './settings/settings-fault.js';
import { loadSettings } from './settings/settings.module.js';

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
  try {
    await start();
  } catch (error) {
    process.stderr.write(`Tonearm cannot start.\n${explain(error)}\n`);
    process.exit(1);
  }
}

async function start(): Promise<void> {
  const settings = await loadSettings();
  const { HOST, PORT, origin } = settings.platform;
  const service = await openService(settings);
  // Ends by itself with 0, where Nest would send itself the signal once more.
  service.enableShutdownHooks(['SIGINT', 'SIGTERM', 'SIGHUP'], { useProcessExit: true });
  try {
    await service.listen(PORT, HOST);
  } catch (error) {
    // Whatever comes of that, this is what the owner has to hear.
    await Promise.allSettled([service.close()]);
    throw error;
  }
  process.stdout.write(`Tonearm listens on ${origin}\n`);
}
