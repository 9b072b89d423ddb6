import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { PERIODS, type Period } from '#listening';
import { IsWholeNumber } from '#providers';
import { LONGEST } from './charts.service.js';

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
