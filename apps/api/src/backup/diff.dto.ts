import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { BackupAccountDto } from './backups.dto.js';

/** Some of a kind, and how many there are. */
function ApiGroup(description: string, item: () => unknown): PropertyDecorator {
  return (target, name) => {
    const Item = item();
    if (typeof Item !== 'function') throw new TypeError('A group is of a class.');
    ApiExtraModels(Item)(target.constructor);
    ApiProperty({
      description,
      type: 'object',
      required: ['count', 'items'],
      example: { count: 0, items: [] },
      properties: {
        count: { type: 'integer', example: 0 },
        items: { type: 'array', items: { $ref: getSchemaPath(Item) } },
      },
    })(target, name);
  };
}

export class DiffEntryDto {
  @ApiProperty({ type: String, nullable: true, example: 'spotify:track:6rqhFgbbKwnb9MLmUQDhG6' })
  uri!: string | null;

  @ApiProperty({ example: 'Paper Lanterns' })
  name!: string;

  @ApiProperty({ type: [String], example: ['The Night Ferry'] })
  artists!: readonly string[];

  @ApiProperty({
    type: 'integer',
    description: 'In the list that has it, in the later one if both have; from 1.',
    example: 3,
  })
  position!: number;
}

export class MovedEntryDto extends DiffEntryDto {
  @ApiProperty({ type: 'integer', description: 'Its position in the earlier list.', example: 12 })
  from!: number;
}

export class FormerNameDto {
  @ApiProperty({ example: 'Paper Lantern' })
  name!: string;

  @ApiProperty({ type: [String], example: ['The Night Ferry'] })
  artists!: readonly string[];
}

export class RenamedEntryDto extends DiffEntryDto {
  @ApiProperty({ type: FormerNameDto })
  was!: FormerNameDto;
}

export class SequenceDiffDto {
  @ApiGroup('Only in the later one.', () => DiffEntryDto)
  added!: { count: number; items: DiffEntryDto[] };

  @ApiGroup('Only in the earlier one.', () => DiffEntryDto)
  removed!: { count: number; items: DiffEntryDto[] };

  @ApiGroup('In another order; as few as can be.', () => MovedEntryDto)
  moved!: { count: number; items: MovedEntryDto[] };

  @ApiGroup('With another name, or other artists.', () => RenamedEntryDto)
  renamed!: { count: number; items: RenamedEntryDto[] };
}

export class DiffPlaylistDto {
  @ApiProperty({ example: '37i9dQZF1DX4WYpdgoIcn6' })
  id!: string;

  @ApiProperty({ example: 'spotify:playlist:37i9dQZF1DX4WYpdgoIcn6' })
  uri!: string;

  @ApiProperty({ example: 'Sunday Mornings' })
  name!: string;
}

export class RenamedPlaylistDto extends DiffPlaylistDto {
  @ApiProperty({ example: 'Sundays' })
  was!: string;
}

/** By itself and not IntersectionType, which loads the validator from its files at each start: a sixth of that time. */
export class ChangedPlaylistDto extends SequenceDiffDto implements DiffPlaylistDto {
  @ApiProperty({ example: '37i9dQZF1DX4WYpdgoIcn6' })
  id!: string;

  @ApiProperty({ example: 'spotify:playlist:37i9dQZF1DX4WYpdgoIcn6' })
  uri!: string;

  @ApiProperty({ example: 'Sunday Mornings' })
  name!: string;
}

export class PlaylistsDiffDto {
  @ApiGroup('Only in the later one.', () => DiffPlaylistDto)
  added!: { count: number; items: DiffPlaylistDto[] };

  @ApiGroup('Only in the earlier one.', () => DiffPlaylistDto)
  removed!: { count: number; items: DiffPlaylistDto[] };

  @ApiGroup('With another name.', () => RenamedPlaylistDto)
  renamed!: { count: number; items: RenamedPlaylistDto[] };

  @ApiGroup('With other entries, or in another order.', () => ChangedPlaylistDto)
  changed!: { count: number; items: ChangedPlaylistDto[] };

  @ApiGroup('One of the backups lacks its entries: nothing can be said.', () => DiffPlaylistDto)
  unread!: { count: number; items: DiffPlaylistDto[] };
}

export class DiffAccountsDto {
  @ApiProperty({ type: BackupAccountDto, description: 'Whose library the earlier backup is of.' })
  from!: BackupAccountDto;

  @ApiProperty({ type: BackupAccountDto, description: 'Whose library the later backup is of.' })
  to!: BackupAccountDto;
}

export class MayLackDto {
  @ApiProperty({
    description: 'The name of a list, or playlist: and the id of one; playlists of which there are.',
    example: 'tracks',
  })
  list!: string;

  @ApiProperty({ description: 'For people.', example: 'Saved tracks' })
  what!: string;

  @ApiProperty({ enum: ['from', 'to'], description: 'Which of the two backups.', example: 'to' })
  backup!: 'from' | 'to';

  @ApiProperty({ example: 'It may lack something: the provider counts 121 of it and shows 120.' })
  reason!: string;
}

@ApiExtraModels(SequenceDiffDto)
export class DiffDto {
  @ApiProperty({ description: 'The name of the earlier backup.', example: 'spotify_backup_2026-11-20T031500Z' })
  from!: string;

  @ApiProperty({ description: 'The name of the later backup.', example: 'spotify_backup_2026-11-21T031500Z' })
  to!: string;

  @ApiProperty({
    type: DiffAccountsDto,
    description: 'Whose libraries these are: those of two accounts differ in nearly everything.',
  })
  accounts!: DiffAccountsDto;

  @ApiProperty({
    type: 'object',
    description: 'By the name of the list: those that both have.',
    example: {},
    additionalProperties: { $ref: getSchemaPath(SequenceDiffDto) },
  })
  lists!: Record<string, SequenceDiffDto>;

  @ApiProperty({ type: [String], description: 'Lists of the later one alone.', example: [] })
  notInEarlier!: string[];

  @ApiProperty({ type: [String], description: 'Lists of the earlier one alone.', example: [] })
  notInLater!: string[];

  @ApiProperty({ type: PlaylistsDiffDto, nullable: true, description: 'Null when one of them has no playlists.' })
  playlists!: PlaylistsDiffDto | null;

  @ApiProperty({
    type: [MayLackDto],
    description: 'Of what has changed, what may only not be in one of the two.',
    example: [],
  })
  mayLack!: readonly MayLackDto[];
}
