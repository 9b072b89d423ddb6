import { Controller, Get } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiNotModifiedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { JsonAnswer } from '../answer/json-answer.js';
import { ApiProblems } from '../problem/problem.dto.js';
import { ApiDescription } from './api-description.js';
import { Endpoints } from './endpoints.dto.js';

const CACHE_CONTROL = 'public, max-age=60';

@ApiTags('Operation')
@Controller()
export class DocsController {
  constructor(private readonly description: ApiDescription) {}

  @Get('endpoints')
  @ApiOperation({ operationId: 'getEndpoints', summary: 'Every route with its parameters and purpose' })
  @ApiOkResponse({ type: Endpoints, description: 'The directory.' })
  @ApiNotModifiedResponse({ description: 'Nothing has changed since the ETag in If-None-Match.' })
  @ApiProblems('headers_too_large')
  endpoints(): JsonAnswer {
    return new JsonAnswer(this.description.endpoints, { 'Cache-Control': CACHE_CONTROL });
  }

  @Get('openapi.json')
  @ApiExcludeEndpoint()
  openapi(): JsonAnswer {
    return new JsonAnswer(this.description.openapi, { 'Cache-Control': CACHE_CONTROL });
  }
}
