import { createHash, randomBytes } from 'node:crypto';

/** A new secret that begins as Spotify's do, such as `AQ` for codes and refresh tokens and `BQ` for access tokens. */
export function newSecret(beginning: string): string {
  return beginning + randomBytes(72).toString('base64url');
}

/** SHA-256 in 64 hexadecimal digits: the name of a secret where the secret itself must not be. */
export function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The beginning of a fingerprint, as ledgers show it. */
export function shortFingerprint(secret: string): string {
  return fingerprint(secret).slice(0, 16);
}

/** The challenge of a PKCE verifier by method S256. */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}
