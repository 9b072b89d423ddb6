import { afterEach, describe, expect, it } from 'vitest';
import { ArchiveWriter } from './archive/archive-writer.js';
import type { ArchivedList } from './archive/documents.js';
import { BACKUP, ScratchFolders, entries, from, listFacts, playlist, readFacts } from './archive/testing/library.js';
import { type PlaylistBefore, isAll, playlistsIn, readAgain } from './backup-before.js';

const folders = new ScratchFolders();
afterEach(() => folders.clear());

describe('what is read again', () => {
  const DAY_MS = 86_400_000;
  const NOW = Date.parse('2026-11-28T03:15:00Z');
  const SOMEBODY = { account: 'somebody-else', at: NOW };
  const closed = (ids: string, facts: Partial<PlaylistBefore> = {}): Map<string, PlaylistBefore> =>
    new Map([...ids].map((id) => [id, { version: 'v1', owner: 'owner', closed: 'It is closed.', ...facts }]));
  /** What a backup has of lists, by how many days ago they were read. */
  const listsOf = (
    days: Record<string, number>,
    order: ArchivedList['order'] = 'chart',
  ): { lists: ArchivedList[] } => ({
    lists: Object.entries(days).map(([name, ago]) => ({
      ...listFacts(name, { order, readAt: new Date(NOW - ago * DAY_MS) }),
      json: '',
      csv: '',
      count: 0,
    })),
  });
  const none = listsOf({});

  it.each([1, 5, 7])('is one closed playlist, and each has its day when a backup is made every %d days', (days) => {
    const read = Array.from({ length: 60 }, (_, number) =>
      readAgain(none, closed('dacbe'), { ...SOMEBODY, at: NOW + number * days * DAY_MS }),
    );
    expect([...new Set(read)].sort()).toEqual([...'abcde'].map((id) => `playlist:${id}`));
  });

  it('is the same playlist all day, in whatever order they are', () => {
    const later = { ...SOMEBODY, at: NOW + 3_600_000 };
    expect(readAgain(none, closed('ebcad'), later)).toBe(readAgain(none, closed('dacbe'), SOMEBODY));
  });

  it('is nothing of what is open, one’s own, or not a chart', () => {
    expect(readAgain(none, closed('b'), SOMEBODY)).toBe('playlist:b');
    expect(readAgain(none, closed('b', { closed: null }), SOMEBODY)).toBeUndefined();
    expect(readAgain(none, closed('b', { owner: 'somebody-else' }), SOMEBODY)).toBeUndefined();
    expect(readAgain(listsOf({ tracks: 90 }, 'newest'), closed(''), SOMEBODY)).toBeUndefined();
    expect(readAgain(listsOf({ artists: 90 }, 'none'), closed(''), SOMEBODY)).toBeUndefined();
  });

  it('is the chart that was read longest ago, when that is a week', () => {
    expect(readAgain(listsOf({ one: 7, two: 9, three: 8 }), closed(''), SOMEBODY)).toBe('two');
    expect(readAgain(listsOf({ one: 7, two: 7 }), closed(''), SOMEBODY)).toBe('one');
    expect(readAgain(listsOf({ one: 6.9 }), closed(''), SOMEBODY)).toBeUndefined();
  });

  it.each([1, 2, 7, 14])('is in time each chart and each closed playlist, every %d days', (days) => {
    const ages: Record<string, number> = { one: 0, two: 0, three: 0, four: 0, five: 0, six: 0 };
    const readOn = new Map<string, number[]>();
    for (let turn = 1; turn <= 120; turn += 1) {
      const now = turn * days;
      const charts = listsOf(ages);
      const read = readAgain(charts, closed('abc'), { ...SOMEBODY, at: NOW + now * DAY_MS });
      if (read === undefined) throw new Error('There is always something closed.');
      readOn.set(read, [...(readOn.get(read) ?? []), turn]);
      if (read in ages) ages[read] = -now;
    }
    expect([...readOn.keys()].sort()).toEqual([
      ...['five', 'four', 'one', 'playlist:a', 'playlist:b', 'playlist:c', 'six', 'three', 'two'],
    ]);
    for (const turns of readOn.values()) expect(turns.length).toBeGreaterThanOrEqual(5);
  });
});

describe('the backup before', () => {
  it('is taken over where nothing lacks', () => {
    expect(isAll({ count: 3, total: 3, missing: null })).toBe(true);
    expect(isAll({ count: 3, total: null, missing: null })).toBe(true);
    expect(isAll({ count: 3, total: 4, missing: null })).toBe(false);
    expect(isAll({ count: 3, total: 3, missing: 'It changed each time.' })).toBe(false);
  });

  it('knows the versions of playlists that are whole, and why others are closed', async () => {
    const writer = await ArchiveWriter.begin(await folders.make(), 'a', []);
    const write = (id: string, facts: Partial<Parameters<typeof readFacts>[0]>, version = 'v1'): Promise<void> =>
      writer.writePlaylist(playlist(id, { version }), readFacts(facts), from(entries(1, 2)));
    await write('whole', { total: 2 });
    await write('short', { total: 3 });
    await write('doubtful', { total: 2, missing: 'It changed each time.' });
    await write('unversioned', { total: 2 }, '');
    await writer.addUnreadPlaylist(playlist('closed', { version: 'v1' }), 'It is closed.');
    await writer.addUnreadPlaylist(null, 'Nothing is told of it.');
    const archive = await writer.finish({ ...BACKUP, playlists: readFacts({ total: 6 }) });
    expect([...(await playlistsIn(archive))]).toEqual([
      ['whole', { version: 'v1', owner: 'owner', closed: null }],
      ['closed', { version: 'v1', owner: 'owner', closed: 'It is closed.' }],
    ]);
    expect(await playlistsIn(null)).toEqual(new Map());
  });
});
