import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LRUCache } from 'lru-cache';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { JsonBytes } from '../answer/json-answer.js';
import { type RawHeaders, ReadyHead } from '../answer/ready-head.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import { type Live, LiveState } from './live-state.js';

/** Proxies end a connection on which nothing comes for a minute or so. */
const HEARTBEAT_MS = 15_000;
/** Who has not taken an event for so long is gone, or as good as that. */
const SLOW_MS = 30_000;
/** After so many the others get a turn. */
const SLICE = 500;
/** When a browser that has lost its connection comes back; spread, so that not all do at once. */
const RETRY_MS = 3_000;
const RETRY_SPREAD_MS = 2_000;
/** The same when the service stops and everybody loses it in the same moment. */
const RETURN_SPREAD_MS = 15_000;

/** Why nobody else can listen. */
export type Refusal = 'full' | 'address_full' | 'stopping';

/** What goes to everybody, in the two ways it can be sent. */
interface Message {
  plain: Buffer;
  /** As a chunk of a chunked answer (RFC 9112 7.1), which is how HTTP/1.1 sends what has no end. */
  chunk: Buffer;
}

interface Event extends Message {
  id: string;
}

interface Client {
  response: ServerResponse;
  address: string;
  /** Ends its being counted among those who look. */
  leave: () => void;
  /** The id of the event it was sent last. */
  sent: string | null;
  /** Since when it has not taken what it was sent, in milliseconds since 1970; null when it has. */
  slowSince: number | null;
}

