import { all, at, count, moment, named, text } from './guards.js';
import { type Job, parseJob } from './job.js';

export interface Omission {
  what: string;
  reason: string;
  /** Null when nothing can be done. */
  remedy: string | null;
}

/** A backup as the service tells of it. */
export interface Backup extends Job {
  name: string;
  provider: string;
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

/** Null when it is none. */
export function parseBackup(value: unknown): Backup | null {
  const [job, name, provider] = [parseJob(value), text(value, 'name'), text(value, 'provider')];
  if (job === null || name === null || provider === null) return null;
  return {
    ...job,
    name,
    provider,
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

function parseOmission(value: unknown): Omission | null {
  const [what, reason] = [text(value, 'what'), text(value, 'reason')];
  return what === null || reason === null ? null : { what, reason, remedy: text(value, 'remedy') };
}
