import { createHash } from 'node:crypto';

/** SHA-256 in base64url: enough to know a long random text again, not enough to use it. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
