/** A representation, ready to send. */
export interface Bytes {
  body: Buffer;
  /** Strong: the same for the same bytes, on every process. */
  etag: string;
}

/** What a controller of a public read returns; the interceptor sends it, or 304 to a client that has it. */
export class Answer {
  constructor(
    readonly bytes: Bytes,
    readonly contentType: string,
    readonly headers: Readonly<Record<string, string>>,
    readonly status = 200,
    /** Whether the same would be answered again; absent: what others may cache holds for a second. */
    readonly isCurrent: (() => boolean) | null = null,
  ) {}
}
