import type { Backup } from '../backup.js';
import { LATEST, backupNamed } from '../backup-named.js';
import type { Call } from '../arguments.js';
import { type Command, say } from '../command.js';
import { listTitle, whole } from '../figures.js';
import { OF_PROVIDER, knownBackups } from '../known-backups.js';
import { type Account, type Entry, type Group, type LibraryDiff, type ListDiff, parseDiff } from '../library-diff.js';
import { some } from '../summary.js';

const MOST_LINES = 100;
const PLAYLISTS = 'playlists';
const SINCE = 'since';

export const diff: Command = {
  name: 'diff',
  takes: ['backup', 'other'],
  about: 'Tells what became of a library from the earlier to the later of two backups, or since a day.',
  options: [
    {
      name: SINCE,
      takes: 'date',
      replacesWords: true,
      about: 'from the last backup before it to the latest, for example 2026-10-01 or 2026-10-01T12:00:00Z',
    },
    {
      ...OF_PROVIDER,
      about: `whose backup latest is, and with --${SINCE} whose library; the latest of all unless given`,
    },
  ],
  async run(call, { service, output }) {
    const { items } = await knownBackups(service);
    const path = pathOf(call, items);
    const found = parseDiff(await service.getSlowly(path));
    if (found === null) throw service.strange(path);
    const two = items.filter(({ name }) => name === found.from || name === found.to);
    say(
      output,
      ...headLines(found),
      ...diffLines(found, { hasPlaylists: two.some(({ counts }) => counts.has(PLAYLISTS)) }),
    );
    return 0;
  },
};

/** Since a day it is the library of which the latest backup is. @throws Fault */
function pathOf({ words, options }: Call, items: readonly Backup[]): string {
  const [since, provider] = [options.get(SINCE), options.get(OF_PROVIDER.name)];
  if (since === undefined) {
    return `/admin/backups/${words.map((reference) => backupNamed(items, reference, provider).id).join('/diff/')}`;
  }
  const query = new URLSearchParams({ since, provider: backupNamed(items, LATEST, provider).provider });
  return `/admin/backups/changes?${query.toString()}`;
}

/** Which two are compared: of two accounts nearly everything is another, and nobody has taken it away. */
export function headLines({ from, to, accounts }: Pick<LibraryDiff, 'from' | 'to' | 'accounts'>): string[] {
  const isOfTwo = accounts !== null && accounts.from.id !== accounts.to.id;
  return [
    `From ${from} to ${to}`,
    ...(isOfTwo
      ? [`These are backups of two accounts: ${accountWords(accounts.from)}, then ${accountWords(accounts.to)}.`]
      : []),
  ];
}

/** Two may have one name. */
function accountWords({ id, name }: Account): string {
  return name === id || name === '' ? id : `${name} (${id})`;
}

/** Nothing but what has changed, or that nothing has. @param hasPlaylists whether one of the two backups has any */
export function diffLines(
  { lists, notInEarlier, notInLater, playlists, mayLack }: LibraryDiff,
  { hasPlaylists }: { hasPlaylists: boolean },
): string[] {
  const changed = [
    ...lists.flatMap(([name, list]) => listLines(listTitle(name), list)),
    ...notInEarlier.map((name) => `${listTitle(name)}: only the later one has this list, so nothing can be said.`),
    ...notInLater.map((name) => `${listTitle(name)}: only the earlier one has this list, so nothing can be said.`),
  ];
  if (playlists === null) {
    if (hasPlaylists) changed.push(`${PLAYLISTS}: one of them has none, so nothing can be said.`);
  } else {
    const { added, removed, renamed, unread } = playlists;
    changed.push(
      ...heading(PLAYLISTS, { added, removed, renamed }),
      ...groupLines(added, ({ name }) => `+ ${name}`),
      ...groupLines(removed, ({ name }) => `- ${name}`),
      ...groupLines(renamed, ({ name, was }) => `~ ${name} (was ${was})`),
      ...playlists.changed.items.flatMap((playlist) => listLines(`playlist “${playlist.name}”`, playlist)),
      ...more(playlists.changed, 'playlists have changed'),
      ...(unread.count > 0 ? ['playlists that one of them could not read, so nothing can be said:'] : []),
      ...groupLines(unread, ({ name }) => name),
    );
  }
  changed.push(
    ...mayLack.map(({ what, isLater, reason }) => `${what}, in the ${isLater ? 'later' : 'earlier'} one: ${reason}`),
  );
  return changed.length === 0 ? ['Nothing has changed.'] : changed;
}

function listLines(title: string, list: ListDiff): string[] {
  const { added, removed, moved, renamed } = list;
  return [
    ...heading(title, { added, removed, moved, renamed }),
    ...groupLines(added, (entry) => `+ ${entryWords(entry)}`),
    ...groupLines(removed, (entry) => `- ${entryWords(entry)}`),
    ...groupLines(moved, (entry) => `> ${entryWords(entry)} (from ${entry.from} to ${entry.position})`),
    ...groupLines(renamed, (entry) => `~ ${entryWords(entry)} (was ${entryWords(entry.was)})`),
  ];
}

function heading(title: string, groups: Readonly<Record<string, Group<unknown>>>): string[] {
  const counts = Object.entries(groups).flatMap(([what, { count }]) => (count > 0 ? [`${whole(count)} ${what}`] : []));
  return counts.length === 0 ? [] : [`${title}: ${counts.join(', ')}`];
}

function groupLines<Item>({ items, count }: Group<Item>, line: (item: Item) => string): string[] {
  return some(items, MOST_LINES, count, line);
}

function more({ items, count }: Group<unknown>, what: string): string[] {
  return count > items.length ? [`… and ${whole(count - items.length)} more ${what}`] : [];
}

function entryWords({ name, artists }: Entry): string {
  return [name === '' ? '(without a name)' : name, ...(artists.length > 0 ? [artists.join(', ')] : [])].join(' – ');
}
