import { type Command, type Surroundings, say } from '../command.js';
import { FAILED, INTERRUPTED } from '../fault.js';
import { isMade } from '../job.js';
import { OF_PROVIDER, backupMeant } from '../known-backups.js';
import { type Wish, begunRestore, planned } from '../known-restores.js';
import { expectId } from '../playlist-list.js';
import { PROGRAM } from '../program.js';
import { parseRestore } from '../restore.js';
import { hasWork, planLines, restoreLines } from '../restore-lines.js';
import { wait } from '../wait.js';

export const restore: Command = {
  name: 'restore',
  takes: ['backup'],
  about: 'Puts back what a backup has and the library lacks; shows first what that is, and asks.',
  options: [
    OF_PROVIDER,
    {
      name: 'list',
      takes: 'list',
      isRepeatable: true,
      about: 'a part, for example tracks, playlists, or playlist: and an id; more than one may be given',
    },
    { name: 'remove-others', takes: null, about: 'also takes out what the backup has not' },
    { name: 'into-other-account', takes: null, about: 'although another account is linked than that of the backup' },
    { name: 'dry-run', takes: null, about: 'shows what would be done, and no more' },
    { name: 'yes', takes: null, about: 'goes on without asking' },
    { name: 'no-wait', takes: null, about: 'begins, and leaves the rest to the service' },
  ],
  async run(call, surroundings) {
    const { options, repeated } = call;
    const { service, output, notes, isTerminal } = surroundings;
    const lists = repeated.get('list') ?? [];
    lists.forEach(expectId);
    const { id: backupId } = await backupMeant(service, call);
    const wish: Wish = {
      lists,
      removeOthers: options.has('remove-others'),
      intoOtherAccount: options.has('into-other-account'),
    };
    if (isTerminal) say(notes, 'Comparing the backup with what is there …');
    const plan = await planned(service, backupId, wish);
    say(output, ...planLines(plan));
    if (!plan.parts.some(hasWork)) {
      say(output, 'There is nothing to put back.');
      return 0;
    }
    if (options.has('dry-run') || !(options.has('yes') || (await agrees(surroundings)))) return 0;
    const one = await begunRestore(service, backupId, wish);
    const seeHow = [`${PROGRAM} restores tells how it gets on.`, `To end it: ${PROGRAM} cancel ${one.id}`];
    say(output, `The restore of ${one.backupName} begins.`);
    if (options.has('no-wait')) {
      say(output, `It goes on in the service: ${seeHow.join('\n')}`);
      return 0;
    }
    const ended = await wait({ noun: 'restore', parse: parseRestore }, one, seeHow, surroundings);
    if (ended === null) return INTERRUPTED;
    say(output, ...restoreLines(ended));
    return isMade(ended) ? 0 : FAILED;
  },
};

/** Where nobody can be asked nothing is begun. */
async function agrees({ ask, output }: Surroundings): Promise<boolean> {
  if (ask === null) {
    say(output, 'Nothing is put back yet: add --yes if that is what you want.');
    return false;
  }
  const answer = await ask('Put it back? [y/N] ');
  if (/^y(?:es)?$/i.test(answer.trim())) return true;
  say(output, 'Nothing is put back.');
  return false;
}
