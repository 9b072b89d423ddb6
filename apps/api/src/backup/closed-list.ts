import { ProviderError } from '#listening';
import type { Omission } from './backup-row.js';

/** What the owner does about a playlist that was closed when it was asked for last. */
export const STILL_CLOSED =
  'Such playlists are asked for again by turns. Add its entries to a playlist of your own: that one is backed up.';
/** And about what may lack something: what has not changed since is not asked for again else. */
export const READ_ANEW = 'Read everything anew: POST /admin/backups with "full": true.';
const CLOSED: ReadonlySet<string> = new Set(['insufficient_scope', 'forbidden', 'not_supported']);

/** A list is refused so often, with a pause after each time, before it is left out. */
export const MOST_REFUSALS = 3;

/** What lacks because the upstream, or the owner, keeps it closed; null for every other error. */
export function closedOmission(error: unknown, what: string): Omission | null {
  if (!(error instanceof ProviderError && CLOSED.has(error.code))) return null;
  return { what, reason: error.message, remedy: error.remedy, isPassing: false };
}

/** What lacks because it is refused again and again, and nobody knows why; null for every other error. */
export function refusedOmission(error: unknown, what: string): Omission | null {
  if (!(error instanceof ProviderError && error.isFinal)) return null;
  return { what, reason: error.message, remedy: `A later backup asks for it again. ${error.remedy}`, isPassing: true };
}

/** That a list is left out is settled; the others go on. */
export class LeftOut extends Error {
  override readonly name = 'LeftOut';

  constructor(list: string) {
    super(`${list} is left out.`);
  }
}
