import { Controller, Get, Query, applyDecorators } from '@nestjs/common';
import { ApiNotModifiedResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Answer } from '../answer/answer.js';
import { ApiProblems } from '../problem/problem.dto.js';
import { CARD_PARAMETERS, parseCardOptions } from './card-options.js';
import { type Card, CardService } from './card.service.js';

const SVG = 'image/svg+xml';
/** The picture is opened by itself too: then nothing in it may load or run. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** How long a card may be kept, in seconds: by pages that show it, and by proxies of pictures between. */
const KEPT = { min: 5, max: 30 };

@ApiTags('Listening')
@Controller('currently-playing')
export class CardController {
  constructor(private readonly cards: CardService) {}

  @Get('card.svg')
  @ApiOperation({
    operationId: 'getCard',
    summary: 'What plays now, as a picture',
    description:
      'For places that run no script, such as a README. Always 200, within two seconds: parameters that cannot be understood are passed over, numbers out of bounds become the nearest within, and a record is drawn in place of a cover that does not come in time.',
  })
  @ApiCardParameters()
  @ApiProduces(SVG)
  @ApiOkResponse({
    description: 'The card, with the cover in it.',
    content: { [SVG]: { schema: { type: 'string' } } },
  })
  @ApiNotModifiedResponse({ description: 'Nothing has changed since the ETag in If-None-Match.' })
  @ApiProblems('headers_too_large')
  async get(@Query() query: Record<string, unknown>): Promise<Answer> {
    const card = await this.cards.card(parseCardOptions(query));
    return new Answer(card.bytes, `${SVG}; charset=utf-8`, {
      'Cache-Control': cacheControl(secondsOf(card, Date.now())),
      'Content-Security-Policy': POLICY,
    });
  }
}

function ApiCardParameters(): MethodDecorator {
  return applyDecorators(
    ...CARD_PARAMETERS.map(({ name, description, schema }) => ApiQuery({ name, description, required: false, schema })),
  );
}

/** Both ages are the same: proxies of pictures go by the one or by the other, and neither may show the last song for long. */
function cacheControl(seconds: number): string {
  return `public, max-age=${seconds}, s-maxage=${seconds}, stale-if-error=600`;
}

/** Until the song is over, within bounds. */
function secondsOf({ document, isWhole }: Card, now: number): number {
  if (!isWhole) return KEPT.min;
  const end = document?.endsAt ?? null;
  const left = end === null ? KEPT.max : Math.ceil((Date.parse(end) - now) / 1000);
  return Math.min(KEPT.max, Math.max(KEPT.min, left));
}
