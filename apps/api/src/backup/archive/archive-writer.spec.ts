import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { Archive, listArchives, removeArchive } from './archive.js';
import { ArchiveWriter } from './archive-writer.js';
import { discardPartials } from './partial-folder.js';
import {
  all,
  BACKUP,
  entries,
  entry,
  from,
  listFacts,
  playlist,
  readFacts,
  ScratchFolders,
  write,
} from './testing/library.js';
import { verify } from './verify.js';

const folders = new ScratchFolders();
afterEach(() => folders.clear());

/** What the service runs. */
const built = (name: string): string => JSON.stringify(pathToFileURL(`dist/apps/api/src/backup/archive/${name}`).href);

/** Writes a list that never ends, and says so when a good part of it is on the disk. */
const ENDLESS = `
  const { listArchives } = await import(${built('archive.js')});
  const { ArchiveWriter } = await import(${built('archive-writer.js')});
  const [folder, name] = process.argv.slice(1);
  async function* endless() {
    for (let number = 0; ; number += 1) {
      if (number === 5_000) process.stdout.write('well under way');
      yield { kind: 'track', uri: 'uri:' + number, name: 'Song', artists: [], album: null, isrc: null, upc: null,
        durationMs: 1, releaseDate: null, url: null, addedAt: null, addedBy: null, playcount: null };
    }
  }
  try {
    const writer = await ArchiveWriter.begin(folder, name, await listArchives(folder));
    await writer.writeList({ name: 'tracks', title: '', order: 'newest', readAt: new Date(0), total: null, missing: null }, endless());
  } catch (error) {
    process.stdout.write(JSON.stringify({ code: error.code, remedy: error.remedy, cause: error.cause?.code }));
  }`;

