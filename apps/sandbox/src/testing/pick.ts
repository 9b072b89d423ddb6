import { isRecord } from '../control/parameters.js';

/** The value at a path of keys and indexes within parsed JSON; undefined where the path leads nowhere. */
export function pick(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((at, key) => {
    const list: readonly unknown[] | null = Array.isArray(at) ? at : null;
    if (list !== null) return typeof key === 'number' ? list[key] : undefined;
    return isRecord(at) ? at[key] : undefined;
  }, value);
}

/** The list at a path; anything else there is a failed test. */
export function pickList(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = pick(value, ...path);
  if (!Array.isArray(found)) throw new TypeError(`No list at ${path.join('.')}: ${JSON.stringify(found)}`);
  return found;
}

/** The number or the text of a number at a path. */
export function pickNumber(value: unknown, ...path: readonly (string | number)[]): number {
  const found = Number(pick(value, ...path));
  if (Number.isNaN(found)) throw new TypeError(`No number at ${path.join('.')}.`);
  return found;
}

/** The keys of the object at a path, in their order; anything else there is a failed test. */
export function pickKeys(value: unknown, ...path: readonly (string | number)[]): string[] {
  const found = pick(value, ...path);
  if (!isRecord(found)) throw new TypeError(`No object at ${path.join('.')}: ${JSON.stringify(found)}`);
  return Object.keys(found);
}
