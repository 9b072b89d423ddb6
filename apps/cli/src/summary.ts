import type { Backup } from './backup.js';
import { duration, listTitle, size, whole } from './figures.js';
import type { Job } from './job.js';
import { PROGRAM } from './program.js';
import { table } from './table.js';

/** More are not read by anybody; the service has them all. */
const MOST_LINES = 50;

const BAD_FILES = [`Its files are not what they should be. Make another one: ${PROGRAM} backup.`];

/** What has become of a backup. @param title what its lists are called */
export function summary(backup: Backup, title: (list: string) => string = listTitle): string[] {
  const { name, id, startedAt, finishedAt, bytes, counts } = backup;
  const took = startedAt && finishedAt ? `in ${duration(finishedAt.getTime() - startedAt.getTime())}` : null;
  const facts = [took, bytes === null ? null : size(bytes)].filter((fact) => fact !== null);
  return [
    `${name} is ${stateWords(backup)}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}. Its id: ${id}`,
    ...indent(
      table(
        [...counts].map(([list, count]) => [title(list), whole(count)]),
        [1],
      ),
    ),
    ...omissionLines(backup),
    ...findingLines(backup),
    ...(backup.state === 'failed' && backup.trouble === null ? BAD_FILES : troubleLines(backup)),
  ];
}

export function stateWords({ state }: Pick<Job, 'state'>): string {
  return state.replaceAll('_', ' ');
}

/** Faults of its files. */
export function findingLines({ findings }: Backup): string[] {
  if (findings.length === 0) return [];
  return [
    `Found wrong: ${findings.length}`,
    ...some(findings, MOST_LINES, findings.length, ({ file, what }) => `${file}: ${what}`),
  ];
}

/** Why it waits, or has failed. */
export function troubleLines({ trouble }: Pick<Job, 'trouble'>): string[] {
  return trouble ? [trouble.detail, trouble.remedy] : [];
}

function omissionLines({ omissions }: Backup): string[] {
  if (omissions.length === 0) return [];
  return [
    `Not in it: ${omissions.length}`,
    ...some(omissions, MOST_LINES, omissions.length, ({ what, reason, remedy }) =>
      [`${what}: ${reason}`, ...(remedy === null ? [] : [remedy])].join(' '),
    ),
  ];
}

/** The first of them, a line each, and how many more there are. */
export function some<Item>(
  items: readonly Item[],
  most: number,
  count: number,
  line: (item: Item) => string,
): string[] {
  const named = items.slice(0, most);
  const rest = count - named.length;
  return indent([...named.map(line), ...(rest > 0 ? [`… and ${whole(rest)} more`] : [])]);
}

export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
