/** What came over the wire as a JSON object. Nobody may trust what is in it. */
export type Wire = Readonly<Record<string, unknown>>;

/** Null for what is no object; a list is none. */
export function asObject(value: unknown): Wire | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

/** The objects of a list; what is not an object is left out. */
export function objectsOf(list: readonly unknown[]): Wire[] {
  return list.map(asObject).filter((entry) => entry !== null);
}

/** Words of an upstream as ours may repeat them: at most a line, without signs that no log and no database takes. */
export function inOneLine(words: string): string {
  // Cut first: what is left of a sign that the cut goes through is none.
  return words.slice(0, 200).replace(/[\s\p{Cc}\p{Surrogate}]+/gu, ' ');
}