async function mode(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

async function inode(path: string): Promise<number> {
  return (await stat(path)).ino;
}

const PARTIAL_A: unknown = expect.stringMatching(/^\.a\..+\.partial$/);

describe('writing a backup', () => {
  it('puts everything in its place, for the owner alone', async () => {
    const folder = await folders.make();
    const { path } = await write(`${folder}/made/anew`, 'a', {
      lists: { tracks: entries(1, 2), albums: [] },
      playlists: [
        [playlist('37i9dQZF1DX'), entries(1)],
        [playlist('../../etc/passwd'), entries(2)],
        [playlist('37I9DQZF1DX'), []],
      ],
    });
    const names = await readdir(path, { recursive: true });
    expect(names.map((name) => name.replace(/[0-9a-f]{64}/, '~hash')).toSorted()).toEqual([
      'README.txt',
      'lists',
      'lists/albums.csv',
      'lists/albums.json',
      'lists/tracks.csv',
      'lists/tracks.json',
      'manifest.json',
      'manifest.sha256',
      'playlists',
      'playlists.json',
      'playlists/37i9dQZF1DX.csv',
      'playlists/37i9dQZF1DX.json',
      'playlists/~hash.csv',
      'playlists/~hash.csv',
      'playlists/~hash.json',
      'playlists/~hash.json',
      'profile.json',
      'schema.json',
    ]);
    for (const name of names) expect(await mode(`${path}/${name}`)).toBe(/\./.test(name) ? '600' : '700');
    for (const at of [folder, `${folder}/made`, `${folder}/made/anew`, path]) expect(await mode(at)).toBe('700');
    expect(await readFile(`${path}/lists/albums.json`, 'utf8')).toBe(
      '{"list":"albums","title":"The albums","order":"newest","entries":[\n]}\n',
    );
  });

  it('stores once what has not changed', async () => {
    const folder = await folders.make();
    const first = await write(folder, 'a', { lists: { tracks: entries(1), albums: entries(2) } });
    const second = await write(folder, 'b', { lists: { tracks: entries(1), albums: entries(3) }, earlier: [first] });
    const isShared = async (file: string): Promise<boolean> =>
      (await inode(`${first.path}/${file}`)) === (await inode(`${second.path}/${file}`));
    expect(await isShared('lists/tracks.json')).toBe(true);
    expect(await isShared('lists/tracks.csv')).toBe(true);
    expect(await isShared('schema.json')).toBe(true);
    expect(await isShared('lists/albums.json')).toBe(false);
    expect((await verify(second)).findings).toEqual([]);
    await removeArchive(folder, first.name);
    expect((await verify(second)).findings).toEqual([]);
  });

  it('does not share a file that is not what it was', async () => {
    const folder = await folders.make();
    const first = await write(folder, 'a', { lists: { tracks: entries(1) } });
    const text = await readFile(`${first.path}/lists/tracks.json`, 'utf8');
    await writeFile(`${first.path}/lists/tracks.json`, text.replace('Song', 'Sond'));
    const second = await write(folder, 'b', { lists: { tracks: entries(1) }, earlier: [first] });
    expect(await all(second.entries('tracks'))).toEqual(entries(1));
    expect((await verify(second)).findings).toEqual([]);
    const third = await ArchiveWriter.begin(folder, 'c', [second, first]);
    expect(await third.carryList('tracks', first)).toBe(false);
    expect(await third.carryList('tracks', second)).toBe(true);
    await third.abandon();
  });

  it('takes nothing over from one that is gone by now', async () => {
    const folder = await folders.make();
    await write(folder, 'a', { lists: { tracks: entries(1) }, playlists: [[playlist('p'), entries(2)]] });
    const first = await Archive.open(folder, 'a');
    expect(await first.playlist('p')).not.toBeNull();
    const writer = await ArchiveWriter.begin(folder, 'b', []);
    await rm(first.path, { recursive: true });
    expect(await writer.carryList('tracks', first)).toBe(false);
    expect(await writer.carryPlaylist(playlist('p'), first)).toBe(false);
    await writer.writeList(listFacts('tracks'), from(entries(1)));
    expect(await verify(await writer.finish(BACKUP))).toMatchObject({ findings: [] });
  });

  it('copies where the disk is another one', async () => {
    const other = await folders.make(existsSync('/dev/shm') ? '/dev/shm' : undefined);
    const folder = await folders.make();
    const first = await write(other, 'a', { lists: { tracks: entries(1) }, playlists: [[playlist('p'), entries(2)]] });
    const isOther = (await stat(other)).dev !== (await stat(folder)).dev;
    const writer = await ArchiveWriter.begin(folder, 'b', [first]);
    await writer.writeList(listFacts('albums'), from(entries(1)));
    expect(await writer.carryList('tracks', first)).toBe(true);
    expect(await writer.carryPlaylist(playlist('p'), first)).toBe(true);
    const second = await writer.finish(BACKUP);
    expect((await stat(`${second.path}/lists/tracks.json`)).nlink).toBe(isOther ? 1 : 2);
    expect(await all(second.entries('tracks'))).toEqual(entries(1));
    expect((await verify(second)).findings).toEqual([]);
    expect(await mode(`${second.path}/playlists/p.csv`)).toBe('600');
  });

  it('takes over what was not read anew, with when it was read', async () => {
    const folder = await folders.make();
    const first = await write(folder, 'a', {
      lists: { tracks: entries(1, 2) },
      playlists: [
        [playlist('p'), entries(3)],
        [playlist('closed'), null],
      ],
    });
    const later = new Date('2026-12-01T00:00:00.000Z');
    const writer = await ArchiveWriter.begin(folder, 'b', [first]);
    expect(await writer.carryList('tracks', first)).toBe(true);
    expect(await writer.carryList('albums', first)).toBe(false);
    expect(await writer.carryPlaylist(playlist('closed'), first)).toBe(false);
    expect(await writer.carryPlaylist(playlist('other'), first)).toBe(false);
    await writer.writePlaylist(playlist('other'), readFacts({ readAt: later }), from(entries(4)));
    expect(await writer.carryPlaylist(playlist('p', { name: 'New name' }), first)).toBe(true);
    await writer.addUnreadPlaylist(null, 'Nothing is told of it.');
    const second = await writer.finish({ ...BACKUP, finishedAt: later });
    expect(second.list('tracks')).toEqual(first.list('tracks'));
    expect(await all(second.playlists())).toMatchObject([
      { position: 1, playlist: { id: 'other' }, json: 'playlists/other.json', readAt: later },
      { position: 2, playlist: { name: 'New name' }, count: 1, readAt: first.manifest.playlists?.readAt },
      { position: 3, playlist: null, missing: 'Nothing is told of it.' },
    ]);
    expect(await all(second.playlistEntries('p'))).toEqual(entries(3));
    expect(await inode(`${second.path}/playlists/p.json`)).toBe(await inode(`${first.path}/playlists/p.json`));
    expect(await verify(second)).toEqual({ findings: [], verdict: 'complete_with_omissions' });
  });

  it('leaves nothing behind when it is given up', async () => {
    const folder = await folders.make();
    const writer = await ArchiveWriter.begin(folder, 'a', []);
    await writer.writeList(listFacts('tracks'), from(entries(1)));
    expect(await readdir(folder)).toEqual([PARTIAL_A]);
    await writer.abandon();
    expect(await readdir(folder)).toEqual([]);
    await expect(writer.finish(BACKUP)).rejects.toThrow('over');
  });

  it('leaves nothing behind when the entries fail, and says why', async () => {
    const folder = await folders.make();
    const writer = await ArchiveWriter.begin(folder, 'a', []);
    const failure = new Error('The database is away.');
    async function* broken() {
      yield await Promise.resolve(entry(1));
      throw failure;
    }
    await expect(writer.writeList(listFacts('tracks'), broken())).rejects.toBe(failure);
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not touch a backup of the same name', async () => {
    const folder = await folders.make();
    const late = await ArchiveWriter.begin(folder, 'a', []);
    const { path } = await write(folder, 'b', { lists: { tracks: entries(1) } });
    await rename(path, `${folder}/a`);
    await expect(late.finish(BACKUP)).rejects.toMatchObject({ code: 'exists' });
    await expect(ArchiveWriter.begin(folder, 'a', [])).rejects.toMatchObject({ code: 'exists' });
    expect(await verify(await Archive.open(folder, 'a'))).toEqual({ findings: [], verdict: 'complete' });
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('sweeps up what an attempt and a removal have left, and not what another backup is writing', async () => {
    const folder = await folders.make();
    await ArchiveWriter.begin(folder, 'a', []);
    await ArchiveWriter.begin(folder, 'a.other', []);
    const { path } = await write(folder, 'b');
    await rename(path, `${folder}/.b.removed`);
    await write(folder, 'a');
    expect((await readdir(folder)).toSorted()).toEqual([expect.stringMatching(/^\.a\.other\..+\.partial$/), 'a']);
    await discardPartials(folder, 'a.other');
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('lets whoever was slow ruin nothing that another has begun anew', async () => {
    const folder = await folders.make();
    const slow = await ArchiveWriter.begin(folder, 'a', []);
    const next = await ArchiveWriter.begin(folder, 'a', []);
    await next.writeList(listFacts('tracks'), from(entries(2)));
    await expect(slow.writeList(listFacts('tracks'), from(entries(1)))).rejects.toMatchObject({ code: 'not_writable' });
    await slow.abandon();
    const archive = await next.finish(BACKUP);
    expect(await verify(archive)).toEqual({ findings: [], verdict: 'complete' });
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('takes nothing twice', async () => {
    const folder = await folders.make();
    const twice = async (first: (writer: ArchiveWriter) => Promise<unknown>): Promise<void> => {
      const writer = await ArchiveWriter.begin(folder, 'a', []);
      await first(writer);
      await expect(first(writer)).rejects.toThrow('already');
    };
    await twice((writer) => writer.writeList(listFacts('tracks'), from([])));
    await twice((writer) => writer.writePlaylist(playlist('p'), readFacts(), from([])));
    await twice((writer) => writer.addUnreadPlaylist(playlist('p'), 'Closed.'));
  });

  it('says that a folder cannot be written', async () => {
    const folder = await folders.make();
    await writeFile(`${folder}/file`, '');
    const attempt = ArchiveWriter.begin(`${folder}/file/backups`, 'a', []);
    await expect(attempt).rejects.toMatchObject({ name: 'ArchiveError', code: 'not_writable' });
    const writer = await ArchiveWriter.begin(folder, 'a', []);
    for (const left of await readdir(folder))
      if (left.startsWith('.a.')) await rm(`${folder}/${left}`, { recursive: true });
    await expect(writer.writeList(listFacts('tracks'), from(entries(1)))).rejects.toMatchObject({
      code: 'not_writable',
    });
  });

  it('says that the disk is full, and leaves the earlier backups as they are', async () => {
    const folder = await folders.make();
    const first = await write(folder, 'a', { lists: { tracks: entries(1) } });
    // No file may become longer than this: it ends like a disk that is full, within a file.
    const command = 'ulimit -f 256 && exec "$0" --input-type=module --eval "$1" "$2" b';
    const child = spawn('sh', ['-c', command, process.execPath, ENDLESS, folder]);
    const said = Buffer.concat(await child.stdout.toArray())
      .toString()
      .replace('well under way', '');
    expect(JSON.parse(said)).toEqual({ code: 'disk_full', remedy: expect.stringMatching(/room/), cause: 'EFBIG' });
    expect(await readdir(folder)).toEqual(['a']);
    expect(await verify(first)).toEqual({ findings: [], verdict: 'complete' });
  });

  it('can be killed at any time', async () => {
    const folder = await folders.make();
    const first = await write(folder, 'a', { lists: { tracks: entries(1) } });
    const child = spawn(process.execPath, ['--input-type=module', '--eval', ENDLESS, folder, 'b']);
    expect(String(await once(child.stdout, 'data'))).toBe('well under way');
    child.kill('SIGKILL');
    await once(child, 'close');
    expect((await readdir(folder)).toSorted()).toEqual([expect.stringMatching(/^\.b\..+\.partial$/), 'a']);
    expect((await listArchives(folder)).map(({ name }) => name)).toEqual(['a']);
    expect(await verify(first)).toEqual({ findings: [], verdict: 'complete' });
    const second = await write(folder, 'b', { lists: { tracks: entries(2) }, earlier: [first] });
    expect(await verify(second)).toEqual({ findings: [], verdict: 'complete' });
    expect((await readdir(folder)).toSorted()).toEqual(['a', 'b']);
  });
});
