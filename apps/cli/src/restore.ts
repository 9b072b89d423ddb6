import { all, at, count, shown, text } from './guards.js';
import { type Job, parseJob } from './job.js';

const ACTIONS = ['create', 'fill', 'follow', 'nothing'] as const;

/** What there is to do with a list or a playlist, or what was done. */
export interface Part {
  /** For people. */
  title: string;
  /** What becomes of a playlist; null for a list. */
  action: (typeof ACTIONS)[number] | null;
  add: number;
  remove: number;
  /** How many are put elsewhere. */
  move: number;
  /** How many stand elsewhere than in the backup afterwards. */
  misplaced: number;
  /** Some of those that are put in. */
  examples: readonly string[];
  /** Some of those with which it cannot be done. */
  cannot: readonly { what: string; reason: string }[];
  cannotCount: number;
}

/** What a restore would do. */
export interface Plan {
  backupName: string;
  provider: string;
  /** Into whose library. */
  account: string;
  parts: readonly Part[];
}

/** A restore as the service tells of it. */
export interface Restore extends Job {
  backupName: string;
  added: number;
  removed: number;
  moved: number;
  /** What could not be done. */
  cannot: number;
  /** Those that are done with. */
  parts: readonly Part[];
}

/** Null when it is none. */
export function parsePlan(value: unknown): Plan | null {
  const [backupName, provider] = [text(at(value, 'backup'), 'name'), text(value, 'provider')];
  const account = text(at(value, 'account'), 'name');
  if (backupName === null || provider === null || account === null || at(value, 'dryRun') !== true) return null;
  return { backupName, provider, account, parts: parseParts(value) };
}

/** Null when it is none. */
export function parseRestore(value: unknown): Restore | null {
  const [job, backupName] = [parseJob(value), text(at(value, 'backup'), 'name')];
  if (job === null || backupName === null) return null;
  const counts = at(value, 'counts');
  return {
    ...job,
    backupName,
    added: count(counts, 'added') ?? 0,
    removed: count(counts, 'removed') ?? 0,
    moved: count(counts, 'moved') ?? 0,
    cannot: count(counts, 'cannot') ?? 0,
    parts: parseParts(value),
  };
}

/** The latest first. Null when they are none. */
export function parseRestores(value: unknown): readonly Restore[] | null {
  return Array.isArray(at(value, 'items')) ? all(value, 'items', parseRestore) : null;
}

function parseParts(value: unknown): Part[] {
  const playlist = (entry: unknown): Part | null => {
    const name = text(entry, 'name');
    const action = ACTIONS.find((one) => one === at(entry, 'action')) ?? 'nothing';
    return name === null ? null : parsePart(entry, `playlist “${name}”`, action);
  };
  return [
    ...all(value, 'lists', (entry) => {
      const title = text(entry, 'title');
      return title === null ? null : parsePart(entry, title, null);
    }),
    ...all(value, 'playlists', playlist),
  ];
}

function parsePart(value: unknown, title: string, action: Part['action']): Part {
  return {
    title,
    action,
    add: count(value, 'add') ?? 0,
    remove: count(value, 'remove') ?? 0,
    move: count(value, 'move') ?? 0,
    misplaced: count(value, 'misplaced') ?? 0,
    examples: all(value, 'examples', shown),
    cannot: all(value, 'cannot', (one) => {
      const [what, reason] = [text(one, 'what'), text(one, 'reason')];
      return what === null || reason === null ? null : { what, reason };
    }),
    cannotCount: count(value, 'cannotCount') ?? 0,
  };
}
