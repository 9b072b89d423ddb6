import { clock, until } from './figures.js';
import type { Job } from './job.js';
import type { Output } from './output.js';
import { Pace } from './pace.js';
import { progressLine, progressWords } from './progress-line.js';

/** A line of a log, while nothing but the figures is new. */
const LINE_EVERY_MS = 5_000;
/** And while the list is another one: playlists are short. */
const LIST_LINE_EVERY_MS = 500;
const USUAL_WIDTH = 80;
/** Back to the beginning of the line, which is emptied. */
const ANEW = '\r\u001b[2K';

/** Shows how a backup or a restore gets on: one line that changes on a terminal, lines anywhere else. */
export class ProgressView {
  private readonly pace = new Pace();
  private shown = '';
  private line = { list: '', at: Number.NEGATIVE_INFINITY };

  constructor(
    private readonly output: Pick<Output, 'write' | 'columns'>,
    private readonly isTerminal: boolean,
    private readonly now: () => number,
  ) {}

  show(job: Job): void {
    const { state, progress, trouble } = job;
    const now = this.now();
    if (state !== 'running') this.pace.forget();
    if (state === 'paused' || (state === 'queued' && trouble)) this.note(pauseWords(job, now));
    if (state !== 'running' || progress === null) return;
    this.pace.note(progress, now);
    const left = this.pace.left(progress, now);
    if (this.isTerminal) this.draw(progressLine(progress, left, (this.output.columns || USUAL_WIDTH) - 1));
    else {
      const isOther = progress.list !== this.line.list;
      if (now - this.line.at < (isOther ? LIST_LINE_EVERY_MS : LINE_EVERY_MS)) return;
      this.line = { list: progress.list, at: now };
      this.shown = '';
      this.output.write(`${progressWords(progress, left)}\n`);
    }
  }

  /** A line that stays. The same twice in a row is told once. */
  note(text: string): void {
    if (text === this.shown) return;
    this.clear();
    this.shown = text;
    this.output.write(`${text}\n`);
  }

  /** Leaves the line to others. */
  clear(): void {
    if (this.isTerminal) this.output.write(ANEW);
  }

  private draw(text: string): void {
    this.shown = '';
    this.output.write(`${ANEW}${text}`);
  }
}

function pauseWords({ resumeAt, trouble }: Job, now: number): string {
  const when = resumeAt ? ` and goes on at ${[clock(resumeAt), until(resumeAt, now)].join(' ').trim()}` : '';
  const why = trouble ? `: ${trouble.detail} ${trouble.remedy}` : '.';
  return `It waits${when}${why}`;
}
