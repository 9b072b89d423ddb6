import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsISO8601, IsOptional, Matches } from 'class-validator';
import { IsWholeNumber, PROVIDERS } from '#providers';
import { IfGiven } from '../problem/if-given.js';
import { LIST_NAME } from './archive/list-names.js';
import { BACKUP_STATES, type BackupState } from './jobs/job-states.js';
import type { RecordingFigures } from './musicbrainz/recording-ids.js';

export const DOWNLOAD_FORMATS = ['json', 'csv', 'archive', 'transfer'] as const;
export type DownloadFormat = (typeof DOWNLOAD_FORMATS)[number];

export const MUSICBRAINZ_STATES = ['idle', 'asking', 'waiting'] as const satisfies readonly RecordingFigures['state'][];

/** Providers whose library can be read. */
export const LIBRARY_PROVIDERS: readonly string[] = PROVIDERS.filter(({ library }) => library !== null).map(
  ({ id }) => id,
);

/** Of what ISO 8601 has, the days and moments that JavaScript reads: no weeks, and no hours without minutes. */
const MOMENT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?$/;
const SINCE_RULE = 'must be a day or a moment, such as 2026-10-01 or 2026-10-01T12:00:00Z, given once';
export const TRUTH_RULE = 'must be true or false';
const LIMIT_RULE = 'must be a whole number from 1 to 1000, given once';

export class BackupRequestDto {
  @ApiPropertyOptional({
    enum: LIBRARY_PROVIDERS,
    description: 'Whose library; that of the provider that is chosen unless given.',
    example: 'spotify',
  })
  @IfGiven()
  @IsIn(LIBRARY_PROVIDERS, { message: `must be one of ${LIBRARY_PROVIDERS.join(', ')}` })
  provider?: string;

  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description:
      'Reads everything anew, also what seems to be as it was in the backup before. It takes as many calls as the first one.',
    example: false,
  })
  @IsBoolean({ message: TRUTH_RULE })
  full = false;

  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description:
      'Begins in a folder that has none of the backups that are known; else that is refused, for its disk may be away.',
    example: false,
  })
  @IsBoolean({ message: TRUTH_RULE })
  newFolder = false;
}

export class DownloadQueryDto {
  @ApiPropertyOptional({
    enum: DOWNLOAD_FORMATS,
    default: 'archive',
    description:
      'archive is all files in one .tar.gz; json is one document; csv is of one list; transfer is one CSV file that services which move libraries take.',
    example: 'json',
  })
  @IsIn(DOWNLOAD_FORMATS, { message: `must be one of ${DOWNLOAD_FORMATS.join(', ')}` })
  format: DownloadFormat = 'archive';

  // Without an example: Swagger UI would ask for it with an archive, which has all of them.
  @ApiPropertyOptional({
    description:
      'The name of one list, such as tracks, or playlist: and the id of one playlist; all of it unless given.',
  })
  @IsOptional()
  @Matches(LIST_NAME, {
    message: 'must be the name of a list, or playlist: and an id, given once',
  })
  list?: string;
}

export class RemovalQueryDto {
  @ApiPropertyOptional({
    enum: ['true', 'false'],
    default: 'false',
    description:
      'Takes it off the list also while BACKUP_DIR has none of the backups that are known, for the disk is lost. Files that come back all the same are found again.',
    example: 'false',
  })
  @IsIn(['true', 'false'], { message: 'must be true or false, given once' })
  gone = 'false';
}

export class DiffQueryDto {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 1000,
    default: 100,
    description: 'How many entries of each kind of difference are named; all of them are counted.',
    example: 100,
  })
  @IsWholeNumber(1, 1000, LIMIT_RULE)
  limit = 100;
}

export class ChangesQueryDto extends DiffQueryDto {
  @ApiProperty({
    format: 'date-time',
    description: 'A day, which begins at midnight UTC, or a moment.',
    example: '2026-10-01T00:00:00Z',
  })
  @IsISO8601({ strict: true }, { message: SINCE_RULE })
  @Matches(MOMENT, { message: SINCE_RULE })
  since!: string;

  @ApiPropertyOptional({
    enum: LIBRARY_PROVIDERS,
    description: 'Whose library; that of the provider that is chosen unless given.',
    example: 'spotify',
  })
  @IfGiven()
  @IsIn(LIBRARY_PROVIDERS, { message: `must be one of ${LIBRARY_PROVIDERS.join(', ')}` })
  provider?: string;
}

export class TroubleDto {
  @ApiProperty({ example: 'upstream_rate_limited' })
  code!: string;

  @ApiProperty({ example: 'Spotify asked to be left alone.' })
  detail!: string;

  @ApiProperty({ example: 'Nothing to do here: it goes on by itself.' })
  remedy!: string;
}

export class BackupAccountDto {
  @ApiProperty({ example: 'ada1815' })
  id!: string;

