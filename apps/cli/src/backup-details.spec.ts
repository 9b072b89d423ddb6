import { describe, expect, it } from 'vitest';
import { type Backup, parseBackup } from './backup.js';
import { detailLines, hasPlaylists, parsePlaylists, playlistLines } from './backup-details.js';

function backup(more: object): Backup {
  const found = parseBackup({
    ...{ id: 'aaaa1111', name: 'tape_1', provider: 'tape', state: 'complete', createdAt: '2026-11-21T03:15:00.000Z' },
    ...more,
  });
  if (found === null) throw new Error('This is no backup.');
  return found;
}

describe('all about a backup', () => {
  it('has its lists as options call them, and what is not in it', () => {
    const omissions = [{ what: 'Top 50', reason: 'It is closed.', remedy: 'Open it.' }];
    const one = backup({ state: 'complete_with_omissions', counts: { top_tracks: 50, playlists: 2 }, omissions });
    expect(hasPlaylists(one)).toBe(true);
    expect(detailLines(one)).toEqual([
      'tape_1 is complete with omissions. Its id: aaaa1111',
      '  playlists    2',
      '  top_tracks  50',
      'Not in it: 1',
      '  Top 50: It is closed. Open it.',
    ]);
  });

  it('says that there are no playlists, once that is known', () => {
    for (const counts of [{ loved_tracks: 3 }, { loved_tracks: 3, playlists: 0 }]) {
      expect(hasPlaylists(backup({ counts }))).toBe(false);
      expect(detailLines(backup({ counts })).at(-1)).toBe('It has no playlists.');
    }
    expect(detailLines(backup({ state: 'running' }))).toEqual(['tape_1 is running. Its id: aaaa1111']);
  });

  it('names the playlists with the ids that --list takes', () => {
    const told = [
      { position: 1, playlist: { id: '37i9', name: 'Sunday \u001b[2JMornings' }, count: 1_020 },
      { position: 2, playlist: null, count: null },
      { position: 3, playlist: { id: '5x', name: '' }, count: null },
    ];
    expect(playlistLines(parsePlaylists({ playlists: told }) ?? [])).toEqual([
      'Its playlists, of which --list playlist:<id> takes one:',
      '  ID    NAME                  ENTRIES',
      '  37i9  Sunday  [2JMornings     1,020',
      '  5x    (without a name)     not read',
    ]);
    expect(parsePlaylists({ items: [] })).toBeNull();
  });
});
