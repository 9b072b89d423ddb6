import { ProviderError } from '#listening';
import type { Omission } from './backup-row.js';

/** What the owner does about a playlist that was closed when it was asked for last. */
export const STILL_CLOSED =
  'Such playlists are asked for again by turns. Add its entries to a playlist of your own: that one is backed up.';
const CLOSED: ReadonlySet<string> = new Set(['insufficient_scope', 'forbidden', 'not_supported']);

/** The upstream, or the owner, keeps this closed, and the rest is open. */
export function isClosed(error: unknown): error is ProviderError {
  return error instanceof ProviderError && CLOSED.has(error.code);
}

/** What lacks because it is closed; null for every other error. */
export function omissionOf(error: unknown, what: string): Omission | null {
  return isClosed(error) ? { what, reason: error.message, remedy: error.remedy } : null;
}
