import { all, at, count, moment, named, text } from './guards.js';

const STATES = ['queued', 'running', 'paused', 'complete', 'complete_with_omissions', 'failed'] as const;

export type State = (typeof STATES)[number];

/** The list that is being read. */
export interface Progress {
  list: string;
  done: number;
  /** Null when the provider does not tell. */
  total: number | null;
}

export interface Trouble {
  detail: string;
  remedy: string;
}

export interface Omission {
  what: string;
  reason: string;
  /** Null when nothing can be done. */
  remedy: string | null;
}

/** A backup as the service tells of it. */
export interface Backup {
  id: string;
  name: string;
  provider: string;
  state: State;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** When one that is paused goes on. */
  resumeAt: Date | null;
  trouble: Trouble | null;
  progress: Progress | null;
  /** Entries by list; empty before it is made. */
  counts: ReadonlyMap<string, number>;
  omissions: readonly Omission[];
  findings: readonly { file: string; what: string }[];
  bytes: number | null;
}

/** All backups, the latest first. */
export interface Backups {
  items: readonly Backup[];
  /** When the schedule makes the next one; null without a schedule. */
  nextAt: Date | null;
  /** What the owner should know. */
  alert: string | null;
}

export function isMade({ state }: Backup): boolean {
  return state === 'complete' || state === 'complete_with_omissions';
}

export function hasEnded(backup: Backup): boolean {
  return isMade(backup) || backup.state === 'failed';
}

/** Null when it is none. */
export function parseBackup(value: unknown): Backup | null {
  const [id, name, provider] = [text(value, 'id'), text(value, 'name'), text(value, 'provider')];
  const state = STATES.find((one) => one === at(value, 'state'));
  const createdAt = moment(value, 'createdAt');
  if (id === null || name === null || provider === null || state === undefined || createdAt === null) return null;
  return {
    id,
    name,
    provider,
    state,
    createdAt,
    startedAt: moment(value, 'startedAt'),
    finishedAt: moment(value, 'finishedAt'),
    resumeAt: moment(value, 'resumeAt'),
    trouble: parseTrouble(at(value, 'trouble')),
    progress: parseProgress(at(value, 'progress')),
    counts: new Map(parseCounts(value)),
    omissions: all(value, 'omissions', parseOmission),
    findings: all(value, 'findings', (finding) => {
      const [file, what] = [text(finding, 'file'), text(finding, 'what')];
      return file === null || what === null ? null : { file, what };
    }),
    bytes: count(value, 'bytes'),
  };
}

/** Null when they are none. */
export function parseBackups(value: unknown): Backups | null {
  if (!Array.isArray(at(value, 'items'))) return null;
  return {
    items: all(value, 'items', parseBackup),
    nextAt: moment(value, 'nextAt'),
    alert: text(value, 'alert'),
  };
}

/** By name: the service does not keep them in an order. */
function parseCounts(value: unknown): [string, number][] {
  return named(value, 'counts', (entry) => count({ entry }, 'entry')).sort(([a], [b]) => a.localeCompare(b));
}

function parseTrouble(value: unknown): Trouble | null {
  const [detail, remedy] = [text(value, 'detail'), text(value, 'remedy')];
  return detail === null || remedy === null ? null : { detail, remedy };
}

function parseProgress(value: unknown): Progress | null {
  const [list, done] = [text(value, 'list'), count(value, 'done')];
  return list === null || done === null ? null : { list, done, total: count(value, 'total') };
}

function parseOmission(value: unknown): Omission | null {
  const [what, reason] = [text(value, 'what'), text(value, 'reason')];
  return what === null || reason === null ? null : { what, reason, remedy: text(value, 'remedy') };
}
