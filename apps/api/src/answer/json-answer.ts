import { createHash } from 'node:crypto';

/** A JSON document, ready to send. */
export interface JsonBytes {
  body: Buffer;
  /** Strong: the same for the same bytes, on every process. */
  etag: string;
}

export function encodeJson(document: unknown): JsonBytes {
  const body = Buffer.from(JSON.stringify(document));
  return { body, etag: etagOf(body) };
}

/** A strong validator: other bytes, another tag. */
export function etagOf(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}

/** What a controller of a public read returns; the interceptor sends it, or 304 to a client that has it. */
export class JsonAnswer {
  constructor(
    readonly bytes: JsonBytes,
    readonly headers: Readonly<Record<string, string>>,
    readonly status = 200,
  ) {}
}

/** Whether a request's `If-None-Match` names this representation (RFC 9110 13.1.2: weak comparison, lists, `*`). */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag);
}
