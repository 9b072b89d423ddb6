import type { Work } from './work.js';
import type { RestoreHand } from './restore-hand.js';
import {
  type Figures,
  NO_FIGURES,
  type PartReport,
  type PlaylistAction,
  addExample,
  parseFigures,
  parseReport,
  sizeOf,
  sumOf,
} from './restore-report.js';

/** How far it is with a part, as it is kept: whoever goes on, or ends it here, knows no more than this. */
export interface Standing {
  /** What was done, as far as it is known. */
  outcome: PartReport;
  /** What the call does that is under way, or that broke off; null when nobody has to wonder. */
  inDoubt: Figures | null;
  done: number;
  total: number;
}

/** Null for what another version has written down. */
export function parseStanding(value: unknown): Pick<Standing, 'outcome' | 'inDoubt'> | null {
  if (typeof value !== 'object' || value === null) return null;
  const outcome = parseReport(Reflect.get(value, 'outcome'));
  const inDoubt: unknown = Reflect.get(value, 'inDoubt') ?? null;
  return outcome && { outcome, inDoubt: inDoubt === null ? null : parseFigures(inDoubt) };
}

export interface PartCourseParts {
  /** As the last look has found it. */
  work: Work;
  /** What there was to do when the part was looked at first. */
  first: PartReport;
  /** Where the last one has left it; null when nobody has begun. */
  before: Pick<Standing, 'outcome' | 'inDoubt'> | null;
}

/** What is done with a part, over all processes that work on it one after another. */
export class PartCourse {
  private readonly earlier: Figures;

  constructor(private readonly parts: PartCourseParts) {
    this.earlier = earlierOf(parts);
  }

  /** @param inDoubt what comes now; what the hand does not know of its last call unless given */
  standing(hand: RestoreHand, inDoubt = hand.inDoubt): Standing {
    const total = sizeOf(this.earlier) + sizeOf(this.parts.work.report);
    return { outcome: this.outcome(hand), inDoubt, done: sizeOf(sumOf(this.earlier, hand.made)), total };
  }

  /** What was done. */
  outcome(hand: RestoreHand): PartReport {
    const { work, before } = this.parts;
    const { report } = work;
    const made = sumOf(this.earlier, hand.made);
    const examples = [...(before?.outcome.examples ?? [])];
    for (const name of hand.examples) addExample({ examples }, name);
    // What was not moved, and what may not be, stands where it stood.
    const misplaced = work.kind === 'list' ? made.misplaced : report.misplaced + report.move - hand.made.move;
    return { ...report, ...made, misplaced, action: this.actionOf(made, hand), examples };
  }

  private actionOf(made: Figures, { isCreated }: RestoreHand): PlaylistAction | null {
    const { before, first, work } = this.parts;
    if (work.kind === 'list' || work.report.action === null) return null;
    /** A call to make it broke off, and there it is. */
    const hasAppeared = first.action === 'create' && work.target !== null && work.target !== work.playlist?.id;
    if (isCreated || hasAppeared || before?.outcome.action === 'create') return 'create';
    if (sizeOf(made) === 0) return 'nothing';
    return first.action === 'follow' ? 'follow' : 'fill';
  }
}

/** What is known to be done, and of what was in doubt as much as there is less to do than there was. */
function earlierOf({ work, first, before }: PartCourseParts): Figures {
  if (before === null) return NO_FIGURES;
  const { outcome, inDoubt } = before;
  // Where nobody has looked nothing tells that it was done.
  const most = work.isUnseen ? NO_FIGURES : (inDoubt ?? NO_FIGURES);
  const of = (name: keyof Figures): number =>
    outcome[name] + Math.min(most[name], Math.max(0, first[name] - outcome[name] - work.report[name]));
  return { add: of('add'), remove: of('remove'), move: of('move'), misplaced: of('misplaced') };
}
