import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits, for what must not be guessed. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a token: enough to know it again, not enough to use it. */
export function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Compares digests without telling by its time how much of them is the same. */
export function isSameDigest(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
