import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type LibraryPlaylist, type LibraryWrites, ProviderError } from '#listening';
import type { ListWork, PlaylistWork, Work } from './work.js';
import { PartCourse, type Standing, parseStanding } from './part-course.js';
import { movesInto, playlistSteps } from './playlist-steps.js';
import { RestoreHand } from './restore-hand.js';
import { type Figures, NO_FIGURES, type PartReport, emptyReport, sumOf } from './restore-report.js';

/** What becomes of a call: it is done, and whoever asked may die without having heard; or it is refused. */
type Fate = 'done' | 'dies before' | 'dies after' | 'forbidden' | 'late' | 'limited';

class Killed extends Error {}

const playlist: LibraryPlaylist = {
  ...{ id: 'p', uri: 'spotify:playlist:p', url: null, name: 'Mix', description: '', owner: { id: 'ada', name: 'Ada' } },
  ...{ isPublic: true, isCollaborative: false, version: 'v', total: null },
};

/** A library of one list and one playlist, and all that was ever done to it. */
class Shelf {
  done: Figures = NO_FIGURES;
  isMade = false;
  private calls = 0;

  constructor(
    readonly saved: string[],
    /** Null while there is none. */
    public entries: string[] | null,
    private readonly fates: readonly Fate[],
  ) {}

  readonly writes: LibraryWrites = {
    save: (uris) => this.call({ add: uris.length }, () => this.saved.unshift(...uris)),
    remove: () => Promise.reject(new Error('Nobody asks for that.')),
    createPlaylist: async () => {
      await this.call({}, () => {
        [this.entries, this.isMade] = [[], true];
      });
      return { ...playlist, id: 'new' };
    },
    insert: (_, uris, position) => this.call({ add: uris.length }, () => this.entries?.splice(position, 0, ...uris)),
    removeEntries: (_, uris) => {
      const others = this.entries?.filter((uri) => !uris.includes(uri)) ?? [];
      return this.call({ remove: (this.entries?.length ?? 0) - others.length }, () => {
        this.entries = others;
      });
    },
    move: (_, { from, count, to }) =>
      this.call({ move: count }, () => {
        const block = this.entries?.splice(from, count) ?? [];
        this.entries?.splice(to > from ? to - count : to, 0, ...block);
      }),
  };

  private call(does: Partial<Figures>, doIt: () => void): Promise<void> {
    const fate = this.fates[this.calls++] ?? 'done';
    if (fate === 'forbidden' || fate === 'limited') {
      const code = fate === 'limited' ? 'upstream_rate_limited' : fate;
      return Promise.reject(new ProviderError(code, { message: 'No.', remedy: 'None.' }));
    }
    if (fate === 'dies before') return Promise.reject(new Killed());
    doIt();
    this.done = sumOf(this.done, { ...NO_FIGURES, ...does });
    if (fate === 'dies after') return Promise.reject(new Killed());
    if (fate === 'late') return Promise.reject(new ProviderError('upstream_timeout', { message: 'Late.', remedy: '' }));
    return Promise.resolve();
  }
}

function playlistWork({ entries, isMade }: Shelf, wanted: string): PlaylistWork {
  const there = (entries ?? []).map((key) => ({ key, canRemove: true }));
  const steps = playlistSteps(
    there,
    [...wanted].map((key) => ({ key, canAdd: true })),
    true,
  );
  const report = emptyReport('playlist:p', 'Mix', entries === null ? 'create' : 'fill');
  for (const { keys } of steps.inserts) report.add += keys.length;
  for (const { count } of steps.removals) report.remove += count;
  for (const { count } of movesInto(steps.order, Number.POSITIVE_INFINITY)) report.move += count;
  if (report.action === 'fill' && report.add + report.remove + report.move === 0) report.action = 'nothing';
  const target = entries === null ? null : isMade ? 'new' : 'p';
  return {
    kind: 'playlist',
    report,
    playlist,
    target,
    mayLack: false,
    usualLack: null,
    namesakes: [],
    steps,
    names: new Map(),
  };
}

/** What is newer stays on top of what is saved anew. */
function listWork({ saved }: Shelf, wanted: string): ListWork {
  const report = emptyReport('tracks', 'Saved tracks', null);
  let isMisplaced = false;
  const save = [...wanted].flatMap((uri) => {
    isMisplaced ||= saved.includes(uri);
    return saved.includes(uri) ? [] : [{ uri, name: uri, isMisplaced }];
  });
  report.add = save.length;
  report.misplaced = save.filter((thing) => thing.isMisplaced).length;
  return { kind: 'list', report, save, remove: [] };
}

/** Works on a part in process after process, until it is done with or as many have died as are given. */
async function worked(
  look: () => Work,
  { writes }: Shelf,
  most: number,
): Promise<{ told: PartReport; isDone: boolean }> {
  let first: PartReport | null = null;
  let kept: Standing | null = null;
  for (let process = 0; ; process += 1) {
    const work = look();
    first ??= structuredClone(work.report);
    const before = kept && parseStanding(JSON.parse(JSON.stringify(kept)));
    const course: PartCourse = new PartCourse({ work, first, before });
    const hand: RestoreHand = new RestoreHand({
      writes,
      limits: { scopes: [], lists: [], saveAtOnce: 2, insertAtOnce: 2 },
      memory: { intend: () => Promise.resolve(), remember: () => Promise.resolve() },
      before: (one, coming) => {
        kept = structuredClone(course.standing(one, coming));
        return Promise.resolve();
      },
    });
    try {
      await hand.carryOut(work);
      return { told: course.outcome(hand), isDone: true };
    } catch (error) {
      if (!(error instanceof Killed)) kept = structuredClone(course.standing(hand));
      if (process >= most) return { told: (kept ?? course.standing(hand)).outcome, isDone: false };
    }
  }
}

