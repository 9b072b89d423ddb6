import { describe, expect, it } from 'vitest';
import { parseBackup, parseBackups } from './backup.js';

const BACKUP = {
  id: '0b7d6f5e-3c2a-4f6b-9d1e-8a7c6b5d4e3f',
  name: 'tape_backup_2026-11-21T031500Z',
  provider: 'tape',
  state: 'complete_with_omissions',
  createdAt: '2026-11-21T03:15:00.000Z',
};

describe('what the service tells of a backup', () => {
  it('is taken as far as it can be understood', () => {
    const told = {
      ...BACKUP,
      counts: { tracks: 3, albums: 'many' },
      omissions: [{ what: 'Top 50', reason: 'closed', remedy: null }, { what: 1 }, null],
      findings: [{ file: 'lists/tracks.csv', what: 'Changed.' }, { file: 1 }],
      progress: { list: 'tracks', done: -1 },
      resumeAt: 'soon',
      bytes: 1.5,
    };
    expect(parseBackup(told)).toMatchObject({
      counts: new Map([['tracks', 3]]),
      omissions: [{ what: 'Top 50', reason: 'closed', remedy: null }],
      findings: [{ file: 'lists/tracks.csv', what: 'Changed.' }],
      progress: null,
      resumeAt: null,
      bytes: null,
    });
  });

  it('cannot steer the terminal', () => {
    const what = 'A\u001b]0;owned\u0007B\u202eC\nD';
    expect(parseBackup({ ...BACKUP, omissions: [{ what, reason: '\u009b2J' }] })?.omissions).toEqual([
      { what: 'A ]0;owned B C D', reason: '2J', remedy: null },
    ]);
    expect([...(parseBackup({ ...BACKUP, counts: { 'a\u001b[2J': 1 } })?.counts.keys() ?? [])]).toEqual(['a [2J']);
  });

  it('may have no total', () => {
    expect(parseBackup({ ...BACKUP, progress: { list: 'tracks', done: 3 } })?.progress).toEqual({
      ...{ list: 'tracks', done: 3, total: null },
    });
  });

  it.each([null, 'x', [], {}, { ...BACKUP, state: 'new' }, { ...BACKUP, createdAt: '?' }, { ...BACKUP, id: 1 }])(
    'is not believed when it is none: %o',
    (value) => {
      expect(parseBackup(value)).toBeNull();
    },
  );

  it('is a list, or nothing is known', () => {
    expect(parseBackups({ items: [BACKUP, {}], nextAt: null, alert: null })?.items).toHaveLength(1);
    expect(parseBackups({})).toBeNull();
  });
});
