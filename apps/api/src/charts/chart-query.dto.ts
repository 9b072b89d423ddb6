import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { PERIODS, type Period } from '#listening';
import { IsWholeNumber } from '#providers';

/**
 * The provider is always asked for the longest list, and shorter ones are cut from it: however many different lists
 * strangers ask for, the upstream gets a handful of calls.
 */
export const LONGEST = 50;

const LIMIT_RULE = `must be a whole number from 1 to ${LONGEST}, given once`;
const PERIOD_RULE = `must be one of ${PERIODS.join(', ')}, given once`;

export class ListQueryDto {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: LONGEST,
    default: 10,
    example: 10,
    description: 'How many entries.',
  })
  @IsWholeNumber(1, LONGEST, LIMIT_RULE)
  limit = 10;
}

export class ChartQueryDto extends ListQueryDto {
  @ApiPropertyOptional({ enum: PERIODS, default: '7day', example: '7day', description: 'How far back the chart goes.' })
  @IsIn(PERIODS, { message: PERIOD_RULE })
  period: Period = '7day';
}
