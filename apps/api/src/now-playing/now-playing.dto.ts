import { ApiProperty } from '@nestjs/swagger';
import { PLAYING_KINDS, type PlayingKind } from '#listening';

export class Degraded {
  @ApiProperty({ description: 'Code of what is wrong, as in problem documents.', example: 'upstream_error' })
  reason!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Id of the provider that fails; null when none is configured.',
    example: 'lastfm',
  })
  provider!: string | null;

  @ApiProperty({ type: String, format: 'date-time', description: 'Since when.', example: '2026-11-21T09:30:00.000Z' })
  since!: string;
}

export class LastPlayed {
  @ApiProperty({ example: 'Salt on the Window' })
  title!: string;

  @ApiProperty({ example: 'The Night Ferry' })
  artist!: string;

  @ApiProperty({ description: 'Empty when it is not known.', example: 'Harbour Lights' })
  album!: string;

  @ApiProperty({ type: String, nullable: true, format: 'uri', example: 'https://covers.example/harbour-lights.jpg' })
  albumImageUrl!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'uri',
    example: 'https://www.last.fm/music/The+Night+Ferry/_/Salt+on+the+Window',
  })
  songUrl!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When it began as long as it was seen to end here; as the provider dates plays otherwise.',
    example: '2026-11-21T09:26:40.000Z',
  })
  playedAt!: string | null;
}

/** The widget's answer. The first six fields are as they always were, and always text or boolean. */
export class CurrentlyPlaying {
  @ApiProperty({ example: true })
  isPlaying!: boolean;

  @ApiProperty({ description: '"Not Playing" when nothing plays.', example: 'Paper Lanterns' })
  title!: string;

  @ApiProperty({ description: "The provider's name when nothing plays.", example: 'The Night Ferry' })
  artist!: string;

  @ApiProperty({ description: "The provider's name when nothing plays.", example: 'Harbour Lights' })
  album!: string;

  @ApiProperty({
    description: 'Always a picture that can be shown.',
    example: 'https://covers.example/harbour-lights.jpg',
  })
  albumImageUrl!: string;

  @ApiProperty({
    description: 'Empty when nothing plays or the song has no page.',
    example: 'https://www.last.fm/music/The+Night+Ferry/_/Paper+Lanterns',
  })
  songUrl!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Where it comes from; null while no provider is configured.',
    example: 'last.fm',
  })
  source!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    enum: [...PLAYING_KINDS, null],
    description: 'What plays; null when nothing does.',
    example: 'track',
  })
  kind!: PlayingKind | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Length in milliseconds; null when the provider does not tell.',
    example: 201000,
  })
  durationMs!: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When it started, as far as the provider tells.',
    example: '2026-11-21T09:30:00.000Z',
  })
  startedAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When it ends if nobody touches it.',
    example: '2026-11-21T09:33:21.000Z',
  })
  endsAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'When this state was first seen.',
    example: '2026-11-21T09:30:02.000Z',
  })
  updatedAt!: string;

  @ApiProperty({ description: 'True when this is the last that is known and could not be asked anew.', example: false })
  stale!: boolean;

  @ApiProperty({
    type: () => Degraded,
    nullable: true,
    description: 'What is wrong with the provider; null when nothing is.',
  })
  degraded!: Degraded | null;

  @ApiProperty({
    type: () => LastPlayed,
    nullable: true,
    description: 'The newest song of the history; null when there is none.',
  })
  lastPlayed!: LastPlayed | null;
}
