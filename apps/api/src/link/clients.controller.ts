import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { OwnerOnly } from '../admin/index.js';
import { ApiProblems } from '../problem/problem.dto.js';
import { ClientDto, ClientListDto, ClientParamsDto, NewClientDto, RemoveClientQueryDto } from './clients.dto.js';
import { ClientsService } from './clients.service.js';

@ApiTags('Owner')
@OwnerOnly()
@Controller('admin/clients')
export class ClientsController {
  constructor(private readonly clients: ClientsService) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getClients', summary: 'The apps, and what was agreed to by each' })
  @ApiOkResponse({ type: ClientListDto, description: 'The one of the settings first.' })
  async list(): Promise<ClientListDto> {
    return { items: await this.clients.list() };
  }

  @Post()
  @HttpCode(201)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'addClient',
    summary: 'Add an app, or give one that was added another secret or label',
    description: 'Link an account by it at `/auth?client_id=…`.',
  })
  @ApiCreatedResponse({ type: ClientDto, description: 'It is kept.' })
  @ApiProblems('invalid_request', 'conflict', 'payload_too_large', 'unsupported_media_type', 'provider_not_configured')
  add(@Body() client: NewClientDto): Promise<ClientDto> {
    return this.clients.add(client);
  }

  @Delete(':clientId')
  @HttpCode(204)
  @ApiOperation({ operationId: 'removeClient', summary: 'Remove an app that was added, with its links and tokens' })
  @ApiNoContentResponse({ description: 'It is gone.' })
  @ApiProblems('invalid_request', 'not_found', 'conflict')
  async remove(@Param() { clientId }: ClientParamsDto): Promise<void> {
    await this.clients.remove(clientId);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ operationId: 'removeClientByQuery', summary: 'The same, with the client id in the query' })
  @ApiNoContentResponse({ description: 'It is gone.' })
  @ApiProblems('invalid_request', 'not_found', 'conflict')
  async removeNamed(@Query() { client_id: clientId }: RemoveClientQueryDto): Promise<void> {
    await this.clients.remove(clientId);
  }
}
