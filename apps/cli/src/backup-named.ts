import type { Backup } from './backup.js';
import { Fault } from './fault.js';
import { type Job, hasEnded, isMade } from './job.js';
import { didYouMean } from './nearest.js';
import { PROGRAM } from './program.js';

export const LATEST = 'latest';

/** Less may be a slip, or a variable of a shell that is empty. */
const FEWEST_SIGNS = 4;
/** So much is repeated of what was typed. */
const LONGEST_ECHO = 80;
/** A few hexadecimal digits are enough to tell backups apart. */
const SHORTEST_ID = 8;

/**
 * The backup that somebody means.
 *
 * @param items all there are, the latest first
 * @param reference an id or how a single one begins, a name, or `latest`: the latest that is made
 * @param provider the id of that whose it has to be; undefined for any
 * @throws Fault
 */
export function backupNamed(items: readonly Backup[], reference: string, provider?: string): Backup {
  const named = items.find(({ name }) => name === reference);
  if (!named && reference === LATEST) {
    const [latest] = ofProvider(items.filter(isMade), provider);
    if (latest) return latest;
    if (items.some((one) => !hasEnded(one) && (provider === undefined || one.provider === provider))) {
      throw new Fault('The first backup is under way.', `${PROGRAM} backups tells how it gets on.`);
    }
    throw new Fault('There is no backup yet.', `Make one: ${PROGRAM} backup.`);
  }
  const meant = named ?? jobNamed(items, reference, 'backup');
  if (provider === undefined || meant.provider === provider) return meant;
  throw new Fault(
    `${meant.name} is a backup of ${meant.provider}, not of ${echo(provider)}.`,
    'Leave --provider out, or write latest for the latest of that provider.',
  );
}

/** Those of a provider; all unless one is named. @throws Fault when there are only those of others */
export function ofProvider(items: readonly Backup[], provider: string | undefined): readonly Backup[] {
  const own = items.filter((one) => provider === undefined || one.provider === provider);
  if (provider === undefined || own.length > 0 || items.length === 0) return own;
  const providers = [...new Set(items.map((one) => one.provider))].sort();
  throw new Fault(
    `There is no backup of ${echo(provider)} yet.${didYouMean(provider, providers)}`,
    `There are backups of ${providers.join(', ')}; ${PROGRAM} backup --provider <provider> makes one of another.`,
  );
}

/**
 * The one that somebody means.
 *
 * @param items all there are, the latest first
 * @param reference an id or how a single one begins, or `latest`
 * @throws Fault
 */
export function jobNamed<One extends Job>(items: readonly One[], reference: string, noun: 'backup' | 'restore'): One {
  const seeList = `${PROGRAM} ${noun}s lists them.`;
  const beginning = reference.toLowerCase();
  const exact = reference === LATEST ? items[0] : items.find(({ id }) => id === beginning);
  if (exact) return exact;
  const matches = beginning.length < FEWEST_SIGNS ? [] : items.filter(({ id }) => id.startsWith(beginning));
  const [match] = matches;
  if (!match) throw new Fault(`No ${noun} is called ${echo(reference)}.`, seeList);
  if (matches.length === 1) return match;
  const more = noun === 'backup' ? 'Write more of it, or the name.' : 'Write more of it.';
  throw new Fault(`The ids of ${matches.length} ${noun}s begin so.`, `${more} ${seeList}`);
}

function echo(typed: string): string {
  return JSON.stringify(typed.slice(0, LONGEST_ECHO));
}

/** How much of an id is written, so that no two begin so. */
export function idLength(items: readonly { id: string }[]): number {
  for (let length = SHORTEST_ID; ; length += 1) {
    const short = new Set(items.map(({ id }) => id.slice(0, length)));
    if (short.size === new Set(items.map(({ id }) => id)).size) return length;
  }
}
