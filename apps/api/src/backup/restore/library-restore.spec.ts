import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { LibraryEntry, LibraryPage, LibraryPlaylist, LibraryReads, LibraryShape } from '#listening';
import type { Archive } from '../archive/archive.js';
import { all, entries, entry, playlist, ScratchFolders, write } from '../archive/testing/library.js';
import { doubtText } from '../reading/lacks.js';
import { LibraryRestore } from './library-restore.js';
import { PresentLibrary } from './present-library.js';
import type { Wanted } from './restore-report.js';
import type { Work } from './work.js';

const list = { title: 'Saved', order: 'newest', pageSize: 50, byOffset: true } as const;
const SHAPE: LibraryShape = {
  lists: [
    { ...list, name: 'tracks' },
    { ...list, name: 'albums' },
    { ...list, name: 'top_tracks', order: 'chart' },
  ],
  hasPlaylists: true,
  scopes: [],
  writes: { scopes: [], lists: ['tracks', 'albums'], saveAtOnce: 40, insertAtOnce: 100 },
};
const OWNER = { id: 'owner', name: 'The owner' };

const folders = new ScratchFolders();
afterEach(() => folders.clear());

/** An account that keeps nothing, and how often it was asked. */
class EmptyLibrary implements LibraryReads {
  calls = 0;

  list = () => this.nothing();
  playlists = () => this.nothing();
  playlistEntries = () => this.nothing();
  playlistVersion = () => Promise.resolve('');

  private nothing(): Promise<LibraryPage<never>> {
    this.calls += 1;
    return Promise.resolve({ entries: [], total: 0, next: null });
  }
}

async function backup(): Promise<Archive> {
  return write(await folders.make(), 'a', {
    lists: { tracks: entries(1, 2), albums: entries(3), top_tracks: entries(4) },
    playlists: [
      [playlist('own'), entries(1, 2, 3)],
      [playlist('second'), entries(5)],
      [playlist('followed', { owner: { id: 'other', name: 'Other' } }), entries(6)],
    ],
  });
}

function restoreOf(
  archive: Archive,
  { lists = [], removeOthers = true }: Partial<Wanted> = {},
  reads = new EmptyLibrary(),
) {
  return new LibraryRestore({
    archive,
    displayName: 'Spotify',
    shape: SHAPE,
    present: new PresentLibrary(reads, new AbortController().signal, () => undefined),
    account: OWNER,
    wanted: { lists, removeOthers },
    isPassedOver: () => Promise.resolve(false),
    madeAnew: () => Promise.resolve(new Map()),
  });
}

/** What it would put in, part by part. */
async function planned(archive: Archive, lists: string[] = [], skip: string[] = []): Promise<string[]> {
  const works = await all(restoreOf(archive, { lists }).work(new Set(skip)));
  return works.map(({ report }) => `${report.part} ${report.add}`);
}

/** As long as before, and as readable. */
async function change({ path }: Archive, file: string, before: string, after: string): Promise<void> {
  const text = await readFile(`${path}/${file}`, 'utf8');
  expect(text).toContain(before);
  await writeFile(`${path}/${file}`, text.replace(before, after));
}

const damageTo = {
  'lists/tracks.json': (archive: Archive) => change(archive, 'lists/tracks.json', 'track:1', 'track:9'),
  'lists/albums.json': ({ path }: Archive) => rm(`${path}/lists/albums.json`),
  'manifest.json': (archive: Archive) => change(archive, 'manifest.json', '"name": "The owner"', '"name": "The other"'),
  'playlists.json': (archive: Archive) => change(archive, 'playlists.json', 'Playlist own', 'Playlist odd'),
  'playlists/own.json': (archive: Archive) => change(archive, 'playlists/own.json', 'track:3', 'track:9'),
};
const DAMAGED = Object.entries(damageTo);

