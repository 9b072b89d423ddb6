import { at, count, moment, text } from './guards.js';

const STATES = ['queued', 'running', 'paused', 'complete', 'complete_with_omissions', 'failed', 'cancelled'] as const;

export type State = (typeof STATES)[number];

/** The list that is being worked on. */
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

/** What a backup and a restore have in common. */
export interface Job {
  id: string;
  state: State;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** When one that is paused goes on. */
  resumeAt: Date | null;
  trouble: Trouble | null;
  progress: Progress | null;
}

/** Done, as far as it could be. */
export function isMade({ state }: Pick<Job, 'state'>): boolean {
  return state === 'complete' || state === 'complete_with_omissions';
}

export function hasEnded(job: Pick<Job, 'state'>): boolean {
  return isMade(job) || job.state === 'failed' || job.state === 'cancelled';
}

/** Null when it is none. */
export function parseJob(value: unknown): Job | null {
  const [id, createdAt] = [text(value, 'id'), moment(value, 'createdAt')];
  const state = STATES.find((one) => one === at(value, 'state'));
  if (id === null || state === undefined || createdAt === null) return null;
  return {
    id,
    state,
    createdAt,
    startedAt: moment(value, 'startedAt'),
    finishedAt: moment(value, 'finishedAt'),
    resumeAt: moment(value, 'resumeAt'),
    trouble: parseTrouble(at(value, 'trouble')),
    progress: parseProgress(at(value, 'progress')),
  };
}

function parseTrouble(value: unknown): Trouble | null {
  const [detail, remedy] = [text(value, 'detail'), text(value, 'remedy')];
  return detail === null || remedy === null ? null : { detail, remedy };
}

function parseProgress(value: unknown): Progress | null {
  const [list, done] = [text(value, 'list'), count(value, 'done')];
  return list === null || done === null ? null : { list, done, total: count(value, 'total') };
}
