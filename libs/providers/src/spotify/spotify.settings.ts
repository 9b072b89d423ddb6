import { type ValidationArguments, IsOptional, Matches, ValidateBy, ValidateIf, buildMessage } from 'class-validator';
import { Setting } from '#listening';
import { isRedirectUri } from '../redirect-uri.js';
import { IsWebAddress } from '../web-address.js';
import { IsWholeNumber } from '../whole-number.js';

const DASHBOARD = 'https://developer.spotify.com/dashboard';

/** What a self-hoster sets to link a Spotify account. */
export class SpotifySettings {
  @Setting({
    description: 'Client id of your own Spotify app.',
    example: '0123456789abcdef0123456789abcdef',
    source: DASHBOARD,
  })
  @ValidateIf(
    ({ SPOTIFY_CLIENT_ID: id, SPOTIFY_CLIENT_SECRET: secret }: SpotifySettings) =>
      id !== undefined || secret !== undefined,
  )
  @Matches(/^[0-9a-f]{32}$/i, {
    message: ({ value }: ValidationArguments) =>
      value === undefined
        ? 'is missing while SPOTIFY_CLIENT_SECRET is set'
        : 'must be the 32 hexadecimal characters of a Spotify client id',
  })
  SPOTIFY_CLIENT_ID?: string;

  @Setting({
    description: 'Client secret of that app; an app without one links by PKCE alone.',
    example: '0123456789abcdef0123456789abcdef',
    secret: true,
    source: DASHBOARD,
  })
  @IsOptional()
  @Matches(/^[0-9a-f]{32}$/i, { message: 'must be the 32 hexadecimal characters of a Spotify client secret' })
  SPOTIFY_CLIENT_SECRET?: string;

  @Setting({
    description: "Where Spotify sends the browser back to; must stand in the app's settings letter by letter.",
    example: 'http://127.0.0.1:7723/callback',
    default: 'BASE_URL/callback',
  })
  @IsOptional()
  @IsSpotifyRedirect()
  SPOTIFY_REDIRECT_URI?: string;

  @Setting({
    description: 'Scopes to ask for, with spaces.',
    example: 'user-read-currently-playing user-read-recently-played user-top-read user-library-read',
    default: 'what the reads need',
  })
  @IsOptional()
  @Matches(/^[a-z-]+([ ,]+[a-z-]+)*$/, { message: 'must be scope names with spaces between' })
  SPOTIFY_SCOPES?: string;

  @Setting({
    description: 'Address of the Spotify accounts service.',
    example: 'https://accounts.spotify.com',
    default: 'https://accounts.spotify.com',
  })
  @IsWebAddress()
  SPOTIFY_ACCOUNTS_URL = 'https://accounts.spotify.com';

  @Setting({
    description: 'Address of the Spotify Web API.',
    example: 'https://api.spotify.com/v1',
    default: 'https://api.spotify.com/v1',
  })
  @IsWebAddress()
  SPOTIFY_API_URL = 'https://api.spotify.com/v1';

  @Setting({
    description:
      'How many calls to Spotify a rolling day should need at most: it is asked less often as they are used up.',
    example: '1500',
    default: '1500',
  })
  @IsWholeNumber(100, 1_000_000)
  SPOTIFY_DAILY_CALLS = 1_500;
}

/** An address that Spotify lets its users be sent back to. */
function IsSpotifyRedirect(): PropertyDecorator {
  return ValidateBy({
    name: 'isSpotifyRedirect',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isRedirectUri(value),
      defaultMessage: buildMessage(() => 'must be https, or http to 127.0.0.1 or [::1]; Spotify refuses "localhost"'),
    },
  });
}
