/** How many backups are kept of each kind. */
export interface Keep {
  daily: number;
  weekly: number;
  monthly: number;
}

/** Reads `daily=7,weekly=4,monthly=12`; a kind that is not named counts 0. */
export function parseKeep(setting: string): Keep {
  const said = new Map(
    setting.split(',').map((part): [string, number] => [part.split('=')[0] ?? '', Number(part.split('=')[1])]),
  );
  return { daily: said.get('daily') ?? 0, weekly: said.get('weekly') ?? 0, monthly: said.get('monthly') ?? 0 };
}

/**
 * Which backups are not kept any more: the newest of each of the last so many days, weeks and months that have one stays,
 * and the newest of all in any case.
 *
 * @param backups all that are made, in any order
 * @param timezone an IANA name, in which days begin
 */
export function superfluous<T extends { createdAt: Date }>(backups: readonly T[], keep: Keep, timezone: string): T[] {
  const newestFirst = backups.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' });
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
  return newestFirst.filter((backup) => !kept.has(backup));
}

/** The first day of its week. @param date as in 2026-11-21 */
function mondayOf(date: string): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7));
  return at.toISOString().slice(0, 10);
}