  @ApiProperty({ description: 'For people.', example: 'Ada' })
  name!: string;
}

export class ProgressDto {
  @ApiProperty({ description: 'The list that was read last.', example: 'tracks' })
  list!: string;

  @ApiProperty({ type: 'integer', description: 'Entries of it that are read.', example: 4_150 })
  done!: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'How many it has; null when the provider does not tell.',
    example: 5_320,
  })
  total!: number | null;
}

export class OmissionDto {
  @ApiProperty({ example: 'Playlist “Top 50”' })
  what!: string;

  @ApiProperty({ example: 'Spotify does not let this account read it.' })
  reason!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Null when nothing can be done.', example: null })
  remedy!: string | null;
}

export class FindingDto {
  @ApiProperty({ example: 'lists/tracks.json' })
  file!: string;

  @ApiProperty({ example: 'Its checksum is another than in the manifest.' })
  what!: string;
}

/** What a backup and a restore have in common. */
export class LibraryJobDto {
  @ApiProperty({ format: 'date-time', example: '2026-11-21T03:15:00.000Z' })
  createdAt!: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: '2026-11-21T03:15:01.000Z' })
  startedAt!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: '2026-11-21T03:16:20.000Z' })
  finishedAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When one that is paused goes on by itself.',
    example: null,
  })
  resumeAt!: string | null;

  @ApiProperty({
    type: TroubleDto,
    nullable: true,
    description: 'Why it is paused, has failed, or is due and does not begin.',
  })
  trouble!: TroubleDto | null;
}

export class BackupDto extends LibraryJobDto {
  @ApiProperty({ format: 'uuid', example: '0b7d6f5e-3c2a-4f6b-9d1e-8a7c6b5d4e3f' })
  id!: string;

  @ApiProperty({ description: 'Of its folder in BACKUP_DIR.', example: 'spotify_backup_2026-11-21T031500Z' })
  name!: string;

  @ApiProperty({ example: 'spotify' })
  provider!: string;

  @ApiProperty({ enum: BACKUP_STATES, example: 'complete' })
  state!: BackupState;

  @ApiProperty({
    type: BackupAccountDto,
    nullable: true,
    description: 'Whose library it is; null before the provider has told.',
  })
  account!: BackupAccountDto | null;

  @ApiProperty({
    description: 'Who began it: owner or schedule; found is one that lay in BACKUP_DIR.',
    example: 'schedule',
  })
  trigger!: string;

  @ApiProperty({ description: 'Whether everything is read anew.', example: false })
  full!: boolean;

  @ApiProperty({ description: 'Whether it may begin where none of the known ones is.', example: false })
  newFolder!: boolean;

  @ApiProperty({ type: ProgressDto, nullable: true, description: 'Null before it begins and when it has ended.' })
  progress!: ProgressDto | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'Entries by list; empty before it has ended.',
    example: { tracks: 5_320, playlists: 41 },
  })
  counts!: Readonly<Record<string, number>>;

  @ApiProperty({ type: [OmissionDto], description: 'What is not in it, and why.' })
  omissions!: readonly OmissionDto[];

  @ApiProperty({ type: [FindingDto], description: 'Faults of its files, as the last look has found them.' })
  findings!: readonly FindingDto[];

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: '2026-11-21T03:16:20.000Z' })
  verifiedAt!: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Bytes of all its files; files that it shares with other backups are on the disk once.',
    example: 18_874_368,
  })
  bytes!: number | null;
}

export class MusicBrainzDto {
  @ApiProperty({ type: 'integer', description: 'ISRCs for which there are recordings.', example: 4_812 })
  known!: number;

  @ApiProperty({ type: 'integer', description: 'ISRCs that MusicBrainz was asked for.', example: 5_077 })
  asked!: number;

  @ApiProperty({ type: 'integer', description: 'ISRCs that backups have.', example: 5_320 })
  total!: number;

  @ApiProperty({
    enum: MUSICBRAINZ_STATES,
    description: 'waiting: MusicBrainz does not answer, or wants to be left alone. idle: nothing is left to ask.',
    example: 'asking',
  })
  state!: RecordingFigures['state'];
}

export class BackupsDto {
  @ApiProperty({ type: [BackupDto], description: 'The latest first.' })
  items!: BackupDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When the schedule makes the next one; null without a schedule.',
    example: '2026-11-22T03:15:00.000Z',
  })
  nextAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'What the owner should know: a backup that the schedule has missed, or that has failed, or that the folder has none of those that are known.',
    example: null,
  })
  alert!: string | null;

  @ApiProperty({
    type: MusicBrainzDto,
    nullable: true,
    description: 'How far the look-up of MusicBrainz ids has got; null while MUSICBRAINZ is off.',
  })
  musicbrainz!: MusicBrainzDto | null;
}
