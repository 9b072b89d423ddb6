import { describe, expect, it } from 'vitest';
import { parsePlan, parseRestore } from './restore.js';
import { cancelledLines, hasWork, planLines, restoreLines } from './restore-lines.js';

const IDLE = { add: 0, remove: 0, move: 0, misplaced: 0, examples: [], cannot: [], cannotCount: 0 };
const PARTS = {
  lists: [
    {
      ...{ ...IDLE, list: 'tracks', title: 'Saved tracks', add: 1_200, remove: 2, misplaced: 3 },
      examples: ['Undertow by Ada', 'A\u001b[2JB'],
    },
    { ...IDLE, list: 'albums', title: 'Saved albums' },
  ],
  playlists: [
    {
      ...{ ...IDLE, id: 'p1', name: 'Evenings', action: 'create', add: 1, examples: ['Low Tide by Bo'] },
      ...{ cannot: [{ what: 'Demo (2)', reason: 'It is a file of your own.' }], cannotCount: 60 },
    },
    { ...IDLE, id: 'p2', name: 'Top 50', action: 'follow', add: 1 },
    { ...IDLE, id: 'p3', name: 'Mornings', action: 'nothing' },
    { ...IDLE, id: 'p5', name: 'Nights', action: 'fill', move: 7 },
    {
      ...IDLE,
      id: 'p4',
      name: 'Closed',
      action: 'nothing',
      cannot: [{ what: 'Closed', reason: 'No.' }],
      cannotCount: 1,
    },
  ],
};
const PLAN = {
  ...{ dryRun: true, backup: { id: '1', name: 'tape_backup' }, provider: 'tape', account: { id: 'a', name: 'Ada' } },
  ...PARTS,
};
const RESTORE = {
  ...{ id: 'r1', backup: PLAN.backup, state: 'complete', createdAt: '2026-11-21T03:15:00.000Z' },
  ...{ startedAt: '2026-11-21T03:15:00.000Z', finishedAt: '2026-11-21T03:15:12.000Z' },
  ...{ counts: { added: 1_202, removed: 2, cannot: 61 }, ...PARTS },
};

describe('the plan of a restore', () => {
  it('is told list by list and playlist by playlist, with what cannot be done and why, and all of it together', () => {
    const plan = parsePlan(PLAN);
    expect(plan && planLines(plan)).toEqual([
      'tape_backup, into the library of Ada (tape):',
      'Saved tracks: 1,200 to add, 2 to remove, 3 misplaced afterwards',
      '  + Undertow by Ada',
      '  + A [2JB',
      '  … and 1,198 more',
      'playlist “Evenings”: to be made anew, 1 to add, 60 not possible',
      '  + Low Tide by Bo',
      '  ! Demo (2): It is a file of your own.',
      '  … and 59 more',
      'playlist “Top 50”: to be followed again',
      'playlist “Nights”: 7 to move',
      'playlist “Closed”: 1 not possible',
      '  ! Closed: No.',
      'Nothing lacks of:',
      '  Saved albums, 1 playlist',
      'In all: 1,202 to add, 2 to remove, 7 to move, 3 misplaced afterwards, 61 not possible.',
    ]);
    expect(plan?.parts.map(hasWork)).toEqual([true, false, true, true, false, true, false]);
  });

  it('has work to do for a playlist without entries that is gone', () => {
    const empty = parsePlan({ ...PLAN, lists: [], playlists: [{ ...IDLE, id: 'p', name: 'Empty', action: 'create' }] });
    expect(empty?.parts.map(hasWork)).toEqual([true]);
    const unfollowed = parsePlan({ ...PLAN, lists: [], playlists: [{ ...IDLE, name: 'Top 50', action: 'follow' }] });
    expect(unfollowed?.parts.map(hasWork)).toEqual([true]);
    expect(empty && planLines(empty)).toContain('playlist “Empty”: to be made anew');
  });

  it.each([null, {}, { ...PLAN, dryRun: false }, { ...PLAN, account: null }, RESTORE])(
    'is not believed when it is none: %o',
    (value) => {
      expect(parsePlan(value)).toBeNull();
    },
  );
});

describe('what has become of a restore', () => {
  it('is told with its counts, and each part with what was done', () => {
    const restore = parseRestore(RESTORE);
    expect(restore && restoreLines(restore).slice(0, 4)).toEqual([
      'The restore of tape_backup is complete (in 12 s): 1,202 added, 2 removed, 61 not possible. Its id: r1',
      'Saved tracks: 1,200 added, 2 removed, 3 misplaced',
      'playlist “Evenings”: made anew, 1 added, 60 not possible',
      '  ! Demo (2): It is a file of your own.',
    ]);
  });

  it('is told of one that was cancelled, with what it has moved and what nobody knows', () => {
    const trouble = { code: 'x', detail: 'Up to 40 more may have been put in.', remedy: 'Restore it again.' };
    const counts = { added: 0, removed: 0, moved: 1_300, cannot: 0 };
    const cancelled = parseRestore({ ...RESTORE, state: 'cancelled', counts, trouble });
    expect(cancelled && cancelledLines(cancelled)).toEqual([
      'The restore of tape_backup is cancelled: 0 added, 0 removed, 1,300 moved, 0 not possible.',
      trouble.detail,
      trouble.remedy,
      'What it has put in stays. Restoring the backup again puts in the rest.',
    ]);
  });

  it('says why it has failed', () => {
    const trouble = { code: 'x', detail: 'Another account is linked.', remedy: 'Link the other one.' };
    const failed = parseRestore({ ...RESTORE, state: 'failed', trouble, lists: [], playlists: [] });
    expect(failed && restoreLines(failed).slice(1)).toEqual([trouble.detail, trouble.remedy]);
  });

  it('is not believed when it is none', () => {
    for (const value of [PLAN, { ...RESTORE, state: 'new' }, { ...RESTORE, backup: {} }]) {
      expect(parseRestore(value)).toBeNull();
    }
  });
});
