import { clock, duration, listTitle, whole } from './figures.js';
import type { Job, Progress } from './job.js';
import { stateWords } from './summary.js';

const WIDEST_BAR = 30;
const NARROWEST_BAR = 8;
const WIDEST_TITLE = 28;

/** How it stands, for a list. */
export function stateLine(job: Pick<Job, 'state' | 'progress' | 'resumeAt'>): string {
  const { state, progress, resumeAt } = job;
  if (state === 'running' && progress) return `running: ${progressWords(progress, null)}`;
  return state === 'paused' && resumeAt ? `paused until ${clock(resumeAt)}` : stateWords(job);
}

/** How a backup or a restore gets on, in words. @param left milliseconds; null while that is not known */
export function progressWords({ list, done, total }: Progress, left: number | null): string {
  return [listTitle(list), ...figures({ done, total }, left)].join('  ');
}

/** The same with a bar, no wider than the terminal. */
export function progressLine(progress: Progress, left: number | null, width: number): string {
  const { list, total } = progress;
  const title = shorten(listTitle(list), WIDEST_TITLE);
  const words = figures(progress, left);
  const room = width - [title, ...words].join('  ').length - '  []'.length;
  const part = partOf(progress);
  if (total === null || part === null || room < NARROWEST_BAR) return shorten([title, ...words].join('  '), width);
  const bar = Math.min(WIDEST_BAR, room);
  const filled = Math.floor(part * bar);
  return [title, `[${'#'.repeat(filled)}${'.'.repeat(bar - filled)}]`, ...words].join('  ');
}

function figures({ done, total }: Pick<Progress, 'done' | 'total'>, left: number | null): string[] {
  const part = partOf({ done, total });
  if (total === null || part === null) return [whole(done)];
  const time = left === null || part === 1 ? [] : [`about ${duration(left)} left`];
  return [`${whole(done)}/${whole(total)}`, `${Math.floor(part * 100)} %`, ...time];
}

/** Of a list that gets shorter meanwhile, or of which more is shown than counted, more is read than there is. */
function partOf({ done, total }: Pick<Progress, 'done' | 'total'>): number | null {
  if (total === null) return null;
  return total === 0 ? 1 : Math.min(1, done / total);
}

function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
