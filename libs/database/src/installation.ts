import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseError } from './database-error.js';

/**
 * The folder Tonearm is installed in: the nearest one above this file whose package.json bears its name. Found by walking
 * up because the built code lies deeper (`dist/`) than its source.
 * @throws DatabaseError `installation_incomplete`
 */
export function installationRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (packageName(join(folder, 'package.json')) === 'tonearm') return folder;
    if (folder === dirname(folder)) {
      throw new DatabaseError(
        'installation_incomplete',
        "Tonearm's own package.json is in no folder above its code, so its migrations cannot be found.",
        'Keep package.json and prisma/ beside dist/, as they come with Tonearm.',
      );
    }
  }
}

function packageName(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof content !== 'object' || content === null || !('name' in content)) return undefined;
  return typeof content.name === 'string' ? content.name : undefined;
}
