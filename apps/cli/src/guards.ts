/** Signs that move the cursor, change colours or turn text round: a name may have them, and a terminal would obey. */
const OBEYED = /[\p{Cc}\p{Bidi_Control}]+/gu;

export function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** Fit for a terminal. Null when there is none. */
export function text(value: unknown, name: string): string | null {
  return shown(at(value, name));
}

/** Null when there is none, or none that counts something. */
export function count(value: unknown, name: string): number | null {
  const found = at(value, name);
  return typeof found === 'number' && Number.isSafeInteger(found) && found >= 0 ? found : null;
}

/** Null when there is none. */
export function moment(value: unknown, name: string): Date | null {
  const found = at(value, name);
  const date = typeof found === 'string' ? new Date(found) : null;
  return date === null || Number.isNaN(date.getTime()) ? null : date;
}

/** Those that can be read. */
export function all<T>(value: unknown, name: string, read: (entry: unknown) => T | null): T[] {
  const found = at(value, name);
  return Array.isArray(found) ? found.map(read).filter((entry) => entry !== null) : [];
}

/** What has a name each, with the names fit for a terminal. */
export function named<T>(value: unknown, name: string, read: (entry: unknown) => T | null): [string, T][] {
  const found = at(value, name);
  return Object.entries(typeof found === 'object' && found !== null ? found : {}).flatMap(([key, entry]) => {
    const known = read(entry);
    return known === null ? [] : [[clean(key), known]];
  });
}

/** A text that is no part of anything. */
export function shown(value: unknown): string | null {
  return typeof value === 'string' ? clean(value) : null;
}

function clean(value: string): string {
  return value.replaceAll(OBEYED, ' ').trim();
}
