import { describe, expect, it } from 'vitest';
import { type LibraryDiff, parseDiff } from '../library-diff.js';
import { diffLines, headLines } from './diff.js';

const none = { count: 0, items: [] };
const same = { added: none, removed: none, moved: none, renamed: none };
const song = (name: string, position: number, more: object = {}) => ({
  ...{ uri: null, name, artists: ['The Night Ferry', 'Moth'], position },
  ...more,
});
const playlist = (name: string, more: object = {}) => ({ id: name, uri: name, name, ...more });

function diffOf(told: object): LibraryDiff {
  const found = parseDiff({ from: 'one', to: 'two', notInEarlier: [], notInLater: [], playlists: null, ...told });
  if (found === null) throw new Error('This is no difference.');
  return found;
}

function lines(told: object, hasPlaylists = true): string[] {
  return diffLines(diffOf(told), { hasPlaylists });
}

describe('what became of a library', () => {
  it('is told by list and by playlist, with how much is left out', () => {
    const tracks = {
      added: { count: 3, items: [song('Harbour Lights', 1)] },
      removed: none,
      moved: { count: 1, items: [song('Kelp', 2, { from: 9 })] },
      renamed: { count: 1, items: [song('Salt', 3, { artists: [], was: { name: 'Sand', artists: ['Moth'] } })] },
    };
    const playlists = {
      added: { count: 1, items: [playlist('Rain')] },
      removed: { count: 1, items: [playlist('Snow')] },
      renamed: { count: 1, items: [playlist('Sun', { was: 'Sunday' })] },
      changed: { count: 2, items: [playlist('Sea', { ...same, removed: { count: 1, items: [song('', 4)] } })] },
      unread: { count: 1, items: [playlist('Top 50')] },
    };
    const mayLack = [
      { list: 'tracks', what: 'Saved tracks', backup: 'to', reason: 'It may lack something: it changed.' },
    ];
    expect(
      lines({
        lists: { tracks, albums: same },
        notInEarlier: ['top_tracks'],
        notInLater: ['shows'],
        playlists,
        mayLack,
      }),
    ).toEqual([
      'tracks: 3 added, 1 moved, 1 renamed',
      '  + Harbour Lights – The Night Ferry, Moth',
      '  … and 2 more',
      '  > Kelp – The Night Ferry, Moth (from 9 to 2)',
      '  ~ Salt (was Sand – Moth)',
      'top tracks: only the later one has this list, so nothing can be said.',
      'shows: only the earlier one has this list, so nothing can be said.',
      'playlists: 1 added, 1 removed, 1 renamed',
      '  + Rain',
      '  - Snow',
      '  ~ Sun (was Sunday)',
      'playlist “Sea”: 1 removed',
      '  - (without a name) – The Night Ferry, Moth',
      '… and 1 more playlists have changed',
      'playlists that one of them could not read, so nothing can be said:',
      '  Top 50',
      'Saved tracks, in the later one: It may lack something: it changed.',
    ]);
  });

  it('begins with which two are compared, and that they are of two accounts if so', () => {
    const [ada, namesake, bo] = [
      { id: 'ada1815', name: 'Ada' },
      { id: 'ada2', name: 'Ada' },
      { id: 'bo', name: 'bo' },
    ];
    expect(headLines(diffOf({ lists: {}, accounts: { from: ada, to: namesake } }))).toEqual([
      'From one to two',
      'These are backups of two accounts: Ada (ada1815), then Ada (ada2).',
    ]);
    expect(headLines(diffOf({ lists: {}, accounts: { from: bo, to: ada } }))[1]).toContain(': bo, then Ada (ada1815).');
    const nameless = { id: 'x1', name: '' };
    expect(headLines(diffOf({ lists: {}, accounts: { from: nameless, to: bo } }))[1]).toContain(': x1, then bo.');
    for (const accounts of [undefined, null, { from: ada, to: { ...ada, name: 'Ada L.' } }, { from: ada, to: null }]) {
      expect(headLines(diffOf({ lists: {}, accounts }))).toEqual(['From one to two']);
    }
  });

  it('may be nothing', () => {
    const playlists = { added: none, removed: none, renamed: none, changed: none, unread: none };
    expect(lines({ lists: { tracks: same }, playlists })).toEqual(['Nothing has changed.']);
    expect(lines({ lists: { tracks: same } }, false)).toEqual(['Nothing has changed.']);
    expect(lines({ lists: { tracks: same } })).toEqual(['playlists: one of them has none, so nothing can be said.']);
  });

  it.each([null, {}, { from: 'one', to: 'two', lists: {} }, { from: 1, to: 'two', lists: {}, playlists: null }])(
    'is not believed when it is none: %o',
    (value) => {
      expect(parseDiff(value)).toBeNull();
    },
  );
});
