import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { IsWebAddress } from '#providers';
import { IsClientId } from './is-client-id.js';

const SCOPE_RULE = 'must be scope names with spaces between them, at most 5100 characters';
const PART_RULE = 'must be what the upstream sent back, given once, at most 2000 characters';
const LONGEST_PART = 2_000;

export class BeginLinkQueryDto {
  // Without an example: Swagger UI would ask for an app that nobody has registered.
  @ApiPropertyOptional({ description: 'Which app; the one of the settings unless given.' })
  @IsOptional()
  @IsClientId()
  client_id?: string;

  @ApiPropertyOptional({
    description:
      'Exactly what to ask for, with spaces between; unless given, what the reads need and all that was agreed to before. Earlier links stay.',
    example: 'playlist-read-private',
  })
  @IsOptional()
  @IsString({ message: SCOPE_RULE })
  @MaxLength(5_100, { message: SCOPE_RULE })
  @Matches(/^[\w.:/-]+( [\w.:/-]+)*$/, { message: SCOPE_RULE })
  scope?: string;

  @ApiPropertyOptional({
    enum: ['0', '1'],
    default: '0',
    example: '0',
    description: '1 asks again although there is a good link.',
  })
  @IsIn(['0', '1'], { message: 'must be 0 or 1, given once' })
  force = '0';
}

export class CallbackQueryDto {
  @ApiPropertyOptional({ description: 'What becomes tokens.', example: 'AQD…' })
  @IsOptional()
  @IsString({ message: PART_RULE })
  @MaxLength(LONGEST_PART, { message: PART_RULE })
  code?: string;

  @ApiPropertyOptional({ description: 'The one that /auth sent along.', example: 'x8Jd…' })
  @IsOptional()
  @IsString({ message: PART_RULE })
  @MaxLength(LONGEST_PART, { message: PART_RULE })
  state?: string;

  @ApiPropertyOptional({ description: 'In place of a code, when the account did not agree.', example: 'access_denied' })
  @IsOptional()
  @IsString({ message: PART_RULE })
  @MaxLength(LONGEST_PART, { message: PART_RULE })
  error?: string;
}

export class CallbackBodyDto extends CallbackQueryDto {
  @ApiPropertyOptional({
    description: 'In place of the others: the whole address that the browser was sent to.',
    example: 'http://127.0.0.1:7723/callback?code=AQD…&state=x8Jd…',
  })
  @IsOptional()
  @IsWebAddress('must be the whole address that the browser was sent to')
  @MaxLength(8_000, { message: 'must be an address of at most 8000 characters' })
  url?: string;
}

export class ForgetLinkQueryDto {
  @ApiPropertyOptional({ description: 'Of one app alone.', example: '0123456789abcdef0123456789abcdef' })
  @IsOptional()
  @IsClientId()
  client_id?: string;
}

export class BegunLinkDto {
  @ApiPropertyOptional({
    description: 'Where to agree. The answer comes to redirect_uri.',
    example: 'https://accounts.spotify.com/authorize?response_type=code&…',
  })
  auth_url?: string;

  @ApiPropertyOptional({
    description: 'Must stand in the settings of the app, letter by letter.',
    example: 'http://127.0.0.1:7723/callback',
  })
  redirect_uri?: string;

  @ApiPropertyOptional({
    enum: ['already_authenticated'],
    description: 'In place of the others: a good link is there.',
    example: 'already_authenticated',
  })
  status?: 'already_authenticated';
}

export class LinkedAccountDto {
  @ApiProperty({ example: 'ada1815' })
  id!: string;

  @ApiProperty({ example: 'Ada' })
  name!: string;
}

export class FinishedLinkDto {
  @ApiProperty({ enum: ['authentication_successful'], example: 'authentication_successful' })
  status!: 'authentication_successful';

  @ApiProperty({ example: 'spotify' })
  provider!: string;

  @ApiProperty({ example: '0123456789abcdef0123456789abcdef' })
  clientId!: string;

  @ApiProperty({ type: () => LinkedAccountDto })
  account!: LinkedAccountDto;

  @ApiProperty({ type: [String], description: 'What was granted.', example: ['user-read-currently-playing'] })
  scopes!: string[];

  @ApiProperty({ type: [String], description: 'What was asked for and not granted.', example: [] })
  missingScopes!: string[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The account that was linked before and is forgotten; null when there was none, or the same.',
    example: null,
  })
  replaced!: string | null;
}

export class ForgottenLinkDto {
  @ApiProperty({ enum: ['not_authenticated'], example: 'not_authenticated' })
  status!: 'not_authenticated';

  @ApiProperty({ type: 'integer', description: 'How many grants were forgotten; 0 when there was none.', example: 1 })
  forgotten!: number;
}
