import { Controller, Get } from '@nestjs/common';
import { ApiNotModifiedResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Answer } from '../answer/answer.js';
import { encodeJson } from '../answer/json-answer.js';
import { ApiProblems } from '../problem/problem.dto.js';
import { ARCHIVE_SCHEMA } from './archive/schema.js';

/** It changes with a new version of this service alone. */
const CACHE_CONTROL = 'public, max-age=3600';
const CONTENT_TYPE = 'application/schema+json';
const SCHEMA = encodeJson(ARCHIVE_SCHEMA);

/** For programs that read backups: the same as in each of them. */
@ApiTags('Backups')
@Controller()
export class BackupSchemaController {
  @Get('backup.schema.json')
  @ApiOperation({
    operationId: 'getBackupSchema',
    summary: 'What the JSON files of a backup look like',
    description: 'A JSON Schema (draft 2020-12) of every JSON file of a backup, and of one that is downloaded as JSON.',
  })
  @ApiProduces(CONTENT_TYPE)
  @ApiOkResponse({ description: 'The schema.', content: { [CONTENT_TYPE]: { schema: { type: 'object' } } } })
  @ApiNotModifiedResponse({ description: 'Nothing has changed since the ETag in If-None-Match.' })
  @ApiProblems('headers_too_large')
  get(): Answer {
    return new Answer(SCHEMA, CONTENT_TYPE, { 'Cache-Control': CACHE_CONTROL });
  }
}
