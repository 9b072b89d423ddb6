import { Controller, Get, Header, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Accounts } from '#accounts';
import { ACCOUNTS } from '../accounts/index.js';
import { ApiProblems } from '../problem/problem.dto.js';
import { AuditDto, AuditQueryDto } from './audit.dto.js';
import { OwnerOnly } from './owner.guard.js';

@ApiTags('Owner')
@OwnerOnly()
@Controller('admin/audit')
export class AuditController {
  constructor(@Inject(ACCOUNTS) private readonly accounts: Accounts) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'getAudit',
    summary: 'What was done with links, tokens, apps, providers and restores, and by whom',
  })
  @ApiOkResponse({ type: AuditDto, description: 'The latest first.' })
  @ApiProblems('invalid_request')
  async list(@Query() { limit, before }: AuditQueryDto): Promise<AuditDto> {
    const entries = await this.accounts.audit.list({ limit, ...(before === undefined ? {} : { before }) });
    return { items: entries.map(({ at, ...entry }) => ({ ...entry, at: at.toISOString() })) };
  }
}
