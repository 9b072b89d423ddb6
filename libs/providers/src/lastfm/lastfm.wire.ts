/**
 * Reads Last.fm's JSON, which is XML turned into objects by a machine: attributes in `@attr`, text in `#text`, numbers as
 * strings, and a list of one sometimes not a list. Nothing here trusts a shape; what is not there is null, "" or [].
 * @see https://www.last.fm/api/intro
 */
import { type Wire, asObject, objectsOf } from '../wire.js';

/** The entries of a list, whatever they are; an object that came bare is a list of one. */
export function asList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return asObject(value) ? [value] : [];
}

/** The objects of a list; what is not an object is left out. */
export function asObjects(value: unknown): Wire[] {
  return objectsOf(asList(value));
}

/** Text, trimmed; "" for what is none. A number counts: `registered["#text"]` is one. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' ? String(value) : '';
}

/** A count; null for what is none. */
export function asCount(value: unknown): number | null {
  const text = asText(value);
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Name of an artist or album: `{name}` in most answers and with `extended`, `{"#text"}` in others, a bare string in few. */
export function asName(value: unknown): string {
  const object = asObject(value);
  if (!object) return asText(value);
  return asText(object['name']) || asText(object['#text']);
}

/** An http or https address; null for anything else. */
export function asUrl(value: unknown): string | null {
  const text = asText(value);
  return /^https?:\/\/\S+$/i.test(text) ? text : null;
}

/** A moment given in unix seconds. Players with a wrong clock have sent plays of 1970: those have no usable date. */
export function asMoment(value: unknown): Date | null {
  const seconds = asCount(value);
  return seconds === null || seconds < FIRST_SCROBBLE || seconds > LAST_DATE ? null : new Date(seconds * 1000);
}

/** Audioscrobbler started in 2002; nothing was scrobbled before. */
const FIRST_SCROBBLE = Date.UTC(2002, 0, 1) / 1000;
/** What comes later is no number of seconds, and no date that others can read. */
const LAST_DATE = Date.UTC(9999, 11, 31) / 1000;

/** Since 2019 every artist and track "has" this star in place of a picture. */
const PLACEHOLDER = '2a96cbd8b46e442fc41c2b86b821562f';

/** The largest picture of an `image` list; null without one, and for the placeholder. */
export function asImage(value: unknown): string | null {
  const urls = asObjects(value).map((image) => asUrl(image['#text']));
  return urls.findLast((url) => url !== null && !url.includes(PLACEHOLDER)) ?? null;
}
