/** What names a draw: the same seed and names always give the same number. */
export type DrawName = number | string;

function stir(state: number, value: number): number {
  let next = Math.imul(state ^ value, 0x9e3779b1);
  next = Math.imul(next ^ (next >>> 15), 0x85ebca77);
  return next ^ (next >>> 13);
}

/** A number from 0 to 2^32 - 1 that depends on the seed and the names alone: no state, so any draw can be made in any order. */
export function draw(seed: number, ...names: readonly DrawName[]): number {
  let state = stir(0x2545f491, seed);
  for (const name of names) {
    if (typeof name === 'number') {
      state = stir(state, name);
      continue;
    }
    for (let at = 0; at < name.length; at += 1) state = stir(state, name.charCodeAt(at));
    state = stir(state, name.length);
  }
  state = Math.imul(state ^ (state >>> 16), 0xc2b2ae3d);
  return (state ^ (state >>> 16)) >>> 0;
}

/** A number from 0 (inclusive) to 1 (exclusive). */
export function fraction(seed: number, ...names: readonly DrawName[]): number {
  return draw(seed, ...names) / 2 ** 32;
}

/** `digits` lower-case hexadecimal digits. */
export function hex(digits: number, seed: number, ...names: readonly DrawName[]): string {
  let text = '';
  for (let part = 0; text.length < digits; part += 1) {
    text += draw(seed, ...names, part)
      .toString(16)
      .padStart(8, '0');
  }
  return text.slice(0, digits);
}

/** The entries in an order drawn from the seed; the given array stays as it is. */
export function shuffled<T>(entries: readonly T[], seed: number, ...names: readonly DrawName[]): T[] {
  return entries
    .map((entry, index) => ({ entry, place: draw(seed, ...names, index) }))
    .sort((left, right) => left.place - right.place)
    .map(({ entry }) => entry);
}

/** The entry at `index`; an index outside the list is a fault of ours and throws. */
export function entryAt<T>(entries: ArrayLike<T>, index: number): T {
  const entry = entries[index];
  if (entry === undefined) throw new RangeError(`No entry ${index} in a list of ${entries.length}.`);
  return entry;
}
