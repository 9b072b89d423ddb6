import type { Progress } from './job.js';

interface Seen {
  first: { done: number; at: number };
  last: { done: number; at: number };
}

/** Less says nothing. */
const ENOUGH_MS = 1_000;

/** How fast lists are read. */
export class Pace {
  private readonly lists = new Map<string, Seen>();

  note({ list, done }: Progress, at: number): void {
    const seen = this.lists.get(list);
    // A list that changes while it is read begins anew, and of pages that are read side by side a later one may tell first.
    if (!seen || done < seen.last.done) this.lists.set(list, { first: { done, at }, last: { done, at } });
    else seen.last = { done, at };
  }

  /** A pause is not how fast they are read. */
  forget(): void {
    this.lists.clear();
  }

  /** Milliseconds until the list is read; null while that cannot be said. */
  left({ list, total }: Progress, now: number): number | null {
    const seen = this.lists.get(list);
    if (!seen || total === null) return null;
    const { first, last } = seen;
    const read = last.done - first.done;
    if (read <= 0 || last.at - first.at < ENOUGH_MS) return null;
    const whole = ((total - last.done) * (last.at - first.at)) / read;
    return Math.max(0, whole - (now - last.at));
  }
}
