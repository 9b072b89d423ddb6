import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../problem/problem.dto.js';
import { READ_PROBLEMS } from '../problem/problem.js';
import { OwnerOnly } from './owner.guard.js';
import { ChoiceDto, ChoiceRequestDto, PROVIDER_IDS, ProviderDto, ProvidersDto } from './providers.dto.js';
import { ProvidersService } from './providers.service.js';

@ApiTags('Owner')
@OwnerOnly()
@Controller('admin')
export class ProvidersController {
  constructor(private readonly providers: ProvidersService) {}

  @Get('providers')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getProviders', summary: 'How each provider is, and which one answers' })
  @ApiOkResponse({ type: ProvidersDto, description: 'All of them.' })
  @ApiProblems('database_unavailable')
  list(): Promise<ProvidersDto> {
    return this.providers.list();
  }

  @Post('providers/:id/probe')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'probeProvider',
    summary: 'Ask a provider now',
    description:
      'If the provider answers again, this ends an outage at once, and what it has withheld is not told any more. During an outage it is asked by itself each half hour.',
  })
  @ApiParam({ name: 'id', enum: PROVIDER_IDS, example: 'spotify' })
  @ApiOkResponse({ type: ProviderDto, description: 'How it is now, well or not.' })
  @ApiProblems('not_found', 'database_unavailable')
  probe(@Param('id') id: string): Promise<ProviderDto> {
    return this.providers.probe(id);
  }

  @Put('provider')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'chooseProvider',
    summary: 'Choose which provider answers, and which one instead while it cannot',
    description:
      'The provider is asked first: one that is not configured, not linked, or refuses is not chosen, and the answer says why. In force on every process within a second.',
  })
  @ApiOkResponse({ type: ChoiceDto, description: 'Chosen, and in force.' })
  @ApiProblems('invalid_request', 'payload_too_large', 'unsupported_media_type', ...READ_PROBLEMS)
  choose(@Body() choice: ChoiceRequestDto): Promise<ChoiceDto> {
    return this.providers.choose(choice);
  }

  @Delete('provider')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'forgetChoice', summary: 'Let LISTENING_PROVIDER and LISTENING_FALLBACK decide again' })
  @ApiOkResponse({ type: ChoiceDto, description: 'What they say, in force.' })
  @ApiProblems('database_unavailable')
  forget(): Promise<ChoiceDto> {
    return this.providers.forgetChoice();
  }
}
