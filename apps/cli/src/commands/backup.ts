import { type Backup, isMade } from '../backup.js';
import { type Command, type Surroundings, say } from '../command.js';
import { FAILED, INTERRUPTED } from '../fault.js';
import { clock } from '../figures.js';
import { follow } from '../follow.js';
import { begun } from '../known-backups.js';
import { ProgressView } from '../progress-view.js';
import { summary } from '../summary.js';

const SEE_LIST = 'npm run tonearm -- backups tells how it gets on.';

export const backup: Command = {
  name: 'backup',
  takes: [],
  about: 'Backs a library up, and shows how that gets on.',
  options: [
    { name: 'provider', takes: 'provider', about: 'whose library; that of the chosen one unless given' },
    { name: 'no-wait', takes: null, about: 'begins, and leaves the rest to the service' },
  ],
  async run({ options }, surroundings) {
    const { service, output } = surroundings;
    const one = await begun(service, options.get('provider'));
    say(output, beginning(one));
    if (options.has('no-wait')) {
      say(output, `It goes on in the service: ${SEE_LIST}`);
      return 0;
    }
    const ended = await wait(one, surroundings);
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

/** Null when Ctrl-C has ended the wait. */
async function wait({ id }: Backup, surroundings: Surroundings): Promise<Backup | null> {
  const { service, output, isTerminal, now, pause, interrupted } = surroundings;
  const view = new ProgressView(output, isTerminal, now);
  let last: Backup | null = null;
  try {
    for await (const news of follow(service, id, { pause, now })) {
      if ('lost' in news) view.note(`${news.lost.message} It is tried again for a minute.`);
      else {
        last = news.backup;
        view.show(last);
      }
    }
  } catch (error) {
    view.clear();
    if (!interrupted.aborted) throw error;
    say(output, `Not waiting any longer; the backup goes on in the service: ${SEE_LIST}`);
    return null;
  }
  view.clear();
  return last;
}
