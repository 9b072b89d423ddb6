import { ApiProperty } from '@nestjs/swagger';

export class EndpointParameter {
  @ApiProperty({ example: 'limit' })
  name!: string;

  @ApiProperty({ description: 'Where it stands: query, path, header or body.', example: 'query' })
  in!: string;

  @ApiProperty({ example: false })
  required!: boolean;

  @ApiProperty({ example: 'How many entries.' })
  description!: string;

  @ApiProperty({ description: 'What it takes, in words.', example: 'a whole number from 1 to 50' })
  takes!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Used when it is not given; null when there is none.',
    example: '10',
  })
  default!: string | null;
}

export class Endpoint {
  @ApiProperty({ example: 'GET' })
  method!: string;

  @ApiProperty({ example: '/recent-tracks' })
  path!: string;

  @ApiProperty({ example: 'The songs played last, newest first' })
  purpose!: string;

  @ApiProperty({ description: "True when it needs the owner's token.", example: false })
  login!: boolean;

  @ApiProperty({ type: [EndpointParameter] })
  parameters!: EndpointParameter[];
}

export class Endpoints {
  @ApiProperty({ type: [Endpoint] })
  items!: Endpoint[];
}
