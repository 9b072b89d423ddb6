import { type Backup, parseBackup } from '../backup.js';
import { type Command, say } from '../command.js';
import { FAILED, INTERRUPTED } from '../fault.js';
import { clock } from '../figures.js';
import { isMade } from '../job.js';
import { begun } from '../known-backups.js';
import { PROGRAM } from '../program.js';
import { summary } from '../summary.js';
import { wait } from '../wait.js';

const SEE_LIST = `${PROGRAM} backups tells how it gets on.`;

export const backup: Command = {
  name: 'backup',
  takes: [],
  about: 'Backs a library up, and shows how that gets on.',
  options: [
    { name: 'provider', takes: 'provider', about: 'whose library; that of the chosen one unless given' },
    { name: 'full', takes: null, about: 'reads everything anew, also what seems to be as it was' },
    { name: 'new-folder', takes: null, about: 'begins in a folder that has none of the backups that are known' },
    { name: 'no-wait', takes: null, about: 'begins, and leaves the rest to the service' },
  ],
  async run({ options }, surroundings) {
    const { service, output } = surroundings;
    const one = await begun(service, {
      provider: options.get('provider'),
      full: options.has('full'),
      newFolder: options.has('new-folder'),
    });
    say(output, beginning(one));
    if (options.has('no-wait')) {
      say(output, `It goes on in the service: ${SEE_LIST}`);
      return 0;
    }
    const ended = await wait({ noun: 'backup', parse: parseBackup }, one, [SEE_LIST], surroundings);
    if (ended === null) return INTERRUPTED;
    say(output, ...summary(ended));
    return isMade(ended) ? 0 : FAILED;
  },
};

/** The service answers with the one that is under way, if there is one. */
function beginning({ name, state, startedAt, createdAt }: Backup): string {
  return state === 'queued' && startedAt === null
    ? `${name} begins.`
    : `${name} is under way since ${clock(startedAt ?? createdAt)}.`;
}
