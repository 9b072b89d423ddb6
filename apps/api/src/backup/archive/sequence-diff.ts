import { createHash } from 'node:crypto';
import type { LibraryEntry } from '#listening';
import { longestIncreasing } from './longest-increasing.js';

/** What is told of an entry. */
export interface DiffEntry {
  uri: string | null;
  name: string;
  artists: readonly string[];
  /** In the list that has it; in the later one if both have. From 1. */
  position: number;
}

export interface MovedEntry extends DiffEntry {
  /** Its position in the earlier list. */
  from: number;
}

export interface RenamedEntry extends DiffEntry {
  was: { name: string; artists: readonly string[] };
}

/** Some of a kind, and how many there are. */
export interface Group<Item> {
  count: number;
  items: Item[];
}

export interface SequenceDiff {
  added: Group<DiffEntry>;
  removed: Group<DiffEntry>;
  /** Those that stand in another order: as few as can be. */
  moved: Group<MovedEntry>;
  /** Another name or other artists. */
  renamed: Group<RenamedEntry>;
}

export function group<Item>(): Group<Item> {
  return { count: 0, items: [] };
}

/** Counts it, and keeps it while there are fewer than `limit`. */
export function include<Item>(into: Group<Item>, limit: number, item: () => Item): void {
  into.count += 1;
  if (into.items.length < limit) into.items.push(item());
}

/**
 * What became of a list. Of either list only the keys are held, so that it may be long.
 *
 * @param earlier gives its entries anew each time that it is called; it is called twice
 * @param limit how many of each group are named
 */
export async function diffSequences(
  earlier: () => AsyncIterable<LibraryEntry>,
  later: () => AsyncIterable<LibraryEntry>,
  limit: number,
): Promise<SequenceDiff> {
  const diff: SequenceDiff = { added: group(), removed: group(), moved: group(), renamed: group() };
  const places = new Map<string, number>();
  const labels: number[] = [];
  for await (const { entry, key } of keyed(earlier())) {
    places.set(key, places.size);
    labels.push(labelOf(entry));
  }

  const isKept = new Uint8Array(labels.length);
  /** Of those that are in both, in the order of the later list: where they stood. */
  const order: number[] = [];
  const renamed = new Map<number, RenamedEntry>();
  for await (const { entry, key, position } of keyed(later())) {
    const place = places.get(key);
    if (place === undefined) {
      include(diff.added, limit, () => told(entry, position));
      continue;
    }
    isKept[place] = 1;
    order.push(place);
    if (labelOf(entry) === labels[place]) continue;
    include(diff.renamed, limit, () => {
      const item = { ...told(entry, position), was: { name: '', artists: [] } };
      renamed.set(place, item);
      return item;
    });
  }

  const inOrder = longestIncreasing(order);
  const moves = new Map<number, number>();
  for (const [at, place] of order.entries()) if (inOrder[at] === 0) moves.set(place, at);
  await tellOfEarlier(earlier(), diff, { isKept, renamed, limit });
  if (moves.size > 0) await tellMoves(later(), diff, { places, moves, limit });
  return diff;
}

async function tellOfEarlier(
  earlier: AsyncIterable<LibraryEntry>,
  { removed }: SequenceDiff,
  { isKept, renamed, limit }: { isKept: Uint8Array; renamed: ReadonlyMap<number, RenamedEntry>; limit: number },
): Promise<void> {
  let place = 0;
  for await (const entry of earlier) {
    if (isKept[place] === 0) include(removed, limit, () => told(entry, place + 1));
    const item = renamed.get(place);
    if (item) item.was = { name: entry.name, artists: entry.artists };
    place += 1;
  }
}

async function tellMoves(
  later: AsyncIterable<LibraryEntry>,
  { moved }: SequenceDiff,
  { places, moves, limit }: { places: ReadonlyMap<string, number>; moves: ReadonlyMap<number, number>; limit: number },
): Promise<void> {
  for await (const { entry, key, position } of keyed(later)) {
    const place = places.get(key);
    if (place !== undefined && moves.has(place)) {
      include(moved, limit, () => ({ ...told(entry, position), from: place + 1 }));
    }
  }
}

/** Entries with a key that is the same in both lists; of several that are the same, the n-th with the n-th. */
async function* keyed(
  entries: AsyncIterable<LibraryEntry>,
): AsyncGenerator<{ entry: LibraryEntry; key: string; position: number }> {
  const seen = new Map<string, number>();
  let position = 0;
  for await (const entry of entries) {
    position += 1;
    const key = keyOf(entry);
    const occurrence = (seen.get(key) ?? 0) + 1;
    seen.set(key, occurrence);
    yield { entry, key: occurrence === 1 ? key : `${key} ${occurrence}`, position };
  }
}

function keyOf({ kind, uri, url, name, artists, album }: LibraryEntry): string {
  return digest(uri ?? url ?? JSON.stringify([kind, name, artists, album])).toString('latin1');
}

/** Only labels of the same entry are compared, so few bytes do. */
function labelOf({ name, artists }: LibraryEntry): number {
  return digest(JSON.stringify([name, artists])).readUIntBE(0, 6);
}

/** Short, of whatever length the text is. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function told({ uri, name, artists }: LibraryEntry, position: number): DiffEntry {
  return { uri, name, artists, position };
}
