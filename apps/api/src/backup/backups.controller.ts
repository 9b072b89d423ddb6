import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Post,
  Query,
  Req,
  Res,
  UseFilters,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OwnerOnly } from '../admin/index.js';
import { Problem } from '../problem/problem.js';
import { ApiProblems } from '../problem/problem.dto.js';
import { BackupDownload } from './backup-download.js';
import { BackupProblemFilter } from './backup-problem.filter.js';
import type { Backup } from './backup-store.js';
import { Backups } from './backups.js';
import {
  BackupDto,
  BackupRequestDto,
  BackupsDto,
  ChangesQueryDto,
  DiffQueryDto,
  DownloadQueryDto,
  RemovalQueryDto,
} from './backups.dto.js';
import { DiffDto } from './diff.dto.js';
import { LibraryEvents } from './jobs/library-events.js';
import { RecordingIds } from './musicbrainz/recording-ids.js';
import { BackupSchedule } from './schedule/backup-schedule.js';

const Id = (name = 'id'): ParameterDecorator =>
  Param(
    name,
    new ParseUUIDPipe({
      exceptionFactory: () => new Problem('not_found', 'There is no such backup.', 'GET /admin/backups lists them.'),
    }),
  );
const ApiId = (): MethodDecorator =>
  ApiParam({ name: 'id', format: 'uuid', example: '0b7d6f5e-3c2a-4f6b-9d1e-8a7c6b5d4e3f' });

/** A header of a file that has not all. */
const LEFT_OUT = 'Tonearm-Left-Out';

@ApiTags('Backups')
@OwnerOnly()
@UseFilters(BackupProblemFilter)
@Controller('admin/backups')
export class BackupsController {
  constructor(
    private readonly backups: Backups,
    private readonly schedule: BackupSchedule,
    private readonly events: LibraryEvents,
    private readonly download: BackupDownload,
    private readonly recordings: RecordingIds,
  ) {}

