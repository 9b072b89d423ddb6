import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Codes and tokens of the sandbox begin as Spotify's do, and are this long. */
const TOKENS = /\b[AB]Q[\w-]{90,}/g;
const SEALED = /\bv1\.[\w-]+\.[\w-]+\.[\w-]+/g;
const PICTURE = /\bdata:image\/[\w.+-]+;base64,[\w+/]+/g;
/** Shorter values are words that stand in any text. */
const SHORTEST_SECRET = 16;
/** Names the folder in which a run gathers. */
export const FOLDER = 'SECRET_SCAN_FOLDER';

/** What services of this run have said, and what must not be in it. */
export type Kind = 'output' | 'response' | 'secret';

/** Writes something down for the scan at the end of the run. Outside of a run it does nothing. */
export function note(kind: Kind, text: string): void {
  const folder = process.env[FOLDER];
  if (folder === undefined || text === '') return;
  appendFileSync(join(folder, `${kind}-${process.pid}`), `${JSON.stringify(text)}\n`);
}

/** Notes the values of settings that are secret. */
export function noteSecretSettings(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) {
    if (/(TOKEN|SECRET|KEY)$/.test(name) && value.length >= SHORTEST_SECRET) note('secret', value);
  }
}

/** Notes the key that a service has made in its data folder. */
export function noteKeyFile(dataDir: string): void {
  const file = join(dataDir, 'encryption.key');
  if (!existsSync(file)) return;
  for (const part of readFileSync(file, 'utf8')
    .trim()
    .split(/[:,\s]+/)) {
    if (part.length >= SHORTEST_SECRET) note('secret', part);
  }
}

/** What of a text nobody should be able to read there, shortened so that a report does not repeat it. */
export function secretsIn(text: string, known: readonly string[]): string[] {
  // In a sealed text, and in a picture, any letters may follow each other.
  const tokens = text.replaceAll(SEALED, '').replaceAll(PICTURE, '').match(TOKENS) ?? [];
  return [...tokens, ...known.filter((secret) => text.includes(secret))].map((secret) => `${secret.slice(0, 6)}…`);
}
