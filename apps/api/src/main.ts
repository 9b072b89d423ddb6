import './keep-a-tick.js';
import './tight-heap.js';
import 'reflect-metadata';
import { VaultError } from '#accounts';
import { DatabaseError, openDatabase } from '#database';
import { databaseLog, startLogging } from './logging.js';
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

async function main(): Promise<void> {
  const settings = await loadSettings();
  const { DATABASE_URL, DATA_DIR, HOST, PORT, origin } = settings.platform;
  const logger = startLogging(settings.platform);
  // A first start is mostly other processes making the database: the rest of the code is loaded meanwhile.
  const [database, { createApp }] = await Promise.all([
    openDatabase({ dataDir: DATA_DIR, log: databaseLog(), ...(DATABASE_URL ? { databaseUrl: DATABASE_URL } : {}) }),
    import('./app.setup.js'),
  ]);
  try {
    const app = await createApp(settings, database, logger);
    await app.listen(PORT, HOST);
  } catch (error) {
    await database.close();
    throw error;
  }
  process.stdout.write(`Tonearm listens on ${origin}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`Tonearm cannot start.\n${explain(error)}\n`);
  process.exit(1);
});