  @Post()
  @HttpCode(202)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'beginBackup',
    summary: 'Back a library up',
    description:
      'It goes on in the background, across restarts too; its own address tells how it gets on. One of a provider is under way at a time: while there is one, this answers with that. What is as it was in the backup before is not asked for again: of a list its first part tells, and what does not tell is read by turns. With `full` everything is read.',
  })
  @ApiBody({ type: BackupRequestDto, required: false })
  @ApiAcceptedResponse({ type: BackupDto, description: 'It begins, or is under way already.' })
  @ApiProblems(
    'invalid_request',
    'payload_too_large',
    'unsupported_media_type',
    'not_supported',
    'provider_not_configured',
    'conflict',
    'storage_failed',
    'database_unavailable',
  )
  async begin(@Body() { provider, ...wish }: BackupRequestDto): Promise<BackupDto> {
    return toDto(await this.backups.begin(provider, wish));
  }

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getBackups', summary: 'The backups there are, and those under way' })
  @ApiOkResponse({ type: BackupsDto, description: 'All of them.' })
  @ApiProblems('database_unavailable')
  async list(): Promise<BackupsDto> {
    const items = await this.backups.list();
    return {
      items: items.map(toDto),
      nextAt: this.schedule.nextAt?.toISOString() ?? null,
      alert: this.schedule.alert(items, await this.backups.folderFault(items)),
      musicbrainz: this.recordings.isOn ? await this.recordings.figures() : null,
    };
  }

  @Get('changes')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'getLibraryChanges',
    summary: 'What became of a library since a day',
    description:
      'From the last backup that was made before it, or the first after it, to the newest: what has disappeared stands in `removed`.',
  })
  @ApiOkResponse({ type: DiffDto, description: 'What was added, taken away, moved and renamed.' })
  @ApiProblems('invalid_request', 'not_found', 'conflict', 'storage_failed', 'database_unavailable')
  async changes(@Query() { since, provider, limit }: ChangesQueryDto): Promise<DiffDto> {
    return this.backups.changes(new Date(since), provider, limit);
  }

  @Get(':id')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getBackup', summary: 'One backup, and how it gets on' })
  @ApiId()
  @ApiOkResponse({ type: BackupDto, description: 'As it stands.' })
  @ApiProblems('not_found', 'database_unavailable')
  async get(@Id() id: string): Promise<BackupDto> {
    return toDto(await this.backups.get(id));
  }

  @Get(':id/events')
  @ApiOperation({
    operationId: 'streamBackup',
    summary: 'How a backup gets on, as events',
    description:
      'Server-sent events: the backup at once and with every change, until it has ended; the event `removed` when it is taken away.',
  })
  @ApiId()
  @ApiProduces('text/event-stream')
  @ApiOkResponse({
    description: 'The `data` of each is a backup as JSON.',
    content: { 'text/event-stream': { schema: { type: 'string' }, example: 'data: {"state":"running"}\n\n' } },
  })
  @ApiNoContentResponse({
    description: 'It has ended, and `Last-Event-ID` says that this is known: browsers come back no more.',
  })
  @ApiProblems('not_found', 'too_many_listeners', 'database_unavailable')
  async stream(@Id() id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.events.answer(request, reply, async () => toDto(await this.backups.get(id)));
  }

  @Get(':id/download')
  @ApiOperation({
    operationId: 'downloadBackup',
    summary: 'A backup, or one of its lists',
    description:
      'As one .tar.gz, as one JSON document, one list as JSON or CSV, or as one CSV file for a move to another service; streamed.',
  })
  @ApiId()
  @ApiProduces('application/gzip', 'application/json', 'text/csv')
  @ApiOkResponse({
    description: 'The file.',
    headers: {
      [LEFT_OUT]: {
        description: 'With format=transfer: how many entries have no place in that file.',
        schema: { type: 'integer' },
      },
    },
    content: {
      'application/gzip': { schema: { type: 'string', format: 'binary' } },
      'application/json': { schema: { type: 'object' } },
      'text/csv': { schema: { type: 'string' } },
    },
  })
  @ApiProblems('invalid_request', 'not_found', 'conflict', 'storage_failed', 'database_unavailable')
  async fetch(@Id() id: string, @Query() query: DownloadQueryDto, @Res() reply: FastifyReply): Promise<void> {
    const { stream, type, fileName, leftOut } = await this.download.of(await this.backups.archive(id), query);
    await reply
      .headers({
        'Content-Type': type,
        'Cache-Control': 'no-store',
        'Content-Disposition': `attachment; filename="${fileName}"`,
        ...(leftOut === null ? {} : { [LEFT_OUT]: String(leftOut) }),
      })
      .send(stream);
  }

  @Post(':id/verify')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'verifyBackup',
    summary: 'Look through the files of a backup',
    description: 'Checksums, counts, the schema, and that nothing is there twice; done by itself after each backup.',
  })
  @ApiId()
  @ApiOkResponse({ type: BackupDto, description: 'With what was found.' })
  @ApiProblems('not_found', 'conflict', 'storage_failed', 'database_unavailable')
  async verify(@Id() id: string): Promise<BackupDto> {
    return toDto(await this.backups.verify(id));
  }

  @Get(':id/diff/:other')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'diffBackups',
    summary: 'What became of a library between two backups',
    description:
      'What was added, taken away, moved and renamed, by list and by playlist. Of each group so many are named as limit says, and all are counted.',
  })
  @ApiId()
  @ApiParam({ name: 'other', format: 'uuid', example: '7c9e6679-7425-40de-944b-e07fc1f90ae7' })
  @ApiOkResponse({ type: DiffDto, description: 'From the earlier to the later of the two.' })
  @ApiProblems('invalid_request', 'not_found', 'conflict', 'storage_failed', 'database_unavailable')
  async diff(@Id() id: string, @Id('other') other: string, @Query() { limit }: DiffQueryDto): Promise<DiffDto> {
    return this.backups.diff(id, other, limit);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'removeBackup',
    summary: 'Take a backup away',
    description:
      'Its files too; what it shares with other backups stays with them. One that is under way ends; one that is being restored is not taken away.',
  })
  @ApiId()
  @ApiNoContentResponse({ description: 'Gone.' })
  @ApiProblems('invalid_request', 'not_found', 'conflict', 'storage_failed', 'database_unavailable')
  async remove(@Id() id: string, @Query() { gone }: RemovalQueryDto): Promise<void> {
    await this.backups.remove(id, gone === 'true');
  }
}

function toDto(backup: Backup): BackupDto {
  const { id, name, provider, account, trigger, full, newFolder, state, trouble, progress, summary } = backup;
  return {
    id,
    name,
    provider,
    account,
    trigger,
    full,
    newFolder,
    state,
    createdAt: backup.createdAt.toISOString(),
    startedAt: backup.startedAt?.toISOString() ?? null,
    finishedAt: backup.finishedAt?.toISOString() ?? null,
    resumeAt: backup.resumeAt?.toISOString() ?? null,
    trouble,
    progress,
    counts: summary?.counts ?? {},
    omissions: (summary?.omissions ?? []).map(({ what, reason, remedy }) => ({ what, reason, remedy })),
    findings: summary?.findings ?? [],
    verifiedAt: summary?.verifiedAt?.toISOString() ?? null,
    bytes: summary?.bytes ?? null,
  };
}
