import { type Command, say } from '../command.js';
import { cancelled, restoreMeant } from '../known-restores.js';
import { tallyWords } from '../restore-lines.js';

export const cancel: Command = {
  name: 'cancel',
  takes: ['restore'],
  about: 'Ends a restore that is under way; what it has put in stays.',
  options: [],
  async run({ words }, { service, output }) {
    const { id } = await restoreMeant(service, words[0]);
    const ended = await cancelled(service, id);
    say(
      output,
      `The restore of ${ended.backupName} is cancelled: ${tallyWords(ended)}.`,
      'What it has put in stays. Restoring the backup again puts in the rest.',
    );
    return 0;
  },
};
