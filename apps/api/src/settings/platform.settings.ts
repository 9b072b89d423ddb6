import { IsIn, IsOptional, Matches, MaxLength, MinLength } from 'class-validator';
import { Setting } from '#listening';
import {
  IsCron,
  IsEncryptionKeys,
  IsOriginList,
  IsPostgresUrl,
  IsTimezone,
  IsTrustProxy,
  isTimezone,
} from './setting-checks.js';
import { IsWebAddress, IsWholeNumber, PROVIDERS } from '#providers';

const PROVIDER_IDS: readonly string[] = PROVIDERS.map(({ id }) => id);
const NONE = 'none';
/** Only shells replace what these begin with: here they would be folders of such names. */
const FOLDER = /^[^~$]/;
const NO_SHELL = { message: 'must be the path of a folder, without ~ or $, which only shells know' };

/** What concerns the service as a whole. Each provider declares its own beside its code. */
export class PlatformSettings {
  @Setting({ description: 'Network address to listen on.', example: '0.0.0.0', default: '127.0.0.1' })
  @Matches(/^[a-z0-9.:-]+$/i, { message: 'must be an IP address or a host name' })
  HOST = '127.0.0.1';

  @Setting({ description: 'Port to listen on.', example: '7723', default: '7723' })
  @IsWholeNumber(1, 65_535)
  PORT = 7723;

