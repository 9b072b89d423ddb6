import { isIP } from 'node:net';
import { buildMessage, ValidateBy } from 'class-validator';
import { CronTime } from 'cron';
import { VaultError, parseKeys } from '#accounts';
import { isPostgresUrl } from '#database';

/** A check of one setting's text, with what it should have been. */
function check(name: string, expectation: string, holds: (text: string) => boolean): PropertyDecorator {
  return ValidateBy({
    name,
    validator: {
      validate: (value: unknown) => typeof value === 'string' && holds(value),
      defaultMessage: buildMessage(() => expectation),
    },
  });
}

/** The entries of a list with commas, with or without spaces. */
export function listOf(text: string): string[] {
  return text.split(',').map((entry) => entry.trim());
}

/** `id:base64,id:base64`, each key 32 bytes, no id twice: as whoever works with them reads them. */
export function IsEncryptionKeys(): PropertyDecorator {
  return check('isEncryptionKeys', 'must be id:base64 pairs with commas, each key 32 bytes, each id once', (text) => {
    try {
      return parseKeys(text, '').length > 0;
    } catch (error) {
      if (error instanceof VaultError) return false;
      throw error;
    }
  });
}

/** `*`, or origins with commas. Which entry is none is told by its number: its text may have a password in it. */
export function IsOriginList(): PropertyDecorator {
  const wrongIn = (text: string): number => (text === '*' ? -1 : listOf(text).findIndex((entry) => !isOrigin(entry)));
  return ValidateBy({
    name: 'isOriginList',
    validator: {
      validate: (value) => typeof value === 'string' && wrongIn(value) < 0,
      defaultMessage: (parts) =>
        `must be * or origins such as https://blog.example.org with commas; entry ${wrongIn(String(parts?.value)) + 1} is none`,
    },
  });
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text.toLowerCase();
}

/** `true`, `false`, a number of proxies, or IP addresses and networks with commas. */
export function IsTrustProxy(): PropertyDecorator {
  return check('isTrustProxy', 'must be true, false, a number of proxies, or addresses with commas', (text) => {
    return /^(true|false|\d{1,2})$/.test(text) || listOf(text).every(isNetwork);
  });
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** A Postgres address whose parts are where they seem to be: a password with `@` or `/` in it moves them. */
export function IsPostgresUrl(): PropertyDecorator {
  const expectation =
    'must be a postgresql:// address of one host; characters such as @ : / ? # in the password must be percent-encoded';
  return check('isPostgresUrl', expectation, isPostgresUrl);
}

/** A time zone that this machine knows. */
export function IsTimezone(): PropertyDecorator {
  return check('isTimezone', 'must be an IANA time zone', isTimezone);
}

/** @returns whether this machine knows a time zone of this name */
export function isTimezone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Five cron fields: minute, hour, day, month, weekday; of a time that comes, and comes again. In every zone it does. */
export function IsCron(): PropertyDecorator {
  return ValidateBy({
    name: 'isCron',
    validator: {
      validate: (value) => cronFault(value) === null,
      defaultMessage: (parts) => cronFault(parts?.value) ?? 'is wrong',
    },
  });
}

function cronFault(value: unknown): string | null {
  if (typeof value !== 'string' || !/^([\d*/,-]+)( [\d*/,-]+){2}( [\d*/,a-z-]+){2}$/i.test(value)) {
    return 'must be five cron fields: minute, hour, day of month, month, day of week';
  }
  const time = attempt(() => new CronTime(value));
  if (time === null) {
    return 'must have cron fields in their ranges: minute 0-59, hour 0-23, day of month 1-31, month 1-12, day of week 0-7';
  }
  const next = attempt(() => time.getNextDateFrom(new Date()));
  // Whether one was missed is told by the one after it.
  const isRepeated = next !== null && attempt(() => time.getNextDateFrom(next.toJSDate())) !== null;
  return isRepeated ? null : 'must be of a time that comes: there is no such day within eight years';
}

/** Cron throws at what it does not take. */
function attempt<T>(make: () => T): T | null {
  try {
    return make();
  } catch {
    return null;
  }
}
