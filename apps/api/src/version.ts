import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json, prisma/ and dist/: this file is at another depth as source than when built. */
export const INSTALLATION = findInstallation(dirname(fileURLToPath(import.meta.url)));

function findInstallation(folder: string): string {
  try {
    const content: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (typeof content === 'object' && content !== null && 'name' in content && content.name === 'tonearm')
      return folder;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const parent = dirname(folder);
  if (parent === folder) throw new Error('The installation of Tonearm has no package.json above this file.');
  return findInstallation(parent);
}

function readVersion(): string {
  const content: unknown = JSON.parse(readFileSync(join(INSTALLATION, 'package.json'), 'utf8'));
  if (typeof content === 'object' && content !== null && 'version' in content) return String(content.version);
  throw new Error('package.json names no version.');
}

export const VERSION = readVersion();

/** Tells upstreams who calls and where to find the people behind it. */
export const userAgent = (origin: string): string => `Tonearm/${VERSION} (+${origin})`;
