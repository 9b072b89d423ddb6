import { parse } from 'dotenv';
import { readFileSync } from 'node:fs';
import { settingsOf } from '#listening';
import { SETTINGS_CLASSES } from './read-settings.js';
import { SettingsFault } from './settings-fault.js';

/** In the same file for others: the compose files, and the command line. */
const OF_OTHERS = ['POSTGRES_PASSWORD', 'TONEARM_URL'];

/**
 * What stands in `.env` of the working directory; nothing when there is none.
 *
 * @throws SettingsFault when there is one that cannot be read, which is as wrong as what stands in it
 */
export function readEnvFile(): Readonly<Record<string, string>> {
  let bytes: Buffer;
  try {
    bytes = readFileSync('.env');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    if (code === 'ENOENT') return {};
    const example = 'a file that the user who runs Tonearm can read, or no file';
    throw new SettingsFault([{ name: '.env', problem: `cannot be read (${code})`, example }]);
  }
  // As some editors write it, every second byte is none of a name.
  if (bytes.includes(0)) {
    throw new SettingsFault([
      { name: '.env', problem: 'is not written in UTF-8', example: 'the same text saved as UTF-8' },
    ]);
  }
  return parse(bytes);
}

/**
 * What `.env` names and no setting is called: `BACKUP_CORN` would set nothing, and nobody would know.
 *
 * @returns a line for whoever starts the service; null when there is nothing to tell
 */
export function unknownNamesIn(file: Readonly<Record<string, string>>): string | null {
  const known = new Set(OF_OTHERS);
  for (const type of SETTINGS_CLASSES) {
    for (const [name, { secret }] of settingsOf(type)) known.add(name).add(secret ? `${name}_FILE` : name);
  }
  // What is no name of a variable may be the second line of a secret.
  const isName = (name: string): boolean => /^[A-Z][A-Z0-9_]*$/.test(name) || known.has(name.toUpperCase());
  const unknown = Object.keys(file).filter((name) => isName(name) && !known.has(name));
  if (unknown.length === 0) return null;
  return `.env has what Tonearm has no setting for: ${unknown.join(', ')}. What was meant for it has another name; .env.example has all names.`;
}
