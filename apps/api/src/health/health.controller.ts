import { Controller, Get } from '@nestjs/common';
import {
  ApiNotModifiedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { JsonAnswer, encodeJson } from '../answer/json-answer.js';
import { ApiProblems } from '../problem/problem.dto.js';
import { HealthDto, LivenessDto, ReadinessDto } from './health.dto.js';
import { HealthService } from './health.service.js';

@ApiTags('Operation')
@Controller('health')
export class HealthController {
  constructor(private readonly healthService: HealthService) {}

  @Get()
  @ApiOperation({
    operationId: 'getHealth',
    summary: 'How the service, its providers and its database are',
    description:
      'Asks the active provider when its last word is more than a minute old, and while it fails at most every five seconds. 503 when `ok` is false.',
  })
  @ApiOkResponse({ type: HealthDto, description: 'All is well.' })
  @ApiServiceUnavailableResponse({ type: HealthDto, description: 'Something is wrong; the same document says what.' })
  @ApiProblems('headers_too_large')
  async health(): Promise<JsonAnswer> {
    return answer(await this.healthService.health());
  }

  @Get('live')
  @ApiOperation({ operationId: 'getLiveness', summary: 'Whether the process answers' })
  @ApiOkResponse({ type: LivenessDto, description: 'It does.' })
  @ApiNotModifiedResponse({ description: 'Nothing has changed since the ETag in If-None-Match.' })
  @ApiProblems('headers_too_large')
  live(): JsonAnswer {
    return answer({ ok: true });
  }

  @Get('ready')
  @ApiOperation({ operationId: 'getReadiness', summary: 'Whether requests can be served' })
  @ApiOkResponse({ type: ReadinessDto, description: 'They can.' })
  @ApiNotModifiedResponse({ description: 'Nothing has changed since the ETag in If-None-Match.' })
  @ApiServiceUnavailableResponse({ type: ReadinessDto, description: 'The database cannot be reached.' })
  @ApiProblems('headers_too_large')
  async ready(): Promise<JsonAnswer> {
    return answer(await this.healthService.readiness());
  }
}

function answer(document: { ok: boolean }): JsonAnswer {
  return new JsonAnswer(encodeJson(document), { 'Cache-Control': 'no-cache' }, document.ok ? 200 : 503);
}
