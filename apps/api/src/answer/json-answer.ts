import { createHash } from 'node:crypto';
import { Answer, type Bytes } from './answer.js';

/** A JSON document, ready to send. */
export type JsonBytes = Bytes;

export function encodeJson(document: unknown): JsonBytes {
  const body = Buffer.from(JSON.stringify(document));
  return { body, etag: etagOf(body) };
}

/** A strong validator: other bytes, another tag. */
export function etagOf(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}

/** What a controller of a public read returns when that is JSON. */
export class JsonAnswer extends Answer {
  constructor(
    bytes: JsonBytes,
    headers: Readonly<Record<string, string>>,
    status = 200,
    isCurrent: (() => boolean) | null = null,
  ) {
    super(bytes, 'application/json; charset=utf-8', headers, status, isCurrent);
  }
}

/** Whether a request's `If-None-Match` names this representation (RFC 9110 13.1.2: weak comparison, lists, `*`). */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag) return true;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag);
}
