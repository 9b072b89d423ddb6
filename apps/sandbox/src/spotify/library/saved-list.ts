/** One line of a saved list. `addedMs` in epoch milliseconds, whole seconds. */
export interface SavedEntry {
  uri: string;
  addedMs: number;
}

/** What a list holds before anybody changes it: entry 0 is the newest. Nothing of it is kept in memory. */
export interface SavedBase {
  size: number;
  uri(index: number): string;
  /** Place of a URI; null when it is not among them. */
  index(uri: string): number | null;
  addedMs(index: number): number;
}

/** A list of saved things, newest first. A page costs as much as it has entries, however long the list is. */
export interface SavedList {
  total(): number;
  page(offset: number, limit: number): SavedEntry[];
  has(uri: string): boolean;
  /** Puts it on top; what is in the list already stays where it is. */
  add(uri: string, ms: number): void;
  remove(uri: string): void;
}

/** A list that begins as `base`. */
export function createSavedList(base: SavedBase): SavedList {
  const added: SavedEntry[] = [];
  /** Removed places of the base, in rising order. */
  const removed: number[] = [];

  const isRemoved = (index: number): boolean => removed[firstAtLeast(removed, index)] === index;
  const inBase = (uri: string): number | null => {
    const index = base.index(uri);
    return index === null || index >= base.size || isRemoved(index) ? null : index;
  };
  /** Place in the base of the entry that is number `nth` among those that are left. */
  const leftAt = (nth: number): number => {
    let low = 0;
    let high = removed.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      // `middle` removed entries lie before removed entry `middle`: so many fewer are left before it.
      if ((removed[middle] ?? Infinity) - middle <= nth) low = middle + 1;
      else high = middle;
    }
    return nth + low;
  };
  const total = (): number => added.length + base.size - removed.length;

  return {
    total,
    page: (offset, limit) => {
      const end = Math.min(offset + limit, total());
      const entries = added.slice(offset, end);
      for (let nth = Math.max(0, offset - added.length); nth < end - added.length; nth += 1) {
        const index = leftAt(nth);
        entries.push({ uri: base.uri(index), addedMs: base.addedMs(index) });
      }
      return entries;
    },
    has: (uri) => added.some((entry) => entry.uri === uri) || inBase(uri) !== null,
    add: (uri, ms) => {
      if (added.some((entry) => entry.uri === uri) || inBase(uri) !== null) return;
      added.unshift({ uri, addedMs: Math.floor(ms / 1000) * 1000 });
    },
    remove: (uri) => {
      const place = added.findIndex((entry) => entry.uri === uri);
      if (place !== -1) added.splice(place, 1);
      const index = inBase(uri);
      if (index !== null) removed.splice(firstAtLeast(removed, index), 0, index);
    },
  };
}

function firstAtLeast(rising: readonly number[], value: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
