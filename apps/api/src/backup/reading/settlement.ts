import type { LibraryPlaylist, LibraryShape } from '#listening';
import { isToldTwice } from './lacks.js';
import type { Outcome, SettledList } from './reading-store.js';

/** A list, and where it stands. */
export type Place = Pick<SettledList, 'list' | 'place'> & {
  /** For people. */
  what: string;
  /** Whose entries they are; null for a list that is none. */
  playlist: LibraryPlaylist | null;
};

/** Asks, unless the list is left out already, or waits; that it is or does is settled before this rejects. */
export type OrOmit = <T>(ask: () => Promise<T>) => Promise<T>;

/** What has become of a list. */
export interface Settlement {
  outcome: Outcome;
  total: number | null;
  /** When it was read, if not just now. */
  readAt?: Date;
  /** Of a playlist. */
  version?: string;
  /** Why it may lack something, or why nothing of it is read; absent or null when nothing lacks. */
  told?: string | null;
}

/** Whether there is nothing but what was refused, not as in the backup before, and charts of that. */
export function isNothingRead(settled: readonly SettledList[], { lists }: LibraryShape): boolean {
  const refused = settled.flatMap(({ detail }) => (detail.omission?.isPassing ? [detail.omission.reason] : []));
  if (refused.every(isToldTwice)) return false;
  const charts = new Set(lists.flatMap(({ name, order }) => (order === 'chart' ? [name] : [])));
  return settled.every(({ list, outcome }) => outcome === 'omitted' || (outcome === 'carried' && charts.has(list)));
}
