import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsWholeNumber } from '#providers';

const LIMIT_RULE = 'must be a whole number from 1 to 200, given once';
const BEFORE_RULE = 'must be the id of an entry';
/** More digits have no id. */
const MOST_ID = 999_999_999;

export class AuditQueryDto {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 200, default: 50, example: 50 })
  @IsWholeNumber(1, 200, LIMIT_RULE)
  limit = 50;

  // Without an example: Swagger UI would leave the latest out.
  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'Only entries before this one.' })
  @IsOptional()
  @IsWholeNumber(1, MOST_ID, BEFORE_RULE)
  before?: number;
}

export class AuditEntryDto {
  @ApiProperty({ type: 'integer', description: 'Grows with time.', example: 119 })
  id!: number;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  at!: string;

  @ApiProperty({ description: 'Who did it: the owner, or the service by itself.', example: 'owner' })
  actor!: string;

  @ApiProperty({ example: 'token.issued' })
  action!: string;

  @ApiProperty({ description: 'To what.', example: 'spotify' })
  subject!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Never holds a secret.', example: {} })
  detail!: unknown;
}

export class AuditDto {
  @ApiProperty({ type: () => [AuditEntryDto] })
  items!: AuditEntryDto[];
}
