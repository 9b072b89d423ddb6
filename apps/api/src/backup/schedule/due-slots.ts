import { CronTime } from 'cron';

const MINUTE_MS = 60_000;
const AHEAD_MS = 15 * MINUTE_MS;
/** Nowhere is a clock put back by more. */
const LONGEST_TURN_MS = 120 * MINUTE_MS;
/** As many that were due are counted one by one; beyond that the number tells nobody more. */
const MOST_COUNTED = 50;
/** Room for what `/health` and the owner ask again and again. */
const MOST_KNOWN = 500;

/** What of a schedule was not kept. */
export interface Missed {
  /** How many were due, to begin a sentence with. */
  count: string;
  /** When the last was made, or when the schedule began, whichever is later. */
  since: Date;
}

/**
 * The moments at which a schedule is due, whole minutes all of them. Finding the next one takes milliseconds: nothing here
 * takes more steps the longer nobody has looked.
 */
export class DueSlots {
  /** The next slot by the minute before it. */
  private readonly known = new Map<number, Date>();
  private readonly time: CronTime;

  /**
   * @param cron five fields
   * @param timezone an IANA name, in which hours and days are counted
   */
  constructor(
    cron: string,
    private readonly timezone: string,
  ) {
    this.time = new CronTime(cron, timezone);
  }

  next(after: Date): Date {
    const minute = Math.floor(after.getTime() / MINUTE_MS) * MINUTE_MS;
    const known = this.known.get(minute);
    if (known) return known;
    // Where an hour, or half of one, comes twice in autumn, what comes next is at times sought in the first of them.
    let [next, from] = [this.find(minute), minute];
    while (next.getTime() <= minute) next = this.find((from += AHEAD_MS));
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    this.known.set(minute, next);
    return next;
  }

  /** The latest one after a moment, up to now; null when none was due. */
  last(after: Date, now: Date): Date | null {
    let last = this.next(after);
    if (last > now) return null;
    // None was due between this and now.
    let end = now.getTime();
    while (end - last.getTime() >= MINUTE_MS) {
      const middle = (last.getTime() + end) / 2;
      const next = this.next(new Date(middle));
      if (next <= now) last = next;
      else end = middle;
    }
    return last;
  }

  /** Just before the slot for which something was begun; when that was if none was due since the schedule began. */
  before(begun: Date, began: Date): Date {
    const slot = this.last(began, begun);
    return slot ? new Date(slot.getTime() - MINUTE_MS) : begun;
  }

  /** How many were due after a moment, up to now; no more than so many. */
  count(after: Date, now: Date, most: number): number {
    let count = 0;
    for (let at = this.next(after); at <= now && count < most; at = this.next(at)) count += 1;
    return count;
  }

  /** The same to begin a sentence with. */
  many(after: Date, now: Date): string {
    const count = this.count(after, now, MOST_COUNTED + 1);
    return count > MOST_COUNTED ? `More than ${MOST_COUNTED}` : String(count);
  }

  /**
   * What was due and not made; null when nothing was, or just the one that may be under way.
   *
   * @param made when the last one was made
   * @param began when the schedule began: what was due before nobody has missed
   */
  missed(made: Date, began: Date, now: Date): Missed | null {
    const since = made > began ? made : began;
    return this.count(since, now, 2) < 2 ? null : { count: this.many(since, now), since };
  }

  /** What comes twice because the clock goes back is due the first time alone. */
  private find(from: number): Date {
    const next = this.nextFrom(from);
    const offsetAt = (at: number): number => next.plus({ milliseconds: at - next.toMillis() }).offset;
    let [before, turn] = [from - LONGEST_TURN_MS, next.toMillis()];
    const back = offsetAt(before) - next.offset;
    if (back <= 0) return next.toJSDate();
    while (turn - before > MINUTE_MS) {
      const middle = Math.round((before + turn) / 2 / MINUTE_MS) * MINUTE_MS;
      if (offsetAt(middle) > next.offset) before = middle;
      else turn = middle;
    }
    const end = turn + back * MINUTE_MS;
    return (from >= end ? next : this.nextFrom(end - MINUTE_MS)).toJSDate();
  }

  /** Of a date alone it would be sought in the time zone of the machine. */
  private nextFrom(from: number): ReturnType<CronTime['getNextDateFrom']> {
    return this.time.getNextDateFrom(new Date(from), this.timezone);
  }
}
