import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiNotModifiedResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { JsonAnswer } from '../answer/json-answer.js';
import { headOf } from '../answer/ready-head.js';
import { networkOf } from '../network-of.js';
import { Problem } from '../problem/problem.js';
import { ApiProblems } from '../problem/problem.dto.js';
import { EventHub, type Refusal } from './event-hub.js';
import { CurrentlyPlaying } from './now-playing.dto.js';
import { NowPlayingService } from './now-playing.service.js';

/**
 * Short, so that a page shows the next song soon; a cache between may hand out the old one while it asks. It cannot say that
 * it is old, so while this service is away it may do so for minutes, and not for ever.
 */
const CACHE_CONTROL = 'public, max-age=2, s-maxage=4, stale-while-revalidate=30, stale-if-error=600';
const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  // Tells nginx not to hold events back.
  'X-Accel-Buffering': 'no',
} as const;
/** When somebody who finds no place may try again; spread. */
const FULL_MS = 30_000;
const FULL_SPREAD_MS = 30_000;

@ApiTags('Listening')
@Controller('currently-playing')
export class NowPlayingController {
  constructor(
    private readonly nowPlaying: NowPlayingService,
    private readonly hub: EventHub,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'getCurrentlyPlaying',
    summary: 'What plays now',
    description:
      'Always 200. When nothing plays, title is "Not Playing". A bad day of the provider is told in `degraded` and `stale`. The bytes stay the same for a whole song, but for `lastPlayed`, which may come a moment after it: work out progress from `startedAt` and `endsAt`, and send `If-None-Match`.',
  })
  @ApiOkResponse({ type: CurrentlyPlaying, description: 'What plays, or that nothing does.' })
  @ApiNotModifiedResponse({ description: 'Nothing has changed since the ETag in If-None-Match.' })
  @ApiProblems('headers_too_large')
  async get(): Promise<JsonAnswer> {
    const { bytes } = await this.nowPlaying.current();
    return new JsonAnswer(bytes, { 'Cache-Control': CACHE_CONTROL }, 200, () => this.nowPlaying.ready() === bytes);
  }

  @Get('stream')
  @ApiOperation({
    operationId: 'streamCurrentlyPlaying',
    summary: 'What plays now, as events',
    description:
      'Server-sent events: what plays at once, and again whenever it changes, each as the same JSON as `/currently-playing` in `data`. A comment every 15 seconds keeps the connection. Browsers read it with `EventSource`, and come back by themselves when it is lost.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The id of the last event: when that is still what plays, it is not sent again. Browsers send it.',
    example: 'Zr3pVt0yZ1m8jv1hR0qg2w',
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({
    description: 'Events until one side ends it.',
    content: {
      'text/event-stream': {
        schema: { type: 'string', description: 'The `data` of each is a CurrentlyPlaying as JSON.' },
        example: 'id: Zr3pVt0yZ1m8jv1hR0qg2w\ndata: {"isPlaying":true,"title":"Paper Lanterns"}\n\n',
      },
    },
  })
  @ApiProblems('too_many_listeners', 'headers_too_large')
  async stream(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    // It would wait uncounted, and behind other events for ever: any number of them would come over one connection.
    if (reply.raw.socket === null) {
      throw new Problem(
        'too_many_listeners',
        'Events do not begin behind another answer that is under way on the same connection.',
        'Open a connection for the events alone.',
      );
    }
    const address = networkOf(request.ip);
    refuse(this.hub.refusal(address));
    if (request.method === 'HEAD') {
      // Fastify would say that there is nothing to come.
      void reply.headers(STREAM_HEADERS).hijack();
      reply.raw.writeHead(200, headOf(reply)).end();
      return;
    }
    const { bytes } = await this.nowPlaying.current();
    if (request.raw.destroyed || reply.raw.destroyed) return;
    refuse(this.hub.refusal(address));
    const lastEventId = request.headers['last-event-id'];
    void reply.headers(STREAM_HEADERS).hijack();
    this.hub.add(reply.raw, headOf(reply), {
      address,
      lastEventId: typeof lastEventId === 'string' ? lastEventId : null,
      bytes,
    });
  }
}

/** @throws Problem when there is no place */
function refuse(refusal: Refusal | null): void {
  if (refusal === null) return;
  const retryAt = new Date(Date.now() + FULL_MS + Math.random() * FULL_SPREAD_MS);
  throw new Problem(
    'too_many_listeners',
    WHY_NOT[refusal],
    'Ask /currently-playing instead, and try again later.',
    retryAt,
  );
}

const WHY_NOT: Readonly<Record<Refusal, string>> = {
  full: 'As many listen as this service takes.',
  address_full: 'As many listen from this address as this service takes from one.',
  stopping: 'This service is about to stop.',
};
