import { fieldOf } from '../../field-of.js';

/** Something that a restore cannot do, and why. */
export interface Cannot {
  /** For people. */
  what: string;
  reason: string;
}

export const ACTIONS = ['create', 'fill', 'follow', 'nothing'] as const;
/** What is done with a playlist. */
export type PlaylistAction = (typeof ACTIONS)[number];

/** What there is to do with a list or a playlist, or what was done. */
export interface PartReport {
  /** The name of the list, or `playlist:` and the id that it has in the backup. */
  part: string;
  /** For people. */
  title: string;
  /** Null for a list. */
  action: PlaylistAction | null;
  add: number;
  remove: number;
  /** How many are put elsewhere. */
  move: number;
  /**
   * Of a list, how many of those that are put in come to stand elsewhere than in the backup: how what is there stands is not
   * looked at. Of a playlist, how many of those that are there stand elsewhere and are left there.
   */
  misplaced: number;
  /** The first of those that are to be put in, by name. */
  examples: string[];
  /** The first of them. */
  cannot: Cannot[];
  /** All of them. */
  cannotCount: number;
}

/** What of a part is counted: before, what there is to do, and afterwards what was done. */
export type Figures = Pick<PartReport, 'add' | 'remove' | 'move' | 'misplaced'>;

export const NO_FIGURES: Figures = { add: 0, remove: 0, move: 0, misplaced: 0 };

const MOST_EXAMPLES = 5;
const MOST_NAMED = 50;

export function emptyReport(part: string, title: string, action: PlaylistAction | null): PartReport {
  return { part, title, action, add: 0, remove: 0, move: 0, misplaced: 0, examples: [], cannot: [], cannotCount: 0 };
}

export function sumOf(one: Figures, other: Figures): Figures {
  return {
    add: one.add + other.add,
    remove: one.remove + other.remove,
    move: one.move + other.move,
    misplaced: one.misplaced + other.misplaced,
  };
}

/** All that is put in, taken out and put elsewhere. */
export function sizeOf({ add, remove, move }: Figures): number {
  return add + remove + move;
}

/** What a call does of which nobody knows whether it was done, as a sentence. */
export function unknownOutcome({ add, remove, move }: Figures): string {
  const parts = [
    ...(add > 0 ? [`up to ${add} more may have been put in`] : []),
    ...(remove > 0 ? [`up to ${remove} more may have been taken out`] : []),
    ...(move > 0 ? [`up to ${move} more may have been moved`] : []),
  ];
  const what = parts.length > 0 ? parts.join(', ') : 'a playlist may have been made';
  return `What the last call has done is not known: ${what}.`;
}

export function addExample({ examples }: Pick<PartReport, 'examples'>, name: string): void {
  if (examples.length < MOST_EXAMPLES) examples.push(name);
}

export function addCannot(report: PartReport, cannot: Cannot): void {
  report.cannotCount += 1;
  if (report.cannot.length < MOST_NAMED) report.cannot.push(cannot);
}

/** What this service has written down; null for what another version has, and this one does not understand. */
export function parseReport(value: unknown): PartReport | null {
  const part = fieldOf(value, 'part');
  const title = fieldOf(value, 'title');
  if (typeof part !== 'string' || typeof title !== 'string') return null;
  const action = fieldOf(value, 'action');
  const cannot = fieldOf(value, 'cannot');
  return {
    part,
    title,
    action: ACTIONS.find((known) => known === action) ?? null,
    ...parseFigures(value),
    examples: textsIn(fieldOf(value, 'examples')),
    cannot: (Array.isArray(cannot) ? cannot : []).flatMap((one: unknown): Cannot[] => {
      const [what, reason] = [fieldOf(one, 'what'), fieldOf(one, 'reason')];
      return typeof what === 'string' && typeof reason === 'string' ? [{ what, reason }] : [];
    }),
    cannotCount: count(value, 'cannotCount'),
  };
}

export function parseFigures(value: unknown): Figures {
  return {
    add: count(value, 'add'),
    remove: count(value, 'remove'),
    move: count(value, 'move'),
    misplaced: count(value, 'misplaced'),
  };
}

/** What the owner asked for. */
export interface Wanted {
  /** Names of lists, `playlists`, or `playlist:` and an id. */
  lists: readonly string[];
  removeOthers: boolean;
}

export function parseWanted(value: unknown): Wanted {
  return { lists: textsIn(fieldOf(value, 'lists')), removeOthers: fieldOf(value, 'removeOthers') === true };
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

function count(value: unknown, name: string): number {
  const found = fieldOf(value, name);
  return typeof found === 'number' && Number.isSafeInteger(found) ? found : 0;
}
