import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength, MinLength } from 'class-validator';

export class LoginDto {
  @ApiProperty({
    description: "The owner's token.",
    minLength: 1,
    maxLength: 512,
    example: 'the token that the first start has shown',
  })
  @IsString({ message: "must be the owner's token, as text" })
  @MinLength(1, { message: "must be the owner's token, as text" })
  @MaxLength(512, { message: "must be the owner's token, as text" })
  token!: string;
}

export class SessionDto {
  @ApiProperty({ description: 'Always true: the caller is the owner.', example: true })
  owner!: boolean;
}

export class EndSessionsQueryDto {
  @ApiPropertyOptional({
    enum: ['true', 'false'],
    default: 'false',
    example: 'false',
    description: 'Ends the logins of all browsers.',
  })
  @IsIn(['true', 'false'], { message: 'must be true or false, given once' })
  all = 'false';
}
