/** What a path of keys leads to in a raw body; undefined when it leads nowhere. */
export function at(body: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => {
    const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
    return found;
  }, body);
}

/** The list that a path of keys leads to. @throws TypeError when there is none */
export function listAt(body: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(body, ...path);
  if (!Array.isArray(found)) throw new TypeError(`No list at ${path.join('.')}.`);
  return found;
}
