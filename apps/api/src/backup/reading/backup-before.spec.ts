import { afterEach, describe, expect, it } from 'vitest';
import { ArchiveWriter } from '../archive/archive-writer.js';
import { BACKUP, ScratchFolders, entries, from, playlist, readFacts, write } from '../archive/testing/library.js';
import { isAll, isAsGood, partAfter, playlistsIn, standsIn } from './backup-before.js';
import { doubtText, refusalText } from './lacks.js';

const DAY_MS = 86_400_000;
const READ_AT = readFacts({}).readAt;
const AT = READ_AT.getTime() + DAY_MS;

const folders = new ScratchFolders();
afterEach(() => folders.clear());

describe('the backup before', () => {
  it('says what stands where in a list, and where its parts begin', async () => {
    const archive = await write(await folders.make(), 'a', { lists: { artists: entries(1, 2, 3, 4, 5) } });
    expect(await standsIn(archive, 'artists', entries(1, 2))).toBe(true);
    expect(await standsIn(archive, 'artists', entries(3, 4), 2)).toBe(true);
    expect(await standsIn(archive, 'artists', entries(4, 5), 2)).toBe(false);
    expect(await standsIn(archive, 'artists', entries(5, 6), 4)).toBe(false);
    expect(await standsIn(archive, 'nothing', entries(1))).toBe(false);
    const list = { name: 'artists', title: '', order: 'none', pageSize: 2, byOffset: false } as const;
    const lastOf = { partAfter: ({ name }: { name: string }) => `after ${name}` };
    expect(await partAfter(archive, { ...list, byOffset: true }, 4)).toBe('4');
    expect(await partAfter(archive, { ...list, ...lastOf }, 4)).toBe('after Song 4');
    expect(await partAfter(archive, { ...list, ...lastOf }, 6)).toBeNull();
    expect(await partAfter(archive, { ...list, ...lastOf, name: 'nothing' }, 1)).toBeNull();
    expect(await partAfter(archive, list, 4)).toBeNull();
  });

  it('is taken over where nothing lacks', () => {
    expect(isAll({ count: 3, total: 3, missing: null })).toBe(true);
    expect(isAll({ count: 3, total: null, missing: null })).toBe(true);
    expect(isAll({ count: 3, total: 4, missing: null })).toBe(false);
    expect(isAll({ count: 3, total: 3, missing: 'It changed each time.' })).toBe(false);
  });

  it('is taken over where the same may lack that did in the one before it, for four weeks', () => {
    const told = (missing: string): Parameters<typeof isAsGood>[0] => ({
      count: 2,
      total: 3,
      missing,
      readAt: READ_AT,
    });
    expect(isAsGood(told(doubtText('it counts 3 and shows 2')), AT)).toBe(false);
    expect(isAsGood(told(doubtText('it counts 3 and shows 2', true)), AT)).toBe(true);
    expect(isAsGood(told(doubtText('it counts 3 and shows 2', true)), AT + 26 * DAY_MS)).toBe(false);
    expect(isAsGood({ ...told(''), total: 2, missing: null }, AT + 26 * DAY_MS)).toBe(true);
  });

  it('knows the versions of playlists, which can be taken over, and which are closed', async () => {
    const writer = await ArchiveWriter.begin(await folders.make(), 'a', []);
    const write = (id: string, facts: Partial<Parameters<typeof readFacts>[0]>, version = 'v1'): Promise<void> =>
      writer.writePlaylist(playlist(id, { version }), readFacts(facts), from(entries(1, 2)));
    await write('whole', { total: 2 });
    await write('short', { total: 3 });
    await write('doubtful', { total: 2, missing: 'It changed each time.' });
    await write('miscounted', { total: 3, missing: doubtText('it counts 3', true) });
    await write('miscounted once', { total: 3, missing: doubtText('it counts 3') });
    await write('unversioned', { total: 2 }, '');
    await writer.addUnreadPlaylist(playlist('closed', { version: 'v1' }), 'It is closed.');
    await writer.addUnreadPlaylist(playlist('refused', { version: 'v1' }), refusalText('No.', true));
    await writer.addUnreadPlaylist(playlist('refused once', { version: 'v1' }), refusalText('No.'));
    await writer.addUnreadPlaylist(null, 'Nothing is told of it.');
    const archive = await writer.finish({ ...BACKUP, playlists: readFacts({ total: 10 }) });
    const known = { version: 'v1', owner: 'owner', lack: null };
    expect([...(await playlistsIn(archive, AT))]).toEqual([
      ['whole', { ...known, standing: 'good', told: null }],
      ['short', { ...known, standing: 'doubtful', told: null }],
      ['doubtful', { ...known, standing: 'doubtful', told: 'It changed each time.' }],
      ['miscounted', { ...known, standing: 'good', told: doubtText('it counts 3', true), lack: 1 }],
      ['miscounted once', { ...known, standing: 'doubtful', told: doubtText('it counts 3'), lack: 1 }],
      ['closed', { ...known, standing: 'closed', told: 'It is closed.' }],
      ['refused', { ...known, standing: 'closed', told: refusalText('No.', true) }],
      ['refused once', { ...known, standing: 'doubtful', told: refusalText('No.') }],
    ]);
    expect(await playlistsIn(null, AT)).toEqual(new Map());
  });
});
