import { Body, Controller, Header, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { OwnerOnly } from '../admin/index.js';
import { ApiProblems } from '../problem/problem.dto.js';
import { TokenDto, TokenRequestDto } from './tokens.dto.js';
import { TokensService } from './tokens.service.js';

@ApiTags('Owner')
@OwnerOnly()
@Controller('admin/tokens')
export class TokensController {
  constructor(private readonly tokens: TokensService) {}

  @Post()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'issueToken',
    summary: 'A valid access token for exactly these scopes and this app',
    description:
      "For the owner's own scripts. It is never a token of another app, and of its links that cover the scopes the one that allows least. Every token handed out is in the audit trail.",
  })
  // Of the fields alone Swagger UI would ask for an app that nobody has registered.
  @ApiBody({
    type: TokenRequestDto,
    examples: { scopes: { summary: 'Of the app of the settings', value: { scopes: ['user-read-currently-playing'] } } },
  })
  @ApiOkResponse({ type: TokenDto, description: 'The token.' })
  @ApiProblems(
    'invalid_request',
    'insufficient_scope',
    'payload_too_large',
    'unsupported_media_type',
    'provider_not_configured',
    'provider_not_linked',
    'reauthorization_required',
    'upstream_error',
    'upstream_rate_limited',
    'upstream_timeout',
    'database_unavailable',
  )
  issue(@Body() { scopes, clientId }: TokenRequestDto): Promise<TokenDto> {
    return this.tokens.issue(scopes, clientId);
  }
}
