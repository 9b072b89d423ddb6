import type { FastifyReply } from 'fastify';
import type { ServerResponse } from 'node:http';

/** Names and values in turn, as they go out. */
export type RawHeaders = string[];

/**
 * The head of an answer that goes out again and again. Node checks and joins every header of every answer, which is more
 * than all else that it does for one of ours: here it does so once a second, for the date, and the others send the same.
 */
export class ReadyHead {
  private text = '';
  private isChunked = false;
  private second = Number.NaN;

  constructor(
    private readonly status: 200 | 304,
    private readonly headers: RawHeaders,
  ) {}

  write(response: ServerResponse): void {
    const second = Math.floor(Date.now() / 1000);
    // Where the connection ends with the answer the head says so.
    const isUsual = response.shouldKeepAlive && response.req.httpVersion === '1.1';
    if (isUsual && second === this.second) {
      response.statusCode = this.status;
      response.chunkedEncoding = this.isChunked;
      response._header = this.text;
      return;
    }
    response.writeHead(this.status, this.headers);
    // A Node that keeps it elsewhere is asked for every answer.
    if (!isUsual || typeof response._header !== 'string') return;
    // Node's own clock for it may be a moment late.
    if (!response._header.includes(new Date(second * 1000).toUTCString())) return;
    this.text = response._header;
    this.isChunked = response.chunkedEncoding;
    this.second = second;
  }
}

/** What the head of an answer says so far. */
export function headOf(reply: FastifyReply): RawHeaders {
  // Node tells names in lower case, and sends them as they were given.
  const spelling = new Map(reply.raw.getRawHeaderNames().map((name) => [name.toLowerCase(), name]));
  return Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
    value === undefined ? [] : [spelling.get(name) ?? name, String(value)],
  );
}
