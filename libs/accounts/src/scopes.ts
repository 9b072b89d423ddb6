/** The way a set of scopes is written down: sorted, each once, with spaces between. */
export function scopeKey(scopes: readonly string[]): string {
  return scopesOf(scopes.join(' ')).join(' ');
}

/** Reads scopes with spaces between them, in any order; `""` is none. Sorted, each once. */
export function scopesOf(text: string): string[] {
  return [...new Set(text.split(/\s+/).filter((scope) => scope !== ''))].sort();
}

/** Those of `needed` that are not in `granted`, sorted. */
export function missingScopes(needed: readonly string[], granted: readonly string[]): string[] {
  const has = new Set(granted);
  return scopesOf(needed.join(' ')).filter((scope) => !has.has(scope));
}
