import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, Max, Min } from 'class-validator';
import { PERIODS, type Period } from '#listening';

const LIMIT_RULE = 'must be a whole number from 1 to 50, given once';
const PERIOD_RULE = `must be one of ${PERIODS.join(', ')}, given once`;

/** Only plain figures: "1e1", "0x5", " 5" and "5.0" are all numbers to JavaScript, and nobody means them. */
function wholeNumber({ value }: { value: unknown }): unknown {
  return typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value;
}

export class ListQueryDto {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 50,
    default: 10,
    example: 10,
    description: 'How many entries.',
  })
  @Transform(wholeNumber)
  @IsInt({ message: LIMIT_RULE })
  @Min(1, { message: LIMIT_RULE })
  @Max(50, { message: LIMIT_RULE })
  limit = 10;
}

export class ChartQueryDto extends ListQueryDto {
  @ApiPropertyOptional({ enum: PERIODS, default: '7day', example: '7day', description: 'How far back the chart goes.' })
  @IsIn(PERIODS, { message: PERIOD_RULE })
  period: Period = '7day';
}
