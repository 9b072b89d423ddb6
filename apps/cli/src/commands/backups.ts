import type { Backup } from '../backup.js';
import { detailLines, hasPlaylists, playlistLines } from '../backup-details.js';
import { idLength, ofProvider } from '../backup-named.js';
import { type Command, type Surroundings, say } from '../command.js';
import { clock, size, until } from '../figures.js';
import { isMade } from '../job.js';
import { OF_PROVIDER, backupMeant, knownBackups, playlistsOf } from '../known-backups.js';
import { PROGRAM } from '../program.js';
import { stateLine } from '../progress-line.js';
import { table } from '../table.js';

export const backups: Command = {
  name: 'backups',
  takes: [],
  mayTake: ['backup'],
  about: 'Lists the backups, the latest first, and when the next one is made; or tells all about one.',
  options: [{ ...OF_PROVIDER, about: 'lists those of one alone, or says whose backup latest is' }],
  async run(call, surroundings) {
    if (call.words.length > 0) await tellOf(await backupMeant(surroundings.service, call), surroundings);
    else await list(call.options.get(OF_PROVIDER.name), surroundings);
    return 0;
  },
};

async function tellOf(one: Backup, { service, output }: Surroundings): Promise<void> {
  say(output, ...detailLines(one));
  if (hasPlaylists(one)) say(output, ...playlistLines(await playlistsOf(service, one)));
}

async function list(provider: string | undefined, { service, output, now }: Surroundings): Promise<void> {
  const { items: all, nextAt, alert } = await knownBackups(service);
  const items = ofProvider(all, provider);
  if (items.length === 0) say(output, `There is no backup yet. Make one: ${PROGRAM} backup.`);
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
}

function standing(one: Backup): string {
  const { omissions } = one;
  return isMade(one) && omissions.length > 0 ? `${stateLine(one)} (${omissions.length})` : stateLine(one);
}
