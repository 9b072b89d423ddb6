import { afterEach, describe, expect, it } from 'vitest';
import { ArchiveWriter } from './archive/archive-writer.js';
import { BACKUP, ScratchFolders, entries, from, playlist, readFacts } from './archive/testing/library.js';
import { type PlaylistBefore, askedAgain, isAll, playlistsIn } from './backup-before.js';

const folders = new ScratchFolders();
afterEach(() => folders.clear());

describe('what others have closed', () => {
  const DAY_MS = 86_400_000;
  const now = Date.parse('2026-11-28T03:15:00Z');
  const others = ['d', 'a', 'c', 'b', 'e'].map((id) => playlist(id, { version: 'v1' }));
  const closed = (ids: readonly string[], version = 'v1'): Map<string, PlaylistBefore> =>
    new Map(ids.map((id) => [id, { version, closed: 'It is closed.' }]));
  const all = closed(others.map(({ id }) => id));
  const somebody = { account: 'somebody-else', at: now };

  it.each([1, 5, 7])('is asked for again one a day, and each has its day when it is every %d days', (days) => {
    const asked = Array.from({ length: 60 }, (_, number) =>
      askedAgain(all, others, { ...somebody, at: now + number * days * DAY_MS }),
    );
    expect([...new Set(asked)].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('is the same one all day, in whatever order they are', () => {
    const drawn = askedAgain(all, others, somebody);
    expect(askedAgain(all, [...others].reverse(), { ...somebody, at: now + 3_600_000 })).toBe(drawn);
  });

  it('is nothing of what is open, has changed since, or is one’s own', () => {
    expect(askedAgain(closed(['b']), others, somebody)).toBe('b');
    expect(askedAgain(new Map([['b', { version: 'v1', closed: null }]]), others, somebody)).toBeUndefined();
    expect(askedAgain(closed(['b'], 'v0'), others, somebody)).toBeUndefined();
    expect(askedAgain(all, others, { account: others[0]?.owner.id ?? '', at: now })).toBeUndefined();
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
      ['whole', { version: 'v1', closed: null }],
      ['closed', { version: 'v1', closed: 'It is closed.' }],
    ]);
    expect(await playlistsIn(null)).toEqual(new Map());
  });
});
