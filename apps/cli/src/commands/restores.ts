import { idLength } from '../backup-named.js';
import { type Command, say } from '../command.js';
import { clock, whole } from '../figures.js';
import { knownRestores } from '../known-restores.js';
import { stateLine } from '../progress-line.js';
import { table } from '../table.js';

const HEAD = ['ID', 'BACKUP', 'STATE', 'BEGUN', 'ADDED', 'REMOVED', 'MOVED', 'NOT POSSIBLE'];

export const restores: Command = {
  name: 'restores',
  takes: [],
  about: 'Lists the restores, the latest first, and how they get on.',
  options: [],
  async run(_, { service, output }) {
    const items = await knownRestores(service);
    if (items.length === 0) say(output, 'Nothing was restored yet.');
    else {
      const length = idLength(items);
      const rows = items.map((one) => [
        one.id.slice(0, length),
        one.backupName,
        stateLine(one),
        clock(one.createdAt),
        ...[one.added, one.removed, one.moved, one.cannot].map(whole),
      ]);
      say(output, ...table([HEAD, ...rows], [4, 5, 6, 7]));
    }
    return 0;
  },
};
