import type { Summary } from '../backup-row.js';

/** How many backups are kept of each kind. */
export interface Keep {
  daily: number;
  weekly: number;
  monthly: number;
}

/** What there is to know of a backup to tell whether it is kept. */
export interface Kept {
  createdAt: Date;
  trigger: string;
  account: { id: string } | null;
  /** With the lists that are in it; null when nobody knows. */
  summary: Pick<Summary, 'counts' | 'lacking'> | null;
}

/** Reads `daily=7,weekly=4,monthly=12`; a kind that is not named counts 0. */
export function parseKeep(setting: string): Keep {
  const said = new Map(
    setting.split(',').map((part): [string, number] => [part.split('=')[0] ?? '', Number(part.split('=')[1])]),
  );
  return { daily: said.get('daily') ?? 0, weekly: said.get('weekly') ?? 0, monthly: said.get('monthly') ?? 0 };
}

/**
 * Which backups are not kept any more, of those that the schedule has made: those made by hand, or found in the folder,
 * neither go nor count. Of each account the newest of each of the last so many days, weeks and months that have one stays,
 * and in any case the newest of all, and of each list the newest that has it (whoever agrees to less loses nothing that is
 * kept) and the newest that has all of it, or else the fullest.
 *
 * @param backups all that are made, in any order
 * @param timezone an IANA name, in which days begin
 */
export function superfluous<T extends Kept>(backups: readonly T[], keep: Keep, timezone: string): T[] {
  const scheduled = backups
    .filter(({ trigger }) => trigger === 'schedule')
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' });
  const kept = new Set<T>();
  for (const id of new Set(scheduled.map(({ account }) => account?.id))) {
    const own = scheduled.filter(({ account }) => account?.id === id);
    for (const backup of keptOf(own, keep, day)) kept.add(backup);
  }
  return scheduled.filter((backup) => !kept.has(backup));
}

/** @param newestFirst of one account */
function keptOf<T extends Kept>(newestFirst: readonly T[], keep: Keep, day: Intl.DateTimeFormat): Set<T> {
  const kept = new Set(newestFirst.slice(0, 1));
  for (const [count, period] of [
    [keep.daily, (date: string) => date],
    [keep.weekly, mondayOf],
    [keep.monthly, (date: string) => date.slice(0, 7)],
  ] as const) {
    const seen = new Set<string>();
    for (const backup of newestFirst) {
      const name = period(day.format(backup.createdAt));
      if (seen.has(name) || seen.size === count) continue;
      seen.add(name);
      kept.add(backup);
    }
  }
  for (const list of new Set(newestFirst.flatMap(({ summary }) => Object.keys(summary?.counts ?? {})))) {
    for (const backup of holdersOf(list, newestFirst)) kept.add(backup);
  }
  return kept;
}

/** The newest that has a list, and the newest that has all of it, or else the newest of those that have most. */
function holdersOf<T extends Kept>(list: string, newestFirst: readonly T[]): T[] {
  const having = newestFirst.filter(({ summary }) => list in (summary?.counts ?? {}));
  const countOf = ({ summary }: T): number => summary?.counts[list] ?? 0;
  const whole = having.find(({ summary }) => !summary?.lacking.includes(list));
  const fullest = whole ?? having.find((backup) => having.every((other) => countOf(other) <= countOf(backup)));
  return [...having.slice(0, 1), ...(fullest ? [fullest] : [])];
}

/** The first day of its week. @param date as in 2026-11-21 */
function mondayOf(date: string): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7));
  return at.toISOString().slice(0, 10);
}
