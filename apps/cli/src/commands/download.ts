import { join, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Backup } from '../backup.js';
import { type Command, type Surroundings, say } from '../command.js';
import { Fault, wrongUsage } from '../fault.js';
import { size } from '../figures.js';
import { OF_PROVIDER, backupMeant } from '../known-backups.js';
import { didYouMean } from '../nearest.js';
import { PLAYLIST, expectId } from '../playlist-list.js';
import { PROGRAM } from '../program.js';
import { fileAt, isFolder, isThere, writeBeside } from '../write-beside.js';

const FORMATS = ['archive', 'json', 'csv', 'transfer'];
const EXTENSIONS: Readonly<Record<string, string>> = { archive: 'tar.gz', transfer: 'csv' };
const STANDARD_OUTPUT = '-';

export const download: Command = {
  name: 'download',
  takes: ['backup'],
  about: 'Fetches a backup as one file, or one of its lists.',
  options: [
    OF_PROVIDER,
    {
      name: 'format',
      takes: 'format',
      values: FORMATS,
      about: 'archive (a .tar.gz, unless given), json, csv, or transfer: one CSV for a move to another service',
    },
    { name: 'list', takes: 'list', about: 'one list, for example tracks, or playlist: and an id; csv needs it' },
    { name: 'out', takes: 'file', about: 'where to, a file or a folder; a hyphen for the standard output' },
    { name: 'force', takes: null, about: 'overwrites a file that is there' },
  ],
  async run(call, surroundings) {
    const { options } = call;
    const { service, folder, notes } = surroundings;
    const [format, list, out] = [options.get('format') ?? 'archive', options.get('list'), options.get('out')];
    checkTogether(format, list, out === STANDARD_OUTPUT && surroundings.output.isTTY === true);
    const isForced = options.has('force');
    const wished = out === undefined || out === STANDARD_OUTPUT ? folder : resolve(folder, out);
    const goesInto = isFolder(wished);
    // Resolving takes the last sign away by which a folder is meant.
    if (!goesInto) fileAt(out?.endsWith(sep) === true ? wished + sep : wished);
    if (!goesInto && !isForced) refuseToOverwrite(wished);
    const one = await backupMeant(service, call);
    if (list !== undefined) checkList(one, list);
    const query = new URLSearchParams({ format, ...(list === undefined ? {} : { list }) });
    const answer = await service.openSlowly(`/admin/backups/${one.id}/download?${query.toString()}`, '*/*');
    if (out === STANDARD_OUTPUT) {
      await toOutput(answer, surroundings);
      tellLeftOut(answer, surroundings);
      return 0;
    }
    const path = goesInto ? join(wished, fileName(answer, one, format)) : wished;
    const bytes = await toFile(answer, path, isForced, surroundings);
    say(notes, `${path} (${size(bytes)})`);
    tellLeftOut(answer, surroundings);
    return 0;
  },
};

/** A file for another service has not all. */
function tellLeftOut({ headers }: Response, { notes }: Surroundings): void {
  const [count = '0'] = /^\d{1,15}$/.exec(headers.get('tonearm-left-out') ?? '') ?? [];
  if (Number(count) === 0) return;
  say(
    notes,
    `${count} ${count === '1' ? 'entry has' : 'entries have'} no place in it: podcasts, books, what has no name.`,
  );
}

function checkTogether(format: string, list: string | undefined, isToTerminal: boolean): void {
  if (format === 'csv' && list === undefined) {
    throw wrongUsage('CSV is of one list.', 'Name it, for example --list tracks.');
  }
  if (list !== undefined) expectId(list);
  if (format === 'archive' && list !== undefined) {
    throw wrongUsage('An archive holds all lists.', 'With --list write --format json, csv or transfer.');
  }
  if (format === 'archive' && isToTerminal) {
    throw wrongUsage('An archive is nothing for a terminal.', 'Send it to a file or to another program.');
  }
}

/** The service would refuse it too, and not know what it has instead. */
function checkList({ name, counts }: Backup, list: string): void {
  if (counts.size === 0 || counts.has(list) || list.startsWith(PLAYLIST)) return;
  const known = [...counts.keys()];
  throw new Fault(
    `${name} has no list ${JSON.stringify(list.slice(0, 80))}.${didYouMean(list, known)}`,
    `It has ${known.join(', ')}; one playlist is ${PLAYLIST} and its id, which ${PROGRAM} backups ${name} tells.`,
  );
}

function refuseToOverwrite(path: string): void {
  if (isThere(path)) throw new Fault(`${path} is there already.`, 'Name another file with --out, or add --force.');
}

/** As the service calls it; never with a folder in it. */
function fileName({ headers }: Response, { name }: Backup, format: string): string {
  const [, given] = /filename="([A-Za-z0-9_][\w.-]{0,199})"/.exec(headers.get('content-disposition') ?? '') ?? [];
  return given ?? `${name.replaceAll(/[^\w-]/g, '_')}.${EXTENSIONS[format] ?? format}`;
}

async function toOutput(answer: Response, { service, output, interrupted }: Surroundings): Promise<void> {
  try {
    await pipeline(contentOf(answer), output, { end: false, signal: interrupted });
  } catch (error) {
    throw interrupted.aborted ? error : service.brokenOff(error);
  }
}

async function toFile(answer: Response, path: string, isForced: boolean, around: Surroundings): Promise<number> {
  const { service, interrupted } = around;
  return writeBeside(path, contentOf(answer), {
    signal: interrupted,
    brokenOff: (error) => service.brokenOff(error),
    refuse: () => {
      if (!isForced) refuseToOverwrite(path);
    },
  });
}

function contentOf({ body }: Response): Readable {
  return body === null ? Readable.from([]) : Readable.fromWeb(body);
}
