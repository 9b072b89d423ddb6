import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { PROVIDERS } from '#providers';
import { LinkDto } from '../accounts/index.js';
import { IfGiven } from '../problem/if-given.js';
import { PROVIDER_STATES, type StateName } from '../providers/provider-states.js';

export const PROVIDER_IDS: readonly string[] = PROVIDERS.map(({ id }) => id);
export const NO_FALLBACK = 'none';

export class ChoiceRequestDto {
  @ApiPropertyOptional({ enum: PROVIDER_IDS, description: 'Who answers; as it is unless given.', example: 'lastfm' })
  @IfGiven()
  @IsIn(PROVIDER_IDS, { message: `must be one of ${PROVIDER_IDS.join(', ')}` })
  active?: string;

  @ApiPropertyOptional({
    enum: [...PROVIDER_IDS, NO_FALLBACK],
    description:
      'Who answers instead while that one cannot; as it is unless given, but when `active` names it the two change places.',
    example: 'none',
  })
  @IfGiven()
  @IsIn([...PROVIDER_IDS, NO_FALLBACK], { message: `must be one of ${PROVIDER_IDS.join(', ')}, or ${NO_FALLBACK}` })
  fallback?: string;
}

export class ChoiceDto {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Null while no provider is configured.',
    example: 'spotify',
  })
  active!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Null for none.', example: 'lastfm' })
  fallback!: string | null;

  @ApiProperty({
    enum: ['admin', 'settings'],
    description: 'Whether it was chosen here, or by LISTENING_PROVIDER and LISTENING_FALLBACK.',
    example: 'settings',
  })
  chosenBy!: 'admin' | 'settings';

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When it was chosen here; null when the settings chose.',
    example: null,
  })
  since!: string | null;
}

export class BudgetDto {
  @ApiProperty({
    type: 'integer',
    description: 'Calls of every kind in the last 24 hours, of all processes.',
    example: 412,
  })
  used!: number;

  @ApiProperty({
    type: 'integer',
    description: 'How many there should be at most: from half of them on they become fewer.',
    example: 1500,
  })
  dailyCalls!: number;
}

export class ProviderDto {
  @ApiProperty({ example: 'spotify' })
  id!: string;

  @ApiProperty({ example: 'Spotify' })
  displayName!: string;

  @ApiProperty({ description: 'The value of `source` in public answers.', example: 'spotify' })
  source!: string;

  @ApiProperty({ enum: ['active', 'fallback', 'standby'], example: 'active' })
  role!: 'active' | 'fallback' | 'standby';

  @ApiProperty({ enum: PROVIDER_STATES, description: '`unknown` is one that has not been asked yet.', example: 'ok' })
  state!: StateName;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Code of what is wrong; null when nothing is.',
    example: null,
  })
  reason!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'What is wrong, in words.', example: null })
  detail!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'What to do about it.', example: null })
  remedy!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  since!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  lastSuccessAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'During an outage, when the provider is asked again by itself.',
    example: null,
  })
  nextProbeAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'Must stand in the settings of the app, letter by letter; null for a provider whose account need not agree.',
    example: 'http://127.0.0.1:7723/callback',
  })
  redirectUri!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When the account must agree again; null when it never must, and when nobody knows.',
    example: '2027-05-21T09:30:00.000Z',
  })
  linkExpiresAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'What to do about the end of the link, from 30 days before; also told when the end is not known.',
    example: null,
  })
  linkWarning!: string | null;

  @ApiProperty({
    type: () => BudgetDto,
    nullable: true,
    description: 'Calls of the last 24 hours; null for a provider that is not configured.',
  })
  budget!: BudgetDto | null;

  @ApiProperty({ type: () => [LinkDto] })
  links!: LinkDto[];
}

export class ProvidersDto extends ChoiceDto {
  @ApiProperty({ type: () => [ProviderDto] })
  providers!: ProviderDto[];
}
