import { type Command, say } from '../command.js';
import { FAILED } from '../fault.js';
import { isMade } from '../job.js';
import { OF_PROVIDER, backupMeant, verified } from '../known-backups.js';
import { PROGRAM } from '../program.js';
import { findingLines, stateWords } from '../summary.js';

export const verify: Command = {
  name: 'verify',
  takes: ['backup'],
  about: 'Looks through the files of a backup: checksums, counts, nothing twice, nothing missing.',
  options: [OF_PROVIDER],
  async run(call, { service, output }) {
    const { id } = await backupMeant(service, call);
    const looked = await verified(service, id);
    const isWhole = isMade(looked) && looked.findings.length === 0;
    say(output, `${looked.name} is ${stateWords(looked)}.${isWhole ? ' Nothing is wrong with its files.' : ''}`);
    if (isWhole) return 0;
    say(output, ...findingLines(looked), `Use another backup, or make one: ${PROGRAM} backup.`);
    return FAILED;
  },
};
