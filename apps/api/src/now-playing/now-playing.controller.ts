import { Controller, Get } from '@nestjs/common';
import { ApiNotModifiedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { JsonAnswer } from '../answer/json-answer.js';
import { CurrentlyPlaying } from './now-playing.dto.js';
import { NowPlayingService } from './now-playing.service.js';
import { ApiProblems } from '../problem/problem.dto.js';

/** Short, so that a page shows the next song soon; a cache between may hand out the old one while it asks. */
const CACHE_CONTROL = 'public, max-age=2, s-maxage=4, stale-while-revalidate=30, stale-if-error=86400';

@ApiTags('Listening')
@Controller('currently-playing')
export class NowPlayingController {
  constructor(private readonly nowPlaying: NowPlayingService) {}

  @Get()
  @ApiOperation({
    operationId: 'getCurrentlyPlaying',
    summary: 'What plays now',
    description:
      'Always 200. When nothing plays, title is "Not Playing". A bad day of the provider is told in `degraded` and `stale`. The bytes stay the same for a whole song: work out progress from `startedAt` and `endsAt`, and send `If-None-Match`.',
  })
  @ApiOkResponse({ type: CurrentlyPlaying, description: 'What plays, or that nothing does.' })
  @ApiNotModifiedResponse({ description: 'Nothing has changed since the ETag in If-None-Match.' })
  @ApiProblems('headers_too_large')
  async get(): Promise<JsonAnswer> {
    const { bytes } = await this.nowPlaying.current();
    return new JsonAnswer(bytes, { 'Cache-Control': CACHE_CONTROL });
  }
}
