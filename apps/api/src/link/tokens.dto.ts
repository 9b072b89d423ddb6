import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, Matches } from 'class-validator';
import { IfGiven } from '../problem/if-given.js';
import { IsClientId } from './is-client-id.js';

const SCOPES_RULE = 'must be a list of at most 50 scope names';

export class TokenRequestDto {
  @ApiProperty({
    type: [String],
    description: 'What the token must be allowed. An empty list is for public data alone.',
    example: ['user-read-currently-playing'],
  })
  @IsArray({ message: SCOPES_RULE })
  @ArrayMaxSize(50, { message: SCOPES_RULE })
  @Matches(/^[\w.:/-]{1,100}$/, { each: true, message: SCOPES_RULE })
  scopes!: string[];

  @ApiPropertyOptional({
    description: 'Which app; the one of the settings unless given.',
    example: '0123456789abcdef0123456789abcdef',
  })
  @IfGiven()
  @IsClientId()
  clientId?: string;
}

export class TokenDto {
  @ApiProperty({ description: 'Valid now. A secret: keep it out of logs and addresses.', example: 'BQC…' })
  accessToken!: string;

  @ApiProperty({ enum: ['Bearer'], example: 'Bearer' })
  tokenType!: 'Bearer';

  @ApiProperty({ format: 'date-time', example: '2026-11-21T10:30:00.000Z' })
  expiresAt!: string;

  @ApiProperty({ type: 'integer', description: 'Whole seconds from now.', example: 3540 })
  expiresIn!: number;

  @ApiProperty({
    type: [String],
    description: 'What it is allowed: of all links of the app that cover the request, the one that allows least.',
    example: ['user-read-currently-playing'],
  })
  scopes!: string[];

  @ApiProperty({ example: 'spotify' })
  provider!: string;

  @ApiProperty({ example: '0123456789abcdef0123456789abcdef' })
  clientId!: string;

  @ApiProperty({ description: 'Whose it is.', example: 'Ada' })
  account!: string;
}
