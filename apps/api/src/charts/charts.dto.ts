import { ApiProperty } from '@nestjs/swagger';
import { PERIODS, type Period } from '#listening';
import { CurrentlyPlaying } from '../now-playing/index.js';

const uri = { type: String, nullable: true, format: 'uri' } as const;
const count = { type: 'integer', nullable: true, minimum: 0 } as const;
const moment = { type: String, nullable: true, format: 'date-time' } as const;
const COVER = 'https://covers.example/harbour-lights.jpg';
const SONG = 'https://www.last.fm/music/The+Night+Ferry/_/Paper+Lanterns';

class Sourced {
  @ApiProperty({ description: 'Where it comes from.', example: 'last.fm' })
  source!: string;
}

export class RecentTrackDto {
  @ApiProperty({ example: 'Paper Lanterns' })
  title!: string;

  @ApiProperty({ example: 'The Night Ferry' })
  artist!: string;

  @ApiProperty({ description: 'Empty when it is not known.', example: 'Harbour Lights' })
  album!: string;

  @ApiProperty({ ...uri, example: COVER })
  albumImageUrl!: string | null;

  @ApiProperty({ ...uri, example: SONG })
  songUrl!: string | null;

  @ApiProperty({ description: 'True for a song that is still on; then it is the first.', example: false })
  nowPlaying!: boolean;

  @ApiProperty({
    ...moment,
    description: 'By its start or by its end, as the provider dates plays. Null for a song that is still on.',
    example: '2026-11-21T09:26:40.000Z',
  })
  playedAt!: string | null;
}

export class RecentTracksDto extends Sourced {
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 50, example: 10 })
  limit!: number;

  @ApiProperty({ type: [RecentTrackDto], description: 'Newest first; exactly `limit` entries if there are as many.' })
  items!: RecentTrackDto[];
}

export class TopTrackDto {
  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  rank!: number;

  @ApiProperty({ example: 'Paper Lanterns' })
  title!: string;

  @ApiProperty({ example: 'The Night Ferry' })
  artist!: string;

  @ApiProperty({ ...count, description: 'Plays in the period; null when the provider does not count.', example: 42 })
  playcount!: number | null;

  @ApiProperty({ ...uri, example: SONG })
  songUrl!: string | null;

  @ApiProperty({ ...uri, example: null })
  imageUrl!: string | null;
}

export class TopArtistDto {
  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  rank!: number;

  @ApiProperty({ example: 'The Night Ferry' })
  name!: string;

  @ApiProperty({ ...count, example: 311 })
  playcount!: number | null;

  @ApiProperty({ ...uri, example: 'https://www.last.fm/music/The+Night+Ferry' })
  url!: string | null;

  @ApiProperty({ ...uri, example: null })
  imageUrl!: string | null;
}

export class TopAlbumDto {
  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  rank!: number;

  @ApiProperty({ example: 'Harbour Lights' })
  title!: string;

  @ApiProperty({ example: 'The Night Ferry' })
  artist!: string;

  @ApiProperty({ ...count, example: 96 })
  playcount!: number | null;

  @ApiProperty({ ...uri, example: 'https://www.last.fm/music/The+Night+Ferry/Harbour+Lights' })
  url!: string | null;

  @ApiProperty({ ...uri, example: COVER })
  imageUrl!: string | null;
}

export class ChartDto extends Sourced {
  @ApiProperty({ enum: PERIODS, example: '7day' })
  period!: Period;

  @ApiProperty({
    description:
      'True for a chart that the provider does not have as such: worked out here, or that of its nearest span.',
    example: false,
  })
  derived!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'What it is instead; null when it is not derived.',
    example: null,
  })
  derivation!: string | null;
}

export class TopTracksDto extends ChartDto {
  @ApiProperty({ type: [TopTrackDto] })
  items!: TopTrackDto[];
}

export class TopArtistsDto extends ChartDto {
  @ApiProperty({ type: [TopArtistDto] })
  items!: TopArtistDto[];
}

export class TopAlbumsDto extends ChartDto {
  @ApiProperty({ type: [TopAlbumDto] })
  items!: TopAlbumDto[];
}

export class LovedTrackDto {
  @ApiProperty({ example: 'Paper Lanterns' })
  title!: string;

  @ApiProperty({ example: 'The Night Ferry' })
  artist!: string;

  @ApiProperty({ ...uri, example: SONG })
  songUrl!: string | null;

  @ApiProperty({ ...uri, example: null })
  imageUrl!: string | null;

  @ApiProperty({ ...moment, example: '2026-10-03T18:00:00.000Z' })
  lovedAt!: string | null;
}

export class LovedTracksDto extends Sourced {
  @ApiProperty({ type: [LovedTrackDto], description: 'Newest first.' })
  items!: LovedTrackDto[];
}

export class ProfileDto extends Sourced {
  @ApiProperty({ description: "The account's name.", example: 'Ada' })
  name!: string;

  @ApiProperty({ description: 'What the person calls themselves.', example: 'Ada L.' })
  displayName!: string;

  @ApiProperty({ ...uri, example: 'https://www.last.fm/user/Ada' })
  url!: string | null;

  @ApiProperty({ ...uri, example: null })
  imageUrl!: string | null;

  @ApiProperty({ ...count, example: 138223 })
  playcount!: number | null;

  @ApiProperty({ ...count, example: 5120 })
  artistCount!: number | null;

  @ApiProperty({ ...count, example: 30110 })
  trackCount!: number | null;

  @ApiProperty({ ...count, example: 9800 })
  albumCount!: number | null;

  @ApiProperty({ ...moment, example: '2019-06-22T07:06:33.000Z' })
  registeredAt!: string | null;
}

export class SummaryFault {
  @ApiProperty({
    enum: ['profile', 'currentlyPlaying', 'recentTracks', 'topTracks', 'topArtists', 'topAlbums'],
    description: 'The part that is null, older than it should be, or, for what plays, that tells of trouble itself.',
    example: 'topAlbums',
  })
  part!: string;

  @ApiProperty({ description: 'Code of what went wrong, as in problem documents.', example: 'upstream_timeout' })
  code!: string;

  @ApiProperty({ example: 'Last.fm gave no whole answer in time.' })
  detail!: string;

  @ApiProperty({ example: 'Ask again in a few seconds.' })
  remedy!: string;

  @ApiProperty({ description: 'True when the part is there, but old.', example: false })
  stale!: boolean;
}

/** Everything for one page. Lists are bare; a part that failed is null and named in `errors`. */
export class SummaryDto extends Sourced {
  @ApiProperty({ enum: PERIODS, example: '7day' })
  period!: Period;

  @ApiProperty({ type: () => ProfileDto, nullable: true })
  profile!: ProfileDto | null;

  @ApiProperty({ type: () => CurrentlyPlaying })
  currentlyPlaying!: CurrentlyPlaying;

  @ApiProperty({ type: [RecentTrackDto], nullable: true })
  recentTracks!: RecentTrackDto[] | null;

  @ApiProperty({ type: [TopTrackDto], nullable: true })
  topTracks!: TopTrackDto[] | null;

  @ApiProperty({ type: [TopArtistDto], nullable: true })
  topArtists!: TopArtistDto[] | null;

  @ApiProperty({ type: [TopAlbumDto], nullable: true })
  topAlbums!: TopAlbumDto[] | null;

  @ApiProperty({ type: [SummaryFault] })
  errors!: SummaryFault[];
}