/** Sends what plays to everybody who listens: encoded once, and to a slow one only the newest. */
@Injectable()
export class EventHub implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Events');
  private readonly clients = new Map<Socket, Client>();
  private readonly byAddress = new Map<string, number>();
  /** They differ by the origin that may read, where not every one may. */
  private readonly heads = new LRUCache<string, ReadyHead>({ max: 100 });
  private latest: Event | null = null;
  private round = 0;
  private isStopping = false;

  constructor(
    private readonly state: LiveState,
    private readonly settings: PlatformSettings,
  ) {}

  onApplicationBootstrap(): void {
    this.state.onChange((live) => {
      this.broadcast(live);
    });
  }

  /** One for all who are answered with the same. */
  private headFor(headers: RawHeaders): ReadyHead {
    const key = headers.join('\n');
    const head = this.heads.get(key) ?? new ReadyHead(200, headers);
    this.heads.set(key, head);
    return head;
  }

  /** How many listen. */
  get size(): number {
    return this.clients.size;
  }

  /** Whether one more from this address may listen; null when it may. */
  refusal(address: string): Refusal | null {
    if (this.isStopping) return 'stopping';
    if (this.clients.size >= this.settings.STREAM_CLIENTS) return 'full';
    return (this.byAddress.get(address) ?? 0) >= this.settings.STREAM_CLIENTS_PER_ADDRESS ? 'address_full' : null;
  }

  /**
   * Lets somebody listen until they go.
   *
   * @param response its head is not sent yet, and it waits for none before it on its connection
   * @param headers of the answer, names and values in turn
   * @param lastEventId what the client has already; null for nothing
   * @param bytes what plays
   */
  add(
    response: ServerResponse,
    headers: RawHeaders,
    { address, lastEventId, bytes }: { address: string; lastEventId: string | null; bytes: JsonBytes },
  ): void {
    const { socket } = response;
    if (!socket) throw new Error('Events are to begin behind another answer.');
    const event = eventOf(bytes);
    const client: Client = { response, address, leave: this.state.watch(), sent: event.id, slowSince: null };
    this.clients.set(socket, client);
    this.byAddress.set(address, (this.byAddress.get(address) ?? 0) + 1);
    socket.once('close', this.forget);
    socket.on('drain', this.catchUp);
    const retry = RETRY_MS + Math.floor(Math.random() * RETRY_SPREAD_MS);
    // Kept for as long as somebody listens, which is more than all else that one of them takes.
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    // All that follows goes past the response, which from Node 26 on keeps what is written to it until the next tick.
    socket.cork();
    this.headFor(headers).write(response);
    response.flushHeaders();
    this.write(socket, client, messageOf(Buffer.from(`retry: ${retry}\n\n`)));
    this.write(socket, client, lastEventId === event.id ? HEARTBEAT : event);
    // Something newer may have come while this one waited for its first.
    if (this.latest && this.state.current && this.latest.id !== event.id) this.sendLatest(socket, client);
    socket.uncork();
  }

  @Interval(HEARTBEAT_MS)
  beat(): void {
    const tooSlow = Date.now() - SLOW_MS;
    this.inSlices((socket, client) => {
      if (client.slowSince === null) this.write(socket, client, HEARTBEAT);
      else if (client.slowSince < tooSlow) socket.destroy();
    });
  }

  beforeApplicationShutdown(): void {
    this.isStopping = true;
    this.round += 1;
    if (this.clients.size > 0) this.logger.log(`${this.clients.size} who listen are sent away.`);
    for (const { response } of this.clients.values()) {
      response.end(`retry: ${Math.floor(Math.random() * RETURN_SPREAD_MS)}\n\n`);
    }
  }

  private broadcast({ bytes }: Live): void {
    this.latest = eventOf(bytes);
    this.round += 1;
    const { round } = this;
    this.inSlices(
      (socket, client) => {
        this.sendLatest(socket, client);
      },
      () => round === this.round,
    );
  }

  /** @param goesOn is asked between two slices */
  private inSlices(visit: (socket: Socket, client: Client) => void, goesOn = () => !this.isStopping): void {
    const all = [...this.clients];
    const next = (from: number): void => {
      if (!goesOn()) return;
      for (const [socket, client] of all.slice(from, from + SLICE)) {
        if (this.clients.has(socket)) visit(socket, client);
      }
      if (from + SLICE < all.length) setImmediate(next, from + SLICE);
    };
    next(0);
  }

  private sendLatest(socket: Socket, client: Client): void {
    const { latest } = this;
    if (!latest || client.sent === latest.id || client.slowSince !== null) return;
    client.sent = latest.id;
    this.write(socket, client, latest);
  }

  /** Past the response, which would frame and copy the same bytes for each of them anew. */
  private write(socket: Socket, client: Client, { plain, chunk }: Message): void {
    const isTaken = socket.write(client.response.chunkedEncoding ? chunk : plain);
    if (!isTaken) client.slowSince = Date.now();
  }

  /** A slow one has taken what it was sent: it gets the newest, and nothing of what came between. */
  private readonly catchUp = this.withClient((socket, client) => {
    client.slowSince = null;
    this.sendLatest(socket, client);
  });

  private readonly forget = this.withClient((socket, { address, leave }) => {
    this.clients.delete(socket);
    leave();
    const left = (this.byAddress.get(address) ?? 1) - 1;
    if (left > 0) this.byAddress.set(address, left);
    else this.byAddress.delete(address);
  });

  /** One function for all of them: ten thousand listeners of their own would be memory for nothing. */
  private withClient(act: (socket: Socket, client: Client) => void) {
    const { clients } = this;
    return function (this: Socket): void {
      const client = clients.get(this);
      if (client) act(this, client);
    };
  }
}

function messageOf(plain: Buffer): Message {
  const length = Buffer.from(`${plain.length.toString(16)}\r\n`);
  return { plain, chunk: Buffer.concat([length, plain, Buffer.from('\r\n')]) };
}

function eventOf({ body, etag }: JsonBytes): Event {
  const id = etag.replaceAll('"', '');
  return { id, ...messageOf(Buffer.concat([Buffer.from(`id: ${id}\ndata: `), body, Buffer.from('\n\n')])) };
}

const HEARTBEAT = messageOf(Buffer.from(':\n\n'));
