import 'reflect-metadata';
import { DatabaseError } from '#database';
import { createApp } from './app.setup.js';
import { PlatformSettings } from './settings/platform.settings.js';
import { SettingsFault } from './settings/settings-fault.js';

/** A fault that a person can mend is told in words; anything else with its stack. */
function explain(error: unknown): string {
  if (error instanceof SettingsFault) return `Tonearm cannot start.\n${error.message}`;
  if (error instanceof DatabaseError) return `Tonearm cannot start.\n  ${error.message}\n  ${error.remedy}`;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `Tonearm cannot start.\n  ${error.message}\n  Stop what listens there, or set PORT to another port.`;
  }
  return `Tonearm cannot start.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

async function main(): Promise<void> {
  const app = await createApp();
  const { HOST, PORT, origin } = app.get(PlatformSettings);
  try {
    await app.listen(PORT, HOST);
  } catch (error) {
    await app.close();
    throw error;
  }
  process.stdout.write(`Tonearm listens on ${origin}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});
