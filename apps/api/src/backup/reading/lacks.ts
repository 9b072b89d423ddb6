import { ProviderError } from '#listening';
import { isWithheld } from '../../providers/provider-health.js';
import type { Omission } from '../backup-row.js';

/** What the owner does about a playlist of somebody else of which nothing is read. */
export const BY_TURNS =
  'Such playlists are asked for again by turns. Add its entries to a playlist of your own: that one is backed up.';
/** And about what may lack something: what has not changed since is not asked for again else. */
export const READ_ANEW = 'Read everything anew: POST /admin/backups with "full": true.';

/** A list is refused so often, with a pause after each time, before it is left out. */
export const MOST_REFUSALS = 3;

/*
 * What is told of a list stands in the backup as a sentence, and the next backup goes by that: what may be a fault of a
 * moment is asked for once more, and what is the same then is taken for lasting.
 */
const DOUBT = 'It may lack something: ';
const REFUSAL = 'It was refused';
const AS_BEFORE = ', as in the backup before';

/** What is told of a list that may lack something. @param why as the middle of a sentence */
export function doubtText(why: string, isAsBefore = false): string {
  return `${DOUBT}${why}${isAsBefore ? AS_BEFORE : ''}.`;
}

/** What is told of a list that was refused again and again. @param answer a sentence */
export function refusalText(answer: string, isAsBefore = false): string {
  return `${REFUSAL}${isAsBefore ? AS_BEFORE : ''}. ${answer}`;
}

export function isDoubt(told: string): boolean {
  return told.startsWith(DOUBT);
}

export function isRefusal(told: string): boolean {
  return told.startsWith(REFUSAL);
}

/** Whether two backups running have found that a list may lack something, or that it is refused. */
export function isToldTwice(told: string): boolean {
  return told.startsWith(`${REFUSAL}${AS_BEFORE}`) || (isDoubt(told) && told.endsWith(`${AS_BEFORE}.`));
}

/** Whether it should be there, and may be in the next backup. */
export function isPassing(told: string): boolean {
  return isDoubt(told) || isRefusal(told);
}

/** What lacks because the upstream, or the owner, keeps it closed; null for every other error. */
export function closedOmission(error: unknown, what: string): Omission | null {
  if (!(error instanceof ProviderError && isWithheld(error))) return null;
  return { what, reason: error.message, remedy: error.remedy, isPassing: false };
}

/** What lacks because it is refused, and nobody knows why; null for every other error. */
export function refusedOmission(error: unknown, what: string, isAsBefore: boolean): Omission | null {
  if (!(error instanceof ProviderError && error.isFinal)) return null;
  const remedy = `A later backup asks for it again. ${error.remedy}`;
  return { what, reason: refusalText(error.message, isAsBefore), remedy, isPassing: true };
}

/** Every list was refused: something is wrong there, and a backup would have nothing to tell. */
export class NothingRead extends Error {
  override readonly name = 'NothingRead';
  readonly remedy = 'Make another backup later: POST /admin/backups.';

  constructor() {
    super('Nothing of the library could be read: all that was asked for was refused.');
  }
}

/** Nothing more is asked of a list: it is left out, or waits for the next attempt. The others go on. */
export class LeftOut extends Error {
  override readonly name = 'LeftOut';

  constructor(list: string) {
    super(`${list} is left out.`);
  }
}
