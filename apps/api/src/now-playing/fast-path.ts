import type { FastifyInstance, FastifyReply } from 'fastify';
import { type IncomingMessage, type RequestListener, type Server, type ServerResponse, createServer } from 'node:http';
import type { JsonBytes } from '../answer/json-answer.js';
import type { Live } from './live-state.js';

const PATH = '/currently-playing';

/** What the fast path is fed from. */
export interface FastPathSource {
  /** What can go out without asking anybody; null when somebody has to be asked. Counts as a look. */
  ready(): Live | null;
}

/** Names and values in turn, as they go out. */
type RawHeaders = string[];
/** The same with a gap where the ETag stands. */
type Head = readonly (readonly [name: string, value: string | null])[];

interface Ready {
  bytes: JsonBytes;
  ok: RawHeaders;
  notModified: RawHeaders | null;
}

/**
 * Answers `/currently-playing` before the router does, with bytes that are ready. What the head of an answer looks like it
 * learns from the router's own answers, so that there is one place that decides it: only the length and the ETag change
 * from song to song. Whatever is out of the ordinary goes to the router.
 */
export class FastPath {
  private source: FastPathSource | null = null;
  private okHead: Head | null = null;
  private notModifiedHead: Head | null = null;
  private ready: Ready | null = null;

  /** @param isPublic whether every origin may read: otherwise the head depends on who asks */
  constructor(private readonly isPublic: boolean) {}

  /** For Fastify, which leaves the options of such a server to whoever makes it. */
  readonly createServer = (
    route: RequestListener,
    options: { keepAliveTimeout?: number; requestTimeout?: number },
  ): Server => {
    const server = createServer((request, response) => {
      if (!this.answer(request, response)) route(request, response);
    });
    if (options.keepAliveTimeout !== undefined) server.keepAliveTimeout = options.keepAliveTimeout;
    if (options.requestTimeout !== undefined) server.requestTimeout = options.requestTimeout;
    return server;
  };

  /** From now on answers are given, once the first has been seen. */
  open(router: FastifyInstance, source: FastPathSource): void {
    this.source = source;
    router.addHook('onSend', (request, reply, payload, done) => {
      if (request.raw.url === PATH && this.isOrdinary(request.raw)) this.learn(reply);
      done(null, payload);
    });
  }

  private learn(reply: FastifyReply): void {
    // Node tells names in lower case, and sends them as they were given.
    const spelling = new Map(reply.raw.getRawHeaderNames().map((name) => [name.toLowerCase(), name]));
    const head = Object.entries(reply.getHeaders()).flatMap(([name, value]): [string, string | null][] =>
      value === undefined ? [] : [[spelling.get(name) ?? name, name === 'etag' ? null : String(value)]],
    );
    if (reply.statusCode === 200) this.okHead ??= head;
    if (reply.statusCode === 304) this.notModifiedHead ??= head;
    this.ready = null;
  }

  private answer(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.url !== PATH || !this.isOrdinary(request)) return false;
    const ready = this.prepare();
    if (!ready) return false;
    const { body, etag } = ready.bytes;
    const known = request.headers['if-none-match'];
    if (known === undefined) {
      response.writeHead(200, ready.ok);
      response.end(request.method === 'HEAD' ? undefined : body);
      return true;
    }
    if (known !== etag || !ready.notModified) return false;
    response.writeHead(304, ready.notModified);
    response.end();
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

  private prepare(): Ready | null {
    if (!this.source || !this.okHead) return null;
    const live = this.source.ready();
    if (!live) return null;
    const { bytes } = live;
    if (this.ready?.bytes === bytes) return this.ready;
    const { body, etag } = bytes;
    this.ready = {
      bytes,
      ok: [...withEtag(this.okHead, etag), 'content-length', String(body.length)],
      notModified: this.notModifiedHead && withEtag(this.notModifiedHead, etag),
    };
    return this.ready;
  }
}

function withEtag(head: Head, etag: string): RawHeaders {
  return head.flatMap(([name, value]) => [name, value ?? etag]);
}
