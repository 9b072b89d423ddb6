import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits in base64url, for what must not be guessed. */
export function randomText(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256 in base64url: enough to know a long random text again, not enough to use it. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
