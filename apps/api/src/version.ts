import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installationRoot } from '#database';

/** The folder that holds package.json, prisma/ and dist/. */
export const INSTALLATION = installationRoot();

function readVersion(): string {
  const content: unknown = JSON.parse(readFileSync(join(INSTALLATION, 'package.json'), 'utf8'));
  if (typeof content === 'object' && content !== null && 'version' in content) return String(content.version);
  throw new Error('package.json names no version.');
}

export const VERSION = readVersion();

/** Tells upstreams who calls and where to find the people behind it. */
export const userAgent = (origin: string): string => `Tonearm/${VERSION} (+${origin})`;