const ended = fc.array(
  fc.constantFrom<Fate>('done', 'done', 'done', 'dies before', 'dies after', 'forbidden', 'late', 'limited'),
  {
    maxLength: 20,
  },
);
const answered = fc.array(fc.constantFrom<Fate>('done', 'done', 'done', 'forbidden', 'limited'), { maxLength: 20 });
const keys = fc.uniqueArray(fc.constantFrom(...'abcdefghij'), { maxLength: 10 }).map((all) => all.join(''));

function expectTold(told: PartReport, shelf: Shelf): void {
  expect([told.add, told.remove, told.move]).toEqual([shelf.done.add, shelf.done.remove, shelf.done.move]);
}

it('tells of a playlist what was done, wherever whoever worked on it was killed, and how what is left stands', async () => {
  const check = async (there: string | null, wanted: string, fates: readonly Fate[]): Promise<void> => {
    const shelf = new Shelf([], there === null ? null : [...there], fates);
    const { told, isDone } = await worked(() => playlistWork(shelf, wanted), shelf, 99);
    expect(isDone).toBe(true);
    expectTold(told, shelf);
    const changed = told.add + told.remove + told.move > 0;
    expect(told.action).toBe(shelf.isMade ? 'create' : changed ? 'fill' : 'nothing');
    expect(told.misplaced).toBe(playlistWork(shelf, wanted).report.move);
    expect(told.examples).toHaveLength(new Set(told.examples).size);
  };
  await fc.assert(fc.asyncProperty(fc.option(keys), keys, ended, check));
});

it('tells of a list what was done, and of that how much came to stand elsewhere', async () => {
  const check = async (there: string, wanted: string, fates: readonly Fate[]): Promise<void> => {
    const shelf = new Shelf([...there], null, fates);
    const before = listWork(shelf, wanted);
    const { told } = await worked(() => listWork(shelf, wanted), shelf, 99);
    expectTold(told, shelf);
    const left = new Set(listWork(shelf, wanted).save.map(({ uri }) => uri));
    const put = before.save.filter(({ uri }) => !left.has(uri));
    expect(told.misplaced).toBe(put.filter(({ isMisplaced }) => isMisplaced).length);
    expect(told.action).toBeNull();
  };
  await fc.assert(fc.asyncProperty(keys, keys, ended, check));
});

it('tells what was done of one that waits, from what is kept alone', async () => {
  const check = async (there: string | null, wanted: string, fates: readonly Fate[]): Promise<void> => {
    const shelf = new Shelf([], there === null ? null : [...there], fates);
    expectTold((await worked(() => playlistWork(shelf, wanted), shelf, 0)).told, shelf);
    const saved = new Shelf([], null, fates);
    expectTold((await worked(() => listWork(saved, wanted), saved, 0)).told, saved);
  };
  await fc.assert(fc.asyncProperty(fc.option(keys), keys, answered, check));
});

it('says of a playlist that was made that it was, also when nobody can see it any more', () => {
  const shelf = new Shelf([], null, []);
  const first = playlistWork(shelf, 'ab').report;
  const outcome = { ...first, add: 1, action: 'create' as const };
  const unseen: Work = { ...playlistWork(new Shelf([], [], []), ''), isUnseen: true };
  const course = new PartCourse({ work: unseen, first, before: { outcome, inDoubt: null } });
  const hand = new RestoreHand({
    writes: shelf.writes,
    limits: { scopes: [], lists: [], saveAtOnce: 2, insertAtOnce: 2 },
    memory: { intend: () => Promise.resolve(), remember: () => Promise.resolve() },
    before: () => Promise.resolve(),
  });
  expect(course.outcome(hand)).toMatchObject({ action: 'create', add: 1 });
});

it('gets on with each entry that is moved', async () => {
  const shelf = new Shelf([], [...'edcba'], []);
  const figures: number[][] = [];
  const work = playlistWork(shelf, 'abcde');
  const course = new PartCourse({ work, first: work.report, before: null });
  const hand = new RestoreHand({
    writes: shelf.writes,
    limits: { scopes: [], lists: [], saveAtOnce: 2, insertAtOnce: 2 },
    memory: { intend: () => Promise.resolve(), remember: () => Promise.resolve() },
    before: (one, coming) => {
      const { done, total, inDoubt } = course.standing(one, coming);
      figures.push([done, total, inDoubt?.move ?? 0]);
      return Promise.resolve();
    },
  });
  await hand.carryOut(work);
  expect(figures).toEqual([0, 1, 2, 3].map((done) => [done, 4, 1]));
  expect(course.standing(hand)).toMatchObject({ done: 4, total: 4, inDoubt: null });
});

it.each<[Fate, boolean]>([
  ['done', false],
  ['limited', false],
  ['forbidden', false],
  ['late', true],
  ['dies after', true],
])('a call that is %s leaves a doubt: %s', async (fate, isInDoubt) => {
  const work = playlistWork(new Shelf([], [], []), 'a');
  const hand = new RestoreHand({
    writes: new Shelf([], [], [fate]).writes,
    limits: { scopes: [], lists: [], saveAtOnce: 2, insertAtOnce: 2 },
    memory: { intend: () => Promise.resolve(), remember: () => Promise.resolve() },
    before: () => Promise.resolve(),
  });
  await hand.carryOut(work).catch(() => undefined);
  expect(hand.inDoubt).toEqual(isInDoubt ? { ...NO_FIGURES, add: 1 } : null);
});
