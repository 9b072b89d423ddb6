import type { Backup } from '../backup.js';
import { idLength } from '../backup-named.js';
import { type Command, say } from '../command.js';
import { clock, size, until } from '../figures.js';
import { isMade } from '../job.js';
import { knownBackups } from '../known-backups.js';
import { stateLine } from '../progress-line.js';
import { table } from '../table.js';

export const backups: Command = {
  name: 'backups',
  takes: [],
  about: 'Lists the backups, the latest first, and when the next one is made.',
  options: [],
  async run(_, { service, output, now }) {
    const { items, nextAt, alert } = await knownBackups(service);
    if (items.length === 0) say(output, 'There is no backup yet. Make one: npm run tonearm -- backup.');
    else {
      const length = idLength(items);
      const rows = items.map((one) => [
        one.id.slice(0, length),
        one.name,
        standing(one),
        clock(one.createdAt),
        one.bytes === null ? '' : size(one.bytes),
      ]);
      say(output, ...table([['ID', 'NAME', 'STATE', 'BEGUN', 'SIZE'], ...rows], [4]));
    }
    say(
      output,
      nextAt === null
        ? 'There is no schedule: BACKUP_CRON sets one.'
        : `The next one is made at ${[clock(nextAt), until(nextAt, now())].join(' ').trim()}.`,
    );
    if (alert !== null) say(output, `Attention: ${alert}`);
    return 0;
  },
};

function standing(one: Backup): string {
  const { omissions } = one;
  return isMade(one) && omissions.length > 0 ? `${stateLine(one)} (${omissions.length})` : stateLine(one);
}
