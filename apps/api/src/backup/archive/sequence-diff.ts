import { createHash } from 'node:crypto';
import type { LibraryEntry } from '#listening';
import { commonOrder, placesByKey } from './common-order.js';

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
  /** Those that stand in another order: as few as can be, or a few more (see `commonOrder`). */
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
 * What became of a list. Of either list only numbers are held, so that it may be long. Of several entries that are the same
 * those stay that stand in the same order beside the others.
 *
 * @param earlier gives its entries anew each time that it is called; it is called twice, as `later` is
 * @param limit how many of each group are named
 */
export async function diffSequences(
  earlier: () => AsyncIterable<LibraryEntry>,
  later: () => AsyncIterable<LibraryEntry>,
  limit: number,
): Promise<SequenceDiff> {
  const numbers = new Map<string, number>();
  const before = await numbered(earlier(), numbers);
  const after = await numbered(later(), numbers);
  const placeOf = commonOrder(after.keys, before.keys);
  const movedFrom = pairedOutOfOrder(after.keys, before.keys, placeOf);

  const diff: SequenceDiff = { added: group(), removed: group(), moved: group(), renamed: group() };
  const isKept = new Uint8Array(before.keys.length);
  const renamed = new Map<number, RenamedEntry>();
  let at = 0;
  for await (const entry of later()) {
    const item = told(entry, at + 1);
    const from = movedFrom.get(at);
    const place = from ?? placeOf[at] ?? -1;
    if (place === -1) include(diff.added, limit, () => item);
    else isKept[place] = 1;
    if (from !== undefined) include(diff.moved, limit, () => ({ ...item, from: from + 1 }));
    if (place !== -1 && after.labels[at] !== before.labels[place]) {
      include(diff.renamed, limit, () => {
        const named = { ...item, was: { name: '', artists: [] } };
        renamed.set(place, named);
        return named;
      });
    }
    at += 1;
  }

  let place = 0;
  for await (const entry of earlier()) {
    if (isKept[place] === 0) include(diff.removed, limit, () => told(entry, place + 1));
    const item = renamed.get(place);
    if (item) item.was = { name: entry.name, artists: entry.artists };
    place += 1;
  }
  return diff;
}

/** Where those come from that are in both lists, and not in the same order: the first of several that are the same from the first. */
function pairedOutOfOrder(
  after: readonly number[],
  before: readonly number[],
  placeOf: Int32Array,
): Map<number, number> {
  const inOrder = new Set(placeOf);
  const left = placesByKey(before, (place) => inOrder.has(place));
  const from = new Map<number, number>();
  for (const [at, key] of after.entries()) {
    const place = placeOf[at] === -1 ? left.get(key)?.shift() : undefined;
    if (place !== undefined) from.set(at, place);
  }
  return from;
}

/** @param numbers of the entries that were met so far, by what is the same for the same entry */
async function numbered(
  entries: AsyncIterable<LibraryEntry>,
  numbers: Map<string, number>,
): Promise<{ keys: number[]; labels: number[] }> {
  const keys: number[] = [];
  const labels: number[] = [];
  for await (const entry of entries) {
    const key = keyOf(entry);
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    keys.push(number);
    labels.push(labelOf(entry));
  }
  return { keys, labels };
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
