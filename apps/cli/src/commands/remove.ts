import { type Command, say } from '../command.js';
import { wrongUsage } from '../fault.js';
import { OF_PROVIDER, backupMeant } from '../known-backups.js';

export const remove: Command = {
  name: 'remove',
  takes: ['backup'],
  about: 'Takes a backup away, its files too; one that is under way ends.',
  options: [
    OF_PROVIDER,
    { name: 'gone', takes: null, about: 'takes it off the list when the disk with its files is lost' },
    { name: 'yes', takes: null, about: 'has to be there: nothing brings a backup back' },
  ],
  async run(call, { service, output }) {
    const { id, name } = await backupMeant(service, call);
    if (!call.options.has('yes')) {
      throw wrongUsage(`This would take ${name} away for good.`, 'Add --yes if that is what you want.');
    }
    await service.remove(`/admin/backups/${id}${call.options.has('gone') ? '?gone=true' : ''}`);
    say(output, `${name} is gone.`);
    return 0;
  },
};
