import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpStatus,
  Param,
  ParseUUIDPipe,
  Post,
  Req,
  Res,
  UseFilters,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProviderError } from '#listening';
import { OwnerOnly } from '../../admin/index.js';
import { Problem } from '../../problem/problem.js';
import { ApiProblems } from '../../problem/problem.dto.js';
import { BackupProblemFilter } from '../backup-problem.filter.js';
import { playlistIn } from '../archive/list-names.js';
import { LibraryEvents } from '../jobs/library-events.js';
import type { PartReport } from './restore-report.js';
import {
  RestoreDto,
  RestorePlanDto,
  RestoreRequestDto,
  type RestoredListDto,
  type RestoredPlaylistDto,
  RestoresDto,
} from './restores.dto.js';
import { type RestoreOutcome, type RestorePlan, Restores } from './restores.js';

const Id = (what: 'backup' | 'restore'): ParameterDecorator =>
  Param(
    'id',
    new ParseUUIDPipe({
      exceptionFactory: () => new Problem('not_found', `There is no such ${what}.`, `GET /admin/${what}s lists them.`),
    }),
  );
const ApiId = (): MethodDecorator =>
  ApiParam({ name: 'id', format: 'uuid', example: '0b7d6f5e-3c2a-4f6b-9d1e-8a7c6b5d4e3f' });

@ApiTags('Backups')
@OwnerOnly()
@UseFilters(BackupProblemFilter)
@Controller('admin')
export class RestoresController {
  constructor(
    private readonly restores: Restores,
    private readonly events: LibraryEvents,
  ) {}

  @Post('backups/:id/restore')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'restoreBackup',
    summary: 'Put back what a backup has and the library lacks',
    description:
      'Unless dryRun is false it tells what would be done. The work itself goes on in the background, across restarts too; what is there already is not touched, so a second time there is nothing to do. Saved things are put in from the oldest to the newest, entries of playlists at their places; nothing is taken out unless removeOthers is true.',
  })
  @ApiId()
  @ApiOkResponse({ type: RestorePlanDto, description: 'What would be done; nothing is.' })
  @ApiAcceptedResponse({ type: RestoreDto, description: 'It begins; its own address tells how it gets on.' })
  @ApiProblems(
    'invalid_request',
    'not_found',
    'conflict',
    'insufficient_scope',
    'payload_too_large',
    'unsupported_media_type',
    'not_supported',
    'provider_not_configured',
    'provider_not_linked',
    'reauthorization_required',
    'upstream_error',
    'upstream_rate_limited',
    'upstream_timeout',
    'storage_failed',
    'database_unavailable',
  )
  async restore(
    @Id('backup') id: string,
    @Body() { dryRun, ...wish }: RestoreRequestDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestorePlanDto | RestoreDto> {
    const gone = new AbortController();
    reply.raw.once('close', () => {
      gone.abort(new ProviderError('upstream_timeout', { message: 'Whoever asked has gone.', remedy: 'Ask again.' }));
    });
    reply.code(dryRun ? HttpStatus.OK : HttpStatus.ACCEPTED);
    if (dryRun) return toPlanDto(await this.restores.plan(id, wish, gone.signal));
    return toDto(await this.restores.begin(id, wish, gone.signal));
  }

  @Get('restores')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getRestores', summary: 'The restores under way, and those that are over' })
  @ApiOkResponse({ type: RestoresDto, description: 'The latest.' })
  @ApiProblems('database_unavailable')
  async list(): Promise<RestoresDto> {
    return { items: (await this.restores.list()).map(toDto) };
  }

  @Get('restores/:id')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getRestore', summary: 'One restore, and how it gets on' })
  @ApiId()
  @ApiOkResponse({ type: RestoreDto, description: 'As it stands.' })
  @ApiProblems('not_found', 'database_unavailable')
  async get(@Id('restore') id: string): Promise<RestoreDto> {
    return toDto(await this.restores.get(id));
  }

  @Get('restores/:id/events')
  @ApiOperation({
    operationId: 'streamRestore',
    summary: 'How a restore gets on, as events',
    description:
      'Server-sent events: the restore at once and with every change, until it has ended; the event `removed` when it is not known any more.',
  })
  @ApiId()
  @ApiProduces('text/event-stream')
  @ApiOkResponse({
    description: 'The `data` of each is a restore as JSON.',
    content: { 'text/event-stream': { schema: { type: 'string' }, example: 'data: {"state":"running"}\n\n' } },
  })
  @ApiNoContentResponse({
    description: 'It has ended, and `Last-Event-ID` says that this is known: browsers come back no more.',
  })
  @ApiProblems('not_found', 'too_many_listeners', 'database_unavailable')
  async stream(@Id('restore') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.events.answer(request, reply, async () => toDto(await this.restores.getLetGo(id)));
  }

  @Delete('restores/:id')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'cancelRestore',
    summary: 'End a restore that is under way',
    description:
      'What it has put in stays, and is told. A call to the provider that is under way is not broken off: the answer comes when that has ended, after 15 seconds at most; trouble says so when nobody knows by then what came of it.',
  })
  @ApiId()
  @ApiOkResponse({ type: RestoreDto, description: 'It is cancelled; counts tell what it has done.' })
  @ApiProblems('not_found', 'conflict', 'database_unavailable')
  async cancel(@Id('restore') id: string): Promise<RestoreDto> {
    return toDto(await this.restores.cancel(id));
  }
}

function toPlanDto({ backup, account, parts }: RestorePlan): RestorePlanDto {
  const { id, name, provider } = backup;
  return { dryRun: true, backup: { id, name }, provider, account, ...toParts(parts) };
}

function toDto({ restore, tally, parts }: RestoreOutcome): RestoreDto {
  const { id, backupId, backupName, provider, account, wanted, state, trouble, progress } = restore;
  return {
    id,
    backup: { id: backupId, name: backupName },
    provider,
    account,
    wanted: wanted.lists,
    removeOthers: wanted.removeOthers,
    state,
    createdAt: restore.createdAt.toISOString(),
    startedAt: restore.startedAt?.toISOString() ?? null,
    finishedAt: restore.finishedAt?.toISOString() ?? null,
    resumeAt: restore.resumeAt?.toISOString() ?? null,
    trouble,
    progress,
    counts: tally,
    ...toParts(parts),
  };
}

function toParts(parts: readonly PartReport[]): { lists: RestoredListDto[]; playlists: RestoredPlaylistDto[] } {
  const lists: RestoredListDto[] = [];
  const playlists: RestoredPlaylistDto[] = [];
  for (const { part, title, action, ...report } of parts) {
    const id = playlistIn(part);
    if (id !== null) {
      playlists.push({ id, name: title, action: action ?? 'nothing', ...report });
    } else {
      lists.push({ list: part, title, ...report });
    }
  }
  return { lists, playlists };
}
