import type { LibraryPlaylist } from '#listening';
import type { Outcome, SettledList } from './backup-store.js';

/** A list, and where it stands. */
export type Place = Pick<SettledList, 'list' | 'place'> & {
  /** For people. */
  what: string;
  /** Whose entries they are; null for a list that is none. */
  playlist: LibraryPlaylist | null;
};

/** Waits for an answer; that the list is closed is settled before this rejects. */
export type OrOmit = <T>(answer: Promise<T>) => Promise<T>;

/** What has become of a list. */
export interface Settlement {
  outcome: Outcome;
  total: number | null;
  /** When it was read, if not just now. */
  readAt?: Date;
  /** Of a playlist. */
  version?: string;
  /** Why it may lack something. */
  unsteady?: string;
  /** What was told of it before, and still holds. */
  doubt?: string | null;
  /** Why nothing of it is read. */
  closed?: string;
}

/** What is told of a list that may lack something. @param why as the middle of a sentence */
export function doubtText(why: string): string {
  return `It may lack something: ${why}.`;
}
