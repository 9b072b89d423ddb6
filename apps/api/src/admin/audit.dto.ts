import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

const LIMIT_RULE = 'must be a whole number from 1 to 200, given once';
const BEFORE_RULE = 'must be the id of an entry';

function wholeNumber({ value }: { value: unknown }): unknown {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
}

export class AuditQueryDto {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 200, default: 50, example: 50 })
  @Transform(wholeNumber)
  @IsInt({ message: LIMIT_RULE })
  @Min(1, { message: LIMIT_RULE })
  @Max(200, { message: LIMIT_RULE })
  limit = 50;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'Only entries before this one.', example: 120 })
  @IsOptional()
  @Transform(wholeNumber)
  @IsInt({ message: BEFORE_RULE })
  @Min(1, { message: BEFORE_RULE })
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
