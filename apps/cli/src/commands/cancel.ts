import { type Command, say } from '../command.js';
import { cancelled, restoreMeant } from '../known-restores.js';
import { cancelledLines } from '../restore-lines.js';

export const cancel: Command = {
  name: 'cancel',
  takes: ['restore'],
  about: 'Ends a restore that is under way; what it has put in stays.',
  options: [],
  async run({ words }, { service, output }) {
    const { id } = await restoreMeant(service, words[0]);
    say(output, ...cancelledLines(await cancelled(service, id)));
    return 0;
  },
};