  @Setting({
    description: 'Origin under which browsers reach the service, without a path.',
    example: 'https://music.example.org',
    default: 'http://127.0.0.1:PORT',
  })
  @IsOptional()
  @IsWebAddress()
  @Matches(/^[^/]*\/\/[^/?#@]+\/?$/, { message: 'must be an origin alone, without a user, a path or a query' })
  BASE_URL?: string;

  @Setting({
    description: 'Postgres to use, 13 or newer; without it the service runs one of its own in DATA_DIR.',
    example: 'postgresql://tonearm:…@localhost:5432/tonearm',
    secret: true,
  })
  @IsOptional()
  @IsPostgresUrl()
  DATABASE_URL?: string;

  @Setting({ description: 'Folder for everything the service keeps.', example: '/var/lib/tonearm', default: './data' })
  @Matches(FOLDER, NO_SHELL)
  DATA_DIR = './data';

  @Setting({
    description: 'Provider that answers unless the admin has chosen another.',
    example: 'lastfm',
    default: 'the first one that is configured',
  })
  @IsOptional()
  @IsIn(PROVIDER_IDS, { message: `must be one of the providers of this version: ${PROVIDER_IDS.join(', ')}` })
  LISTENING_PROVIDER?: string;

  @Setting({ description: 'Provider that answers while the active one cannot.', example: 'none', default: NONE })
  @IsIn([...PROVIDER_IDS, NONE], { message: `must be one of ${[...PROVIDER_IDS, NONE].join(', ')}` })
  LISTENING_FALLBACK = NONE;

  @Setting({
    description: "Opens the owner's routes.",
    example: 'the output of: openssl rand -hex 24',
    default: 'made at the first start and printed once',
    secret: true,
  })
  @IsOptional()
  @MinLength(16, { message: 'must have at least 16 characters; in .env a value with a # in it stands in quotes' })
  @MaxLength(512, { message: 'must have at most 512 characters' })
  @Matches(/^[\x21-\x7e]*$/, { message: 'must have letters, digits and signs alone that a header can carry' })
  ADMIN_TOKEN?: string;

  @Setting({
    description:
      'Keys that encrypt tokens at rest, as id:base64 pairs of 32 bytes; the first one writes, all of them read.',
    example: 'k1:… with … the output of: openssl rand -base64 32',
    default: 'made in DATA_DIR at the first start',
    secret: true,
  })
  @IsOptional()
  @IsEncryptionKeys()
  ENCRYPTION_KEY?: string;

  @Setting({
    description: 'Id of an encryption key that is lost for good: links and apps that need it are deleted at the start.',
    example: 'k1',
    default: 'none',
  })
  @IsOptional()
  @Matches(/^[a-z0-9_-]{1,32}$/i, { message: 'must be the id of a key, as the start that missed it has told' })
  ENCRYPTION_KEY_LOST?: string;

  @Setting({
    description: 'Origins whose pages may read the public routes: * for all, or a list with commas.',
    example: 'https://blog.example.org,https://example.org',
    default: '*',
  })
  @IsOriginList()
  CORS_ORIGINS = '*';

  @Setting({
    description: 'Proxies whose X-Forwarded headers are believed: true, false, how many, or addresses with commas.',
    example: '127.0.0.1',
    default: 'false',
  })
  @IsTrustProxy()
  TRUST_PROXY = 'false';

  @Setting({ description: 'Time zone of the owner (IANA).', example: 'Europe/Stockholm', default: "the machine's" })
  @IsOptional()
  @IsTimezone()
  TIMEZONE?: string;

  @Setting({ description: 'How much is logged: error, warn, info or debug.', example: 'info', default: 'info' })
  @IsIn(['error', 'warn', 'info', 'debug'], { message: 'must be error, warn, info or debug' })
  LOG_LEVEL: 'error' | 'warn' | 'info' | 'debug' = 'info';

  @Setting({
    description: 'Picture for when nothing plays.',
    example: 'https://blog.example.org/silence.png',
    default: 'a picture of our own',
  })
  @IsOptional()
  @IsWebAddress()
  NOT_PLAYING_IMAGE_URL?: string;

  @Setting({
    description: 'How many may listen to /currently-playing/stream at once.',
    example: '10000',
    default: '10000',
  })
  @IsWholeNumber(0, 1_000_000)
  STREAM_CLIENTS = 10_000;

  @Setting({
    description: 'How many of them from one address; behind a proxy TRUST_PROXY must be right for this.',
    example: '100',
    default: '100',
  })
  @IsWholeNumber(1, 1_000_000)
  STREAM_CLIENTS_PER_ADDRESS = 100;

  @Setting({
    description: 'Whether public answers that still hold are repeated before the router: on or off.',
    example: 'on',
    default: 'on',
  })
  @IsIn(['on', 'off'], { message: 'must be on or off' })
  FAST_PATH: 'on' | 'off' = 'on';

  @Setting({ description: 'Folder for library backups.', example: '/srv/backups/tonearm', default: 'DATA_DIR/backups' })
  @IsOptional()
  @Matches(FOLDER, NO_SHELL)
  BACKUP_DIR?: string;

  @Setting({
    description: 'When library backups are made, as five cron fields in TIMEZONE; never without it.',
    example: '15 3 * * *',
  })
  @IsOptional()
  @IsCron()
  BACKUP_CRON?: string;

  @Setting({
    description: 'How many daily, weekly and monthly backups are kept.',
    example: 'daily=7,weekly=4,monthly=12',
    default: 'daily=7,weekly=4,monthly=12',
  })
  @Matches(/^(daily|weekly|monthly)=\d{1,4}(,(daily|weekly|monthly)=\d{1,4}){0,2}$/, {
    message: 'must be like daily=7,weekly=4,monthly=12',
  })
  @Matches(/^(?!.*(daily|weekly|monthly)=.*\1=)/, { message: 'must name daily, weekly and monthly once each at most' })
  BACKUP_KEEP = 'daily=7,weekly=4,monthly=12';

  @Setting({
    description:
      'How many pages a backup asks for at once: that many times as fast; after a kill, up to that many are asked for again.',
    example: '3',
    default: '1',
  })
  @IsWholeNumber(1, 8)
  BACKUP_CONCURRENCY = 1;

  @Setting({
    description: 'Whether MusicBrainz is asked which recordings backups have, for moves to other services: on or off.',
    example: 'on',
    default: 'off',
  })
  @IsIn(['on', 'off'], { message: 'must be on or off' })
  MUSICBRAINZ: 'on' | 'off' = 'off';

  @Setting({
    description: 'Address of the MusicBrainz API.',
    example: 'https://musicbrainz.org/ws/2',
    default: 'https://musicbrainz.org/ws/2',
  })
  @IsWebAddress()
  MUSICBRAINZ_URL = 'https://musicbrainz.org/ws/2';

  @Setting({
    description: 'For /metrics, which is being built: will open it to others than this machine.',
    example: 'the output of: openssl rand -hex 24',
    secret: true,
  })
  @IsOptional()
  @MinLength(16, { message: 'must have at least 16 characters' })
  METRICS_TOKEN?: string;

  /** The picture for when nothing plays. */
  get notPlayingImageUrl(): string {
    return this.NOT_PLAYING_IMAGE_URL ?? `${this.origin}/not-playing.svg`;
  }

  /** The public origin as browsers write it, without a slash at its end. */
  get origin(): string {
    return new URL(this.BASE_URL ?? `http://127.0.0.1:${this.PORT}`).origin;
  }

  /** The time zone that dates and schedules go by. */
  get timezone(): string {
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    // With an empty TZ, as compose files set it from a variable that nobody has set, it is told as a name that nothing takes.
    return this.TIMEZONE ?? (isTimezone(timeZone) ? timeZone : 'UTC');
  }
}
