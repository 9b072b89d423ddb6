import { ApiProperty } from '@nestjs/swagger';
import { Degraded } from '../now-playing/index.js';
import { PROVIDER_STATES, type StateName } from '../providers/provider-states.js';

export const DATABASE_STATES = ['ok', 'unreachable'] as const;

export class ProviderStateDto {
  @ApiProperty({ example: 'lastfm' })
  id!: string;

  @ApiProperty({ example: 'Last.fm' })
  displayName!: string;

  @ApiProperty({
    enum: PROVIDER_STATES,
    description:
      '`unknown` is a provider that stands by and has not been asked yet, `forbidden` one whose account keeps it closed, and `endpoint_gone` one that apps of this kind may not ask for this any more.',
    example: 'ok',
  })
  state!: StateName;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Code of what is wrong; null when nothing is.',
    example: null,
  })
  reason!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'What is wrong in words, and what to do about it.',
    example: null,
  })
  remedy!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'Since when it is as it is.',
    example: '2026-11-21T09:00:00.000Z',
  })
  since!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  lastSuccessAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When a linked account must agree again; null when it never must, and when nobody knows.',
    example: null,
  })
  linkExpiresAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'What to do about the end of the link, from 30 days before; also told when the end is not known.',
    example: null,
  })
  linkWarning!: string | null;
}

export class BackupStandingDto {
  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'That the last backup of a provider has failed, that some were due and not made, or that the folder has none of those that are known; null else.',
    example: null,
  })
  alert!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When the last one was made; null when none was, or none by a clock that was right.',
    example: '2026-11-21T03:16:20.000Z',
  })
  lastAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When the schedule makes the next one; null without a schedule.',
    example: '2026-11-22T03:15:00.000Z',
  })
  nextAt!: string | null;
}

export class HealthDto {
  @ApiProperty({
    description:
      'True when there is an answer to give: the provider that answers, the active one or its fallback, and the database work.',
    example: true,
  })
  ok!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Source of the provider that answers, the active one or its fallback; null while none is configured.',
    example: 'last.fm',
  })
  source!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The account that is shown, by its name at the upstream; null when nobody knows.',
    example: 'ada1815',
  })
  user!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'What that account calls itself; null when nobody knows.',
    example: 'Ada',
  })
  displayName!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Origin under which browsers reach the service, from BASE_URL; null when that is not set.',
    example: 'https://music.example.org',
  })
  origin!: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  checkedAt!: string;

  @ApiProperty({ type: () => Degraded, nullable: true })
  degraded!: Degraded | null;

  @ApiProperty({ type: [ProviderStateDto] })
  providers!: ProviderStateDto[];

  @ApiProperty({ enum: DATABASE_STATES, example: 'ok' })
  database!: (typeof DATABASE_STATES)[number];

  @ApiProperty({
    type: BackupStandingDto,
    nullable: true,
    description: 'How it stands with backups, which `ok` does not depend on; null without a schedule and a backup.',
  })
  backups!: BackupStandingDto | null;
}

export class ReadinessDto {
  @ApiProperty({ description: 'True when requests can be served.', example: true })
  ok!: boolean;

  @ApiProperty({ enum: DATABASE_STATES, example: 'ok' })
  database!: (typeof DATABASE_STATES)[number];
}

export class LivenessDto {
  @ApiProperty({ description: 'Always true: the process answers.', example: true })
  ok!: boolean;
}