describe('a restore of a backup that is damaged', () => {
  it.each(DAMAGED)('plans nothing, and asks nobody, when %s is not what it was', async (file, damage) => {
    const archive = await backup();
    await damage(archive);
    const reads = new EmptyLibrary();
    const refused = { code: 'damaged', message: expect.stringContaining(`${file} of a `) };
    await expect(all(restoreOf(archive, {}, reads).work())).rejects.toMatchObject(refused);
    await expect(restoreOf(archive).expectIntact()).rejects.toMatchObject(refused);
    expect(reads.calls).toBe(0);
  });

  it('goes on with what is whole, of which alone it is', async () => {
    const archive = await backup();
    await damageTo['lists/albums.json'](archive);
    await damageTo['playlists/own.json'](archive);
    expect(await planned(archive, ['tracks'])).toEqual(['tracks 2']);
    expect(await planned(archive, ['playlist:second'])).toEqual(['playlist:second 1']);
    await expect(planned(archive, ['tracks', 'playlists'])).rejects.toMatchObject({ code: 'damaged' });
    await expect(planned(archive, ['playlist:own'])).rejects.toMatchObject({ code: 'damaged' });
    await rm(`${archive.path}/playlists.json`);
    expect(await planned(archive, ['tracks'])).toEqual(['tracks 2']);
    await expect(planned(archive, ['playlist:second'])).rejects.toMatchObject({ code: 'damaged' });
  });

  it('makes no playlist that may be there: one is shown twice, or not all that are counted', async () => {
    const archive = await backup();
    const there = (...ids: string[]): LibraryPage<LibraryPlaylist> => ({
      entries: ids.map((id) => playlist(id)),
      total: 3,
      next: null,
    });
    const made = async (page: LibraryPage<LibraryPlaylist>, of = archive): Promise<(string | null)[]> => {
      const reads = Object.assign(new EmptyLibrary(), { playlists: () => Promise.resolve(page) });
      const works = await all(restoreOf(of, { lists: ['playlist:second'] }, reads).work());
      return works.map(({ report }) => report.action);
    };
    expect(await made(there('own', 'other', 'others'))).toEqual(['create']);
    expect(await made(there('own', 'other', 'other'))).toEqual(['nothing']);
    expect(await made(there('own', 'other'))).toEqual(['nothing']);
  });

  /** What there is to do with the tracks where these are there. */
  async function tracksWork(archive: Archive, there: LibraryPage<LibraryEntry>): Promise<Work | undefined> {
    const reads = Object.assign(new EmptyLibrary(), { list: () => Promise.resolve(there) });
    return (await all(restoreOf(archive, { lists: ['tracks'] }, reads).work()))[0];
  }

  it('puts nothing in, and takes nothing out, while something is shown twice that hides another', async () => {
    const shown = { entries: entries(7, 1, 1, 2), total: 4, next: null };
    const reason = expect.stringContaining('counts 4 of its entries and shows 3');
    const doubtful = { save: [], remove: [], report: { cannot: [{ what: 'Saved', reason }] } };
    expect(await tracksWork(await backup(), shown)).toMatchObject(doubtful);
    // Of a list that was like that when it was backed up it is no wonder.
    const missing = doubtText('the provider shows 1 of it more than once');
    const archive = await write(await folders.make(), 'b', { lists: { tracks: entries(1, 2, 3) }, missing });
    expect(await tracksWork(archive, shown)).toMatchObject({ save: [{ uri: entries(3)[0]?.uri }], remove: [] });
  });

  it('puts in once what stands in the backup twice', async () => {
    const archive = await write(await folders.make(), 'b', { lists: { tracks: entries(1, 2, 3, 1) } });
    const there = (...numbers: number[]) => ({ entries: entries(...numbers), total: numbers.length, next: null });
    expect(await tracksWork(archive, there(1, 2, 3))).toMatchObject({ save: [], remove: [] });
    expect(await tracksWork(archive, there(9))).toMatchObject({ report: { add: 3, remove: 1 } });
  });

  it('takes nothing out that may be an entry which the backup has without a name', async () => {
    const unnamed = entry(2, { kind: 'gone', uri: null, name: '' });
    const archive = await write(await folders.make(), 'b', { lists: { tracks: [entry(1), unnamed, entry(3)] } });
    const page = { entries: entries(8, 1, 2, 3), total: 4, next: null };
    const reason = expect.stringContaining('Nothing is taken out');
    expect(await tracksWork(archive, page)).toMatchObject({
      remove: [],
      report: { cannot: [{ reason: 'It has left the catalogue.' }, { what: 'Saved', reason }] },
    });
    const asBefore = { ...page, entries: [entry(8), entry(1), unnamed, entry(3)] };
    expect(await tracksWork(archive, asBefore)).toMatchObject({ remove: [entry(8).uri] });
  });

  it('does not look at what it does not read: charts, playlists of others, tables, and parts that are done', async () => {
    const archive = await backup();
    for (const file of ['lists/top_tracks.json', 'playlists/followed.json', 'lists/tracks.csv', 'profile.json'])
      await rm(`${archive.path}/${file}`);
    const rest = ['playlist:followed 1', 'playlist:second 1', 'playlist:own 3'];
    expect(await planned(archive)).toEqual(['tracks 2', 'albums 1', ...rest]);
    expect(await planned(archive, ['top_tracks'])).toEqual(['top_tracks 0']);
    await damageTo['lists/tracks.json'](archive);
    await damageTo['playlists/own.json'](archive);
    expect(await planned(archive, [], ['tracks', 'playlist:own'])).toEqual(['albums 1', ...rest.slice(0, 2)]);
    await expect(planned(archive, [], ['tracks'])).rejects.toMatchObject({ code: 'damaged' });
    await expect(planned(archive, [], ['playlist:own'])).rejects.toMatchObject({ code: 'damaged' });
  });
});
