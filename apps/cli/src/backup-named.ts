import { type Backup, isMade } from './backup.js';
import { Fault } from './fault.js';

export const LATEST = 'latest';

/** Less may be a slip, or a variable of a shell that is empty. */
const FEWEST_SIGNS = 4;
/** A few hexadecimal digits are enough to tell backups apart. */
const SHORTEST_ID = 8;

const SEE_LIST = 'npm run tonearm -- backups lists them.';

/**
 * The backup that somebody means.
 *
 * @param items all there are, the latest first
 * @param reference an id or how a single one begins, a name, or `latest`: the latest that is made
 * @throws Fault
 */
export function backupNamed(items: readonly Backup[], reference: string): Backup {
  if (reference === LATEST) {
    const latest = items.find(isMade);
    if (latest) return latest;
    throw new Fault('There is no backup yet.', 'Make one: npm run tonearm -- backup.');
  }
  const exact = items.find(({ id, name }) => name === reference || id === reference.toLowerCase());
  if (exact) return exact;
  const beginning = reference.toLowerCase();
  const matches = beginning.length < FEWEST_SIGNS ? [] : items.filter(({ id }) => id.startsWith(beginning));
  const [match] = matches;
  if (!match) throw new Fault(`No backup is called ${JSON.stringify(reference.slice(0, 80))}.`, SEE_LIST);
  if (matches.length === 1) return match;
  throw new Fault(`The ids of ${matches.length} backups begin so.`, `Write more of it, or the name. ${SEE_LIST}`);
}

/** How much of an id is written, so that no two begin so. */
export function idLength(items: readonly Backup[]): number {
  for (let length = SHORTEST_ID; ; length += 1) {
    const short = new Set(items.map(({ id }) => id.slice(0, length)));
    if (short.size === new Set(items.map(({ id }) => id)).size) return length;
  }
}
