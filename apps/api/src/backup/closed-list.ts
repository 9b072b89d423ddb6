import { ProviderError } from '#listening';
import type { Omission } from './backup-row.js';

/** What the owner does about a playlist that was closed when it was asked for last. */
export const STILL_CLOSED =
  'Such playlists are asked for again by turns. Add its entries to a playlist of your own: that one is backed up.';
const CLOSED: ReadonlySet<string> = new Set(['insufficient_scope', 'forbidden', 'not_supported']);
/** What is refused without a known reason is left out after so many failures without a step between them: some minutes. */
const MOST_REFUSALS = 3;

/**
 * What lacks because it is kept closed, by the upstream or the owner, or refused again and again where the rest can be read;
 * null for every other error.
 *
 * @param setbacks how often the backup has failed without a step between
 */
export function omissionOf(error: unknown, what: string, setbacks: number): Omission | null {
  if (!(error instanceof ProviderError)) return null;
  const { code, message: reason, remedy } = error;
  if (CLOSED.has(code)) return { what, reason, remedy };
  return error.isFinal && setbacks >= MOST_REFUSALS
    ? { what, reason, remedy: `The next backup asks for it again. ${remedy}` }
    : null;
}
