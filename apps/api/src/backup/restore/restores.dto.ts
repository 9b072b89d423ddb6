import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsBoolean, Matches } from 'class-validator';
import { LIST_NAME } from '../archive/list-names.js';
import { BackupAccountDto, LibraryJobDto, ProgressDto, TRUTH_RULE } from '../backups.dto.js';
import { RESTORE_STATES, type RestoreState } from '../jobs/job-states.js';
import { ACTIONS, type PlaylistAction } from './restore-report.js';

const LISTS_RULE = 'must be a list of at most 1000 names of lists, each of one list, playlists, or playlist: and an id';

export class RestoreRequestDto {
  @ApiPropertyOptional({
    type: Boolean,
    default: true,
    description: 'Tells what would be done and does nothing. Look at that first.',
    example: true,
  })
  @IsBoolean({ message: TRUTH_RULE })
  dryRun = true;

  @ApiPropertyOptional({
    type: [String],
    description: 'Names of lists, playlists, or playlist: and the id of one; all that can be written unless given.',
    example: ['tracks', 'playlists'],
  })
  @IsArray({ message: LISTS_RULE })
  @ArrayMaxSize(1_000, { message: LISTS_RULE })
  @Matches(LIST_NAME, { each: true, message: LISTS_RULE })
  lists: string[] = [];

  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description:
      'Also takes out of these lists and playlists what the backup has not, and puts what was moved into its place. A playlist as a whole is never taken away.',
    example: false,
  })
  @IsBoolean({ message: TRUTH_RULE })
  removeOthers = false;

  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description: 'Allows to restore into another account than that of the backup.',
    example: false,
  })
  @IsBoolean({ message: TRUTH_RULE })
  intoOtherAccount = false;
}

export class CannotDto {
  @ApiProperty({ example: 'Demo 1 by The Home Band (14)' })
  what!: string;

  @ApiProperty({ example: 'It is a file of your own, and only the app of Spotify can put it in.' })
  reason!: string;
}

class PartDto {
  @ApiProperty({ type: 'integer', description: 'How many are put in.', example: 12 })
  add!: number;

  @ApiProperty({ type: 'integer', description: 'How many are taken out; 0 unless that was asked for.', example: 0 })
  remove!: number;

  @ApiProperty({
    type: 'integer',
    description: 'How many entries of a playlist are put elsewhere; 0 unless what is not in the backup is taken out.',
    example: 0,
  })
  move!: number;

  @ApiProperty({
    type: 'integer',
    description:
      'Of a list, how many of those that are put in come to stand elsewhere than in the backup: what is saved anew comes above what was there. Of a playlist, how many of those that are there stand elsewhere and are left there.',
    example: 0,
  })
  misplaced!: number;

  @ApiProperty({ type: [String], description: 'Some of those that are put in.', example: ['Undertow by Ada'] })
  examples!: string[];

  @ApiProperty({ type: [CannotDto], description: 'What cannot be done, and why; the first fifty.' })
  cannot!: CannotDto[];

  @ApiProperty({ type: 'integer', description: 'How many cannot be done.', example: 0 })
  cannotCount!: number;
}

export class RestoredListDto extends PartDto {
  @ApiProperty({ example: 'tracks' })
  list!: string;

  @ApiProperty({ example: 'Saved tracks' })
  title!: string;
}

export class RestoredPlaylistDto extends PartDto {
  @ApiProperty({ description: 'In the backup.', example: '3cEYpjA9oz9GiPac4AsH4n' })
  id!: string;

  @ApiProperty({ example: 'Evenings' })
  name!: string;

  @ApiProperty({
    enum: ACTIONS,
    description:
      'create: it is gone, and one of its name is made; fill: it is there, and not as in the backup; follow: it is of somebody else.',
    example: 'fill',
  })
  action!: PlaylistAction;
}

export class RestoreBackupDto {
  @ApiProperty({ format: 'uuid', example: '0b7d6f5e-3c2a-4f6b-9d1e-8a7c6b5d4e3f' })
  id!: string;

  @ApiProperty({ example: 'spotify_backup_2026-11-21T031500Z' })
  name!: string;
}

export class RestorePlanDto {
  @ApiProperty({ enum: [true], example: true })
  dryRun!: true;

  @ApiProperty({ type: RestoreBackupDto })
  backup!: RestoreBackupDto;

  @ApiProperty({ example: 'spotify' })
  provider!: string;

  @ApiProperty({ type: BackupAccountDto, description: 'Into whose library.' })
  account!: BackupAccountDto;

  @ApiProperty({ type: [RestoredListDto] })
  lists!: RestoredListDto[];

  @ApiProperty({ type: [RestoredPlaylistDto] })
  playlists!: RestoredPlaylistDto[];
}

export class RestoreCountsDto {
  @ApiProperty({ type: 'integer', example: 54 })
  added!: number;

  @ApiProperty({ type: 'integer', example: 0 })
  removed!: number;

  @ApiProperty({ type: 'integer', description: 'Entries of playlists that were put elsewhere.', example: 0 })
  moved!: number;

  @ApiProperty({ type: 'integer', description: 'What could not be done.', example: 2 })
  cannot!: number;
}

export class RestoreDto extends LibraryJobDto {
  @ApiProperty({ format: 'uuid', example: '5c1f1e0a-9a0b-4b7e-8f43-2f6d1c7b8a90' })
  id!: string;

  @ApiProperty({ type: RestoreBackupDto })
  backup!: RestoreBackupDto;

  @ApiProperty({ example: 'spotify' })
  provider!: string;

  @ApiProperty({
    enum: RESTORE_STATES,
    description:
      'cancelled: the owner has ended it, and what it had put in by then stays; trouble tells when nobody knows what its last call has done.',
    example: 'complete',
  })
  state!: RestoreState;

  @ApiProperty({ type: BackupAccountDto, description: 'Into whose library.' })
  account!: BackupAccountDto;

  @ApiProperty({ type: [String], description: 'What was asked for; empty for all that can be written.', example: [] })
  wanted!: readonly string[];

  @ApiProperty({ example: false })
  removeOthers!: boolean;

  @ApiProperty({ type: ProgressDto, nullable: true, description: 'Of the list that is being restored.' })
  progress!: ProgressDto | null;

  @ApiProperty({
    type: RestoreCountsDto,
    description:
      'What was done, of all lists that are done with; of one that is cancelled or has failed, also of the list it was at.',
  })
  counts!: RestoreCountsDto;

  @ApiProperty({ type: [RestoredListDto], description: 'Those that are done with; empty in the list of restores.' })
  lists!: RestoredListDto[];

  @ApiProperty({ type: [RestoredPlaylistDto], description: 'Those that are done with; empty in the list of restores.' })
  playlists!: RestoredPlaylistDto[];
}

export class RestoresDto {
  @ApiProperty({ type: [RestoreDto], description: 'The latest first, at most a hundred.' })
  items!: RestoreDto[];
}
