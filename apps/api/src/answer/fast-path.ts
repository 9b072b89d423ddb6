import type { FastifyInstance, FastifyReply } from 'fastify';
import { LRUCache } from 'lru-cache';
import { type IncomingMessage, type RequestListener, type Server, type ServerResponse, createServer } from 'node:http';
import { isKnown } from './json-answer.js';
import { ReadyHead, headOf } from './ready-head.js';

/** Answers to different addresses that are kept at most, and what they may hold together. */
const MOST = 500;
const MOST_BYTES = 16_000_000;
/** About what the two heads of an answer take. */
const HEAD_BYTES = 4_000;
/** An address that is longer than any of ours needs to be is not worth the memory. */
const LONGEST_URL = 300;

/** An answer of the router, to be repeated. */
interface Kept {
  etag: string;
  body: Buffer;
  ok: KeptHead | null;
  notModified: KeptHead | null;
}

/** A head tells an age: it holds as long as the answer that it went out with, not as long as another one of the same body. */
interface KeptHead {
  /** Whether it is still what the router would say. */
  isCurrent: () => boolean;
  head: ReadyHead;
}

/** An answer on its way out. */
interface Offer {
  isCurrent: () => boolean;
  etag: string;
  body: Buffer;
}

/**
 * Repeats what the router has answered, before the router is asked: for the same address, and for as long as whoever has
 * made the answer says that it holds. Whatever is out of the ordinary goes to the router.
 */
export class FastPath {
  private readonly kept = new LRUCache<string, Kept>({
    max: MOST,
    maxSize: MOST_BYTES,
    sizeCalculation: ({ body }) => body.length + HEAD_BYTES,
  });
  /** Counts how often all was forgotten. */
  private epoch = 0;
  private readonly begun = new WeakMap<IncomingMessage, number>();
  private readonly offered = new WeakMap<IncomingMessage, Offer>();

  /**
   * @param isOn without it everything goes to the router
   * @param isPublic whether every origin may read: otherwise the head of an answer depends on who asks
   */
  constructor(
    private readonly isOn: boolean,
    private readonly isPublic: boolean,
  ) {}

  /** For Fastify, which leaves the options of such a server to whoever makes it. */
  readonly createServer = (
    route: RequestListener,
    options: { keepAliveTimeout?: number; requestTimeout?: number },
  ): Server => {
    const server = createServer((request, response) => {
      if (this.answer(request, response)) return;
      this.begun.set(request, this.epoch);
      route(request, response);
    });
    if (options.keepAliveTimeout !== undefined) server.keepAliveTimeout = options.keepAliveTimeout;
    if (options.requestTimeout !== undefined) server.requestTimeout = options.requestTimeout;
    return server;
  };

  /** Sees the answers of the router, as they go out. */
  observe(router: FastifyInstance): void {
    router.addHook('onSend', (request, reply, payload, done) => {
      this.keep(request.raw, reply);
      done(null, payload);
    });
  }

  /** What is being answered to a request may be repeated, as long as `isCurrent` says so. */
  offer(request: IncomingMessage, answer: Offer): void {
    if (this.isOn && this.isOrdinary(request)) this.offered.set(request, answer);
  }

  /** Nothing is repeated of what has been answered until now, or is being answered. */
  clear(): void {
    this.epoch += 1;
    this.kept.clear();
  }

  private keep(request: IncomingMessage, reply: FastifyReply): void {
    const offered = this.offered.get(request);
    const { url } = request;
    if (!offered || url === undefined || url.length > LONGEST_URL) return;
    // The router's answers to HEAD differ in their length.
    if (this.begun.get(request) !== this.epoch || request.method !== 'GET') return;
    const { isCurrent, etag, body } = offered;
    const before = this.kept.get(url);
    const kept: Kept = { ok: null, notModified: null, ...(before?.etag === etag ? before : {}), etag, body };
    const { statusCode } = reply;
    const length = ['content-length', String(body.length)];
    if (statusCode === 200) kept.ok = { isCurrent, head: new ReadyHead(200, [...headOf(reply), ...length]) };
    else if (statusCode === 304) kept.notModified = { isCurrent, head: new ReadyHead(304, headOf(reply)) };
    else return;
    this.kept.set(url, kept);
  }

  private answer(request: IncomingMessage, response: ServerResponse): boolean {
    const kept = this.kept.get(request.url ?? '');
    if (!kept || !this.isOrdinary(request)) return false;
    if (isKnown(request.headers['if-none-match'], kept.etag)) {
      if (request.method !== 'GET' || !kept.notModified?.isCurrent()) return false;
      kept.notModified.head.write(response);
      response.end();
      return true;
    }
    if (!kept.ok?.isCurrent()) return false;
    kept.ok.head.write(response);
    response.end(request.method === 'GET' ? kept.body : undefined);
    return true;
  }

  private isOrdinary({ method, headers }: IncomingMessage): boolean {
    return (
      (method === 'GET' || method === 'HEAD') &&
      (this.isPublic || headers.origin === undefined) &&
      headers['content-length'] === undefined &&
      headers['transfer-encoding'] === undefined &&
      headers.expect === undefined
    );
  }
}
