/**
 * Reads Spotify's JSON. Anything can be null or missing: local files have no ids, apps in development mode get fewer
 * fields, and lists have entries of what is no longer in the catalogue. Nothing here trusts a shape; what is not there is
 * null, "" or [].
 * @see https://developer.spotify.com/documentation/web-api
 */
import { type Wire, asObject, objectsOf } from '../wire.js';

/** The entries of a list, whatever they are; [] for what is no list. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The objects of a list; what is not an object is left out. */
export function asObjects(value: unknown): Wire[] {
  return objectsOf(asList(value));
}

/** Text, trimmed; "" for what is none. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

/** A number of something, from 0; null for what is none. */
export function asCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** A moment in ISO 8601 with a zone, as `added_at` and `played_at` are; null for what is none. */
export function asMoment(value: unknown): Date | null {
  const text = asText(value);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text)) return null;
  const time = Date.parse(text);
  // Lists that Spotify made itself date their entries 1970: before the service existed there is no such date.
  return time >= FIRST_DATE ? new Date(time) : null;
}

/** Spotify opened in October 2008. */
const FIRST_DATE = Date.UTC(2008, 0, 1);

/** The page of a track, album, artist, show, episode or person at Spotify, as `external_urls` gives it; null without one. */
export function asPage(value: unknown): string | null {
  const url = asText(asObject(value)?.['spotify']);
  return /^https:\/\/open\.spotify\.com\/\S+$/.test(url) ? url : null;
}

/** The names of a list of artists, in their order. */
export function asNameList(value: unknown): string[] {
  return asObjects(value)
    .map((artist) => asText(artist['name']))
    .filter((name) => name !== '');
}

/** The same in one text; "" for none. */
export function asNames(value: unknown): string {
  return asNameList(value).join(', ');
}

/** An ISRC, which comes in lower case and with hyphens too; null for what is none. */
export function asIsrc(value: unknown): string | null {
  const code = asText(value).toUpperCase().replace(/[-\s]/g, '');
  return /^[A-Z]{2}[A-Z0-9]{3}\d{7}$/.test(code) ? code : null;
}

/** The bar code of an album; null for what is none. */
export function asUpc(value: unknown): string | null {
  const code = asText(value).replace(/[-\s]/g, '');
  return /^\d{8,14}$/.test(code) ? code : null;
}

/** A day, a month or a year, as precise as it is known; null for the `0000` of what has no date. */
export function asReleaseDate(value: unknown): string | null {
  const date = asText(value);
  return /^(?!0000)\d{4}(-\d\d){0,2}$/.test(date) ? date : null;
}

const NAMED_CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text that comes escaped for HTML, as people read it. What is no escape of a character stays as it is. */
export function asUnescaped(value: unknown): string {
  return asText(value).replace(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi,
    (escape, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return NAMED_CHARACTERS[name.toLowerCase()] ?? escape;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      const isCharacter = code > 0 && code <= 0x10_ff_ff && (code < 0xd8_00 || code > 0xdf_ff);
      return isCharacter ? String.fromCodePoint(code) : escape;
    },
  );
}

/** As wide as a picture should be at most, with some room for those that are nearly so. */
const WIDEST = 700;

/** The widest picture of an `images` list up to some 640 px; null without one. Some have no size: the first is the largest. */
export function asImage(value: unknown): string | null {
  const images = asObjects(value).flatMap(({ url, width }) => {
    const address = asText(url);
    return /^https?:\/\/\S+$/i.test(address) ? [{ address, width: asCount(width) ?? 0 }] : [];
  });
  const [widest] = images.filter(({ width }) => width > 0 && width <= WIDEST).sort((a, b) => b.width - a.width);
  const [unknown] = images.filter(({ width }) => width === 0);
  const [narrowest] = images.toSorted((a, b) => a.width - b.width);
  return (widest ?? unknown ?? narrowest)?.address ?? null;
}
