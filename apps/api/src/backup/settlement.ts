import type { LibraryPlaylist } from '#listening';
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
