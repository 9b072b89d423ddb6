import { IsOptional, Matches } from 'class-validator';
import { Setting } from '#listening';
import { IsWebAddress } from '../web-address.js';
import { IsWholeNumber } from '../whole-number.js';

const API_ACCOUNT_PAGE = 'https://www.last.fm/api/account/create';

/** What a self-hoster sets to show their Last.fm account. */
export class LastfmSettings {
  @Setting({
    description: 'Key of your own Last.fm API account.',
    example: '0123456789abcdef0123456789abcdef',
    secret: true,
    source: API_ACCOUNT_PAGE,
  })
  @IsOptional()
  @Matches(/^[0-9a-f]{32}$/i, { message: 'must be the 32 hexadecimal characters of a Last.fm API key' })
  LASTFM_API_KEY?: string;

  @Setting({
    description: 'The Last.fm account whose listening is shown.',
    example: 'ada-lovelace',
    source: 'https://www.last.fm/join',
  })
  @IsOptional()
  @Matches(/^[a-z][a-z0-9_-]{1,14}$/i, {
    message: 'must be a Last.fm user name: 2 to 15 letters, digits, hyphens or underscores, a letter first',
  })
  LASTFM_USERNAME?: string;

  @Setting({
    description: 'Address of the Last.fm API.',
    example: 'https://ws.audioscrobbler.com/2.0/',
    default: 'https://ws.audioscrobbler.com/2.0/',
  })
  @IsWebAddress()
  LASTFM_API_URL = 'https://ws.audioscrobbler.com/2.0/';

  @Setting({
    description:
      'How many calls to Last.fm a rolling day should need at most: it is asked less often as they are used up.',
    example: '10000',
    default: '10000',
  })
  @IsWholeNumber(100, 1_000_000)
  LASTFM_DAILY_CALLS = 10_000;
}
