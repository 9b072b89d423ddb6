import { duration, whole } from './figures.js';
import type { Part, Plan, Restore } from './restore.js';
import { indent, some, stateWords, troubleLines } from './summary.js';

/** More are not read by anybody; the service has them all. */
const MOST_LINES = 50;

/** How the same is told before and afterwards. */
interface Tense {
  add: string;
  remove: string;
  move: string;
  misplaced: string;
  cannot: string;
  create: string;
  follow: string;
}

const BEFORE: Tense = {
  add: 'to add',
  remove: 'to remove',
  move: 'to move',
  misplaced: 'misplaced afterwards',
  cannot: 'not possible',
  create: 'to be made anew',
  follow: 'to be followed again',
};
const AFTERWARDS: Tense = {
  add: 'added',
  remove: 'removed',
  move: 'moved',
  misplaced: 'misplaced',
  cannot: 'not possible',
  create: 'made anew',
  follow: 'followed again',
};

/** What a restore would do, list by list and playlist by playlist, and all of it together. */
export function planLines({ backupName, provider, account, parts }: Plan): string[] {
  const idle = parts.filter((part) => !hasWork(part) && part.cannotCount === 0);
  return [
    `${backupName}, into the library of ${account} (${provider}):`,
    ...parts.flatMap((part) => partLines(part, BEFORE, part.examples)),
    ...idleLines(idle),
    `In all: ${totals(parts)}.`,
  ];
}

/** Whether there is anything to put in, to take out or to move. */
export function hasWork({ add, remove, move, action }: Pick<Part, 'add' | 'remove' | 'move' | 'action'>): boolean {
  return add + remove + move > 0 || action === 'create' || action === 'follow';
}

/** What has become of a restore that has ended. */
export function restoreLines(restore: Restore): string[] {
  const { id, backupName, startedAt, finishedAt, parts } = restore;
  const took = startedAt && finishedAt ? ` (in ${duration(finishedAt.getTime() - startedAt.getTime())})` : '';
  return [
    `The restore of ${backupName} is ${stateWords(restore)}${took}: ${tallyWords(restore)}. Its id: ${id}`,
    ...parts.flatMap((part) => partLines(part, AFTERWARDS, [])),
    ...troubleLines(restore),
  ];
}

/** What has come of one that its owner has ended. */
export function cancelledLines(restore: Restore): string[] {
  return [
    `The restore of ${restore.backupName} is cancelled: ${tallyWords(restore)}.`,
    ...troubleLines(restore),
    'What it has put in stays. Restoring the backup again puts in the rest.',
  ];
}

function tallyWords({ added, removed, moved, cannot }: Restore): string {
  return [
    `${whole(added)} added`,
    `${whole(removed)} removed`,
    ...(moved > 0 ? [`${whole(moved)} moved`] : []),
    `${whole(cannot)} not possible`,
  ].join(', ');
}

function partLines(part: Part, tense: Tense, examples: readonly string[]): string[] {
  const { title, action, add, remove, move, misplaced, cannot, cannotCount } = part;
  if (!hasWork(part) && cannotCount === 0) return [];
  const words = [
    ...(action === 'create' ? [tense.create] : []),
    ...(action === 'follow' ? [tense.follow] : add > 0 ? [`${whole(add)} ${tense.add}`] : []),
    ...(remove > 0 ? [`${whole(remove)} ${tense.remove}`] : []),
    ...(move > 0 ? [`${whole(move)} ${tense.move}`] : []),
    ...(misplaced > 0 ? [`${whole(misplaced)} ${tense.misplaced}`] : []),
    ...(cannotCount > 0 ? [`${whole(cannotCount)} ${tense.cannot}`] : []),
  ];
  return [
    `${title}: ${words.join(', ')}`,
    ...(examples.length === 0 ? [] : some(examples, MOST_LINES, add, (name) => `+ ${name}`)),
    ...some(cannot, MOST_LINES, cannotCount, ({ what, reason }) => `! ${what}: ${reason}`),
  ];
}

/** Playlists can be many, and are only counted. */
function idleLines(idle: readonly Part[]): string[] {
  const lists = idle.filter(({ action }) => action === null).map(({ title }) => title);
  const playlists = idle.length - lists.length;
  const named = [
    ...lists,
    ...(playlists > 0 ? [`${whole(playlists)} ${playlists === 1 ? 'playlist' : 'playlists'}`] : []),
  ];
  return named.length === 0 ? [] : ['Nothing lacks of:', ...indent([named.join(', ')])];
}

function totals(parts: readonly Part[]): string {
  const sum = (of: (part: Part) => number): string => whole(parts.reduce((all, part) => all + of(part), 0));
  return [
    `${sum(({ add }) => add)} ${BEFORE.add}`,
    `${sum(({ remove }) => remove)} ${BEFORE.remove}`,
    `${sum(({ move }) => move)} ${BEFORE.move}`,
    `${sum(({ misplaced }) => misplaced)} ${BEFORE.misplaced}`,
    `${sum(({ cannotCount }) => cannotCount)} ${BEFORE.cannot}`,
  ].join(', ');
}
