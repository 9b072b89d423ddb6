import { Controller, Get, Query } from '@nestjs/common';
import { ApiNotModifiedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { applyDecorators } from '@nestjs/common';
import { JsonAnswer } from '../answer/json-answer.js';
import type { CachedRead } from '../answer/read-cache.js';
import { ApiProblems } from '../problem/problem.dto.js';
import { READ_PROBLEMS } from '../problem/problem.js';
import { ChartQueryDto, ListQueryDto } from './chart-query.dto.js';
import {
  LovedTracksDto,
  ProfileDto,
  RecentTracksDto,
  SummaryDto,
  TopAlbumsDto,
  TopArtistsDto,
  TopTracksDto,
} from './charts.dto.js';
import { ChartsService, type Document } from './charts.service.js';
import { SummaryService } from './summary.service.js';

/** How long a cache may hand out the last answer while this service is away: charts do not get wrong by that. */
const OF_CHARTS_SECONDS = 86_400;
/** The same of what says that a song runs. */
const OF_SONGS_SECONDS = 600;

const OF_ONE_LIST = {
  description:
    'Served from memory where it is young enough. While the provider fails, the last answer is served: `Age` tells how old it is, and `Cache-Status` why.',
  headers: {
    Age: { description: 'Seconds since the provider has told it.', schema: { type: 'integer' as const } },
    'Cache-Status': {
      description: 'Whether it is from memory, and the code of what is wrong while it is old (RFC 9211).',
      schema: { type: 'string' as const },
    },
  },
};

const OF_SUMMARY = {
  description:
    'Made of the other reads, from memory where they are young enough. What cannot be told is null, and `errors` says why.',
  headers: {},
};

/** What all of these routes have in common in the API description. */
function ApiRead(
  operationId: string,
  summary: string,
  type: new () => object,
  { description, headers }: typeof OF_ONE_LIST | typeof OF_SUMMARY = OF_ONE_LIST,
): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId, summary, description }),
    ApiOkResponse({ type, description: `${summary}.`, headers }),
    ApiNotModifiedResponse({ description: 'Nothing has changed since the ETag in If-None-Match.' }),
    ApiProblems('invalid_request', 'headers_too_large', ...READ_PROBLEMS),
  );
}

@ApiTags('Listening')
@Controller()
export class ChartsController {
  constructor(
    private readonly charts: ChartsService,
    private readonly summaries: SummaryService,
  ) {}

  @Get('recent-tracks')
  @ApiRead('getRecentTracks', 'The songs played last, newest first', RecentTracksDto)
  async recentTracks(@Query() { limit }: ListQueryDto): Promise<JsonAnswer> {
    return answer(await this.charts.answer((charts) => charts.recentTracks(limit)), 10, OF_SONGS_SECONDS);
  }

  @Get('top/tracks')
  @ApiRead('getTopTracks', 'The songs played most', TopTracksDto)
  async topTracks(@Query() { period, limit }: ChartQueryDto): Promise<JsonAnswer> {
    return answer(await this.charts.answer((charts) => charts.topTracks(period, limit)), 60);
  }

  @Get('top/artists')
  @ApiRead('getTopArtists', 'The artists played most', TopArtistsDto)
  async topArtists(@Query() { period, limit }: ChartQueryDto): Promise<JsonAnswer> {
    return answer(await this.charts.answer((charts) => charts.topArtists(period, limit)), 60);
  }

  @Get('top/albums')
  @ApiRead('getTopAlbums', 'The albums played most', TopAlbumsDto)
  async topAlbums(@Query() { period, limit }: ChartQueryDto): Promise<JsonAnswer> {
    return answer(await this.charts.answer((charts) => charts.topAlbums(period, limit)), 60);
  }

  @Get('loved-tracks')
  @ApiRead('getLovedTracks', 'The songs loved or saved, newest first', LovedTracksDto)
  async lovedTracks(@Query() { limit }: ListQueryDto): Promise<JsonAnswer> {
    return answer(await this.charts.answer((charts) => charts.lovedTracks(limit)), 60);
  }

  @Get('profile')
  @ApiRead('getProfile', 'The account and its numbers', ProfileDto)
  async profile(): Promise<JsonAnswer> {
    return answer(await this.charts.answer((charts) => charts.profile()), 60);
  }

  @Get('summary')
  @ApiRead(
    'getSummary',
    'What plays, what was played, the charts and the profile, for one page',
    SummaryDto,
    OF_SUMMARY,
  )
  async summary(@Query() { period, limit }: ChartQueryDto): Promise<JsonAnswer> {
    return new JsonAnswer(await this.summaries.summary(period, limit), {
      'Cache-Control': cacheControl(5, OF_SONGS_SECONDS),
    });
  }
}

function cacheControl(seconds: number, ifErrorSeconds: number): string {
  return `public, max-age=${seconds}, stale-while-revalidate=60, stale-if-error=${ifErrorSeconds}`;
}

/** @param seconds how long a browser may keep it from now on */
function answer(
  { value, ...read }: CachedRead<Document<object>>,
  seconds: number,
  ifErrorSeconds = OF_CHARTS_SECONDS,
): JsonAnswer {
  const { ageSeconds, failure } = read;
  return new JsonAnswer(value.bytes, {
    // Caches take Age off max-age, so it is added here.
    'Cache-Control': cacheControl(ageSeconds + (failure ? 5 : seconds), ifErrorSeconds),
    Age: String(ageSeconds),
    'Cache-Status': cacheStatus(read),
  });
}

/** RFC 9211: from memory or not, how long it stays fresh or has not been, and why it is old when it is. */
function cacheStatus({ fromMemory, ttlSeconds, failure }: Omit<CachedRead<unknown>, 'value'>): string {
  const origin = fromMemory ? 'hit' : 'fwd=miss; stored';
  return `Tonearm; ${origin}; ttl=${ttlSeconds}${failure ? `; detail=${failure.code}` : ''}`;
}
