import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { LinkDto } from '../accounts/index.js';
import { IfGiven } from '../problem/if-given.js';
import { IsClientId } from './is-client-id.js';

const LABEL_RULE = 'must be a line of text of at most 100 characters';
const SECRET_RULE = 'must be the client secret of the app, 1 to 500 characters without spaces';

export class NewClientDto {
  @ApiPropertyOptional({
    description: 'The provider it is registered with; the only one that links unless given.',
    example: 'spotify',
  })
  @IfGiven()
  @IsString({ message: 'must be the id of a provider' })
  @MaxLength(40, { message: 'must be the id of a provider' })
  provider?: string;

  @ApiProperty({ example: '0123456789abcdef0123456789abcdef' })
  @IsClientId()
  clientId!: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description:
      'It is kept sealed and never shown again. Null for an app that proves itself by PKCE alone; absent, it stays as it is, and a new app has none.',
    example: 'the-32-characters-of-the-secret',
  })
  @IsOptional()
  @IsString({ message: SECRET_RULE })
  @Matches(/^\S{1,500}$/, { message: SECRET_RULE })
  clientSecret?: string | null;

  @ApiPropertyOptional({
    description: 'For people. Absent, it stays as it is, and a new app has none.',
    example: 'playlist scripts',
  })
  @IfGiven()
  @IsString({ message: LABEL_RULE })
  @Matches(/^\P{Cc}{0,100}$/u, { message: LABEL_RULE })
  label?: string;
}

export class RemoveClientQueryDto {
  @ApiProperty({ description: 'Which app.', example: '0123456789abcdef0123456789abcdef' })
  @IsClientId()
  client_id!: string;
}

export class ClientParamsDto {
  @ApiProperty({ description: 'Which app.', example: '0123456789abcdef0123456789abcdef' })
  @IsClientId()
  clientId!: string;
}

export class ClientDto {
  @ApiProperty({ example: 'spotify' })
  provider!: string;

  @ApiProperty({ example: '0123456789abcdef0123456789abcdef' })
  clientId!: string;

  @ApiProperty({ example: 'playlist scripts' })
  label!: string;

  @ApiProperty({ description: 'False for an app that proves itself by PKCE alone.', example: true })
  hasSecret!: boolean;

  @ApiProperty({ description: 'True for the one of the settings, which only the settings can change.', example: false })
  fromSettings!: boolean;

  @ApiProperty({ type: () => [LinkDto], description: 'What was agreed to by it.' })
  links!: LinkDto[];
}

export class ClientListDto {
  @ApiProperty({ type: () => [ClientDto] })
  items!: ClientDto[];
}
