import { cp, mkdir, readFile, rm, truncate, writeFile, readdir, stat } from 'node:fs/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Archive, folderFault, listArchives, removeArchive } from './archive.js';
import { archiveName } from './archive-name.js';
import { all, anyEntry, entries, entry, playlist, PROFILE, ScratchFolders, write } from './testing/library.js';

const folders = new ScratchFolders();
afterEach(() => folders.clear());

describe('a backup on disk', () => {
  it('is named by provider and date, with nothing that a disk refuses', () => {
    expect(archiveName('spotify', new Date('2026-11-21T03:15:00.123Z'))).toBe('spotify_backup_2026-11-21T031500Z');
  });

  it('gives all entries back', async () => {
    const folder = await folders.make();
    let number = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyEntry, { maxLength: 6 }), async (items) => {
        const archive = await write(folder, `backup${(number += 1)}`, {
          lists: { tracks: items },
          playlists: [[playlist('p'), items]],
        });
        expect(await all(archive.entries('tracks'))).toEqual(items);
        expect(await all(archive.playlistEntries('p'))).toEqual(items);
        const file: unknown = JSON.parse(await readFile(`${archive.path}/lists/tracks.json`, 'utf8'));
        expect(file).toMatchObject({ list: 'tracks', entries: items.map(({ name }) => ({ name })) });
      }),
      { numRuns: 40 },
    );
  });

  it('gives an entry back that is longer than what is read at once', async () => {
    const items = [entry(1, { name: 'é'.repeat(150_000) }), entry(2)];
    const archive = await write(await folders.make(), 'a', { lists: { tracks: items } });
    expect(await all(archive.entries('tracks'))).toEqual(items);
  });

  it('tells of playlists, the profile and its size', async () => {
    const archive = await write(await folders.make(), 'a', {
      playlists: [
        [playlist('one'), entries(1, 2, 1)],
        [playlist('closed', { total: 5 }), null],
      ],
    });
    expect(await all(archive.playlists())).toMatchObject([
      { position: 1, playlist: { id: 'one' }, json: 'playlists/one.json', count: 3, missing: null },
      { position: 2, playlist: { id: 'closed' }, json: null, count: null, total: 5, missing: 'It is closed.' },
    ]);
    expect(await archive.playlist('one')).toMatchObject({ version: 'v1', count: 3 });
    expect(await archive.playlist('other')).toBeNull();
    expect(archive.manifest.playlists).toMatchObject({ count: 2, unread: 1, entries: 3 });
    expect(await archive.profile()).toEqual(PROFILE);
    const files = await readdir(archive.path, { recursive: true, withFileTypes: true });
    const sizes = files.filter((file) => file.isFile()).map((file) => stat(`${file.parentPath}/${file.name}`));
    expect(await archive.size()).toBe((await Promise.all(sizes)).reduce((sum, { size }) => sum + size, 0));
    const { stream, bytes: length } = await archive.read('playlists/one.csv');
    expect(Buffer.concat(await stream.toArray())).toHaveLength(length);
  });

  it('says what it has not', async () => {
    const archive = await write(await folders.make(), 'a', { playlists: [[playlist('closed'), null]] });
    await expect(all(archive.entries('tracks'))).rejects.toMatchObject({ code: 'not_kept' });
    await expect(all(archive.playlistEntries('closed'))).rejects.toMatchObject({ code: 'not_kept' });
    await expect(archive.read('../a/manifest.json')).rejects.toMatchObject({ code: 'not_kept' });
    await expect(archive.read('lists/tracks.json')).rejects.toMatchObject({ code: 'damaged' });
  });

  it.each([
    ['cut short', (text: string) => text.slice(0, text.indexOf('\n', 120))],
    ['cut within a line', (text: string) => text.slice(0, -40)],
    ['longer', (text: string) => `${text}{}\n`],
    ['of another shape', (text: string) => text.replace('"track"', '"tape"')],
    ['of another time', (text: string) => text.replace(/"addedAt":"[^"]*"/, '"addedAt":"yesterday"')],
  ])('does not give out what is %s', async (_, damage) => {
    const archive = await write(await folders.make(), 'a', { lists: { tracks: entries(1, 2, 3) } });
    const path = `${archive.path}/lists/tracks.json`;
    await writeFile(path, damage(await readFile(path, 'utf8')));
    await expect(all(archive.entries('tracks'))).rejects.toMatchObject({ code: 'damaged' });
    await expect(archive.expectIntact(() => true)).rejects.toMatchObject({ code: 'damaged', message: /tracks\.json/ });
    await archive.expectIntact((file) => file === 'lists/tracks.csv');
  });
});

describe('the folder of backups', () => {
  it('is empty before the first', async () => {
    expect(await listArchives(`${await folders.make()}/none`)).toEqual([]);
  });

  it('lists what is finished, the newest first, and nothing else', async () => {
    const folder = await folders.make();
    for (const [name, day] of Object.entries({ b: '2026-11-20', c: '2026-11-22', a: '2026-11-21' })) {
      await write(folder, name, { facts: { startedAt: new Date(`${day}T00:00:00.000Z`) } });
    }
    await cp(`${folder}/a`, `${folder}/.d.partial`, { recursive: true });
    await mkdir(`${folder}/foreign`);
    await writeFile(`${folder}/foreign/manifest.json`, '{"format":"something else"}');
    await mkdir(`${folder}/lost+found`);
    await writeFile(`${folder}/notes.txt`, '');
    expect((await listArchives(folder)).map(({ name }) => name)).toEqual(['c', 'a', 'b']);
  });

  it.each(['.', '..', '../a', '.a.partial', 'a/b', ''])('has nothing named %o', async (name) => {
    const folder = await folders.make();
    await write(folder, 'a');
    await expect(Archive.open(folder, name)).rejects.toMatchObject({ code: 'not_an_archive' });
    await expect(removeArchive(folder, name)).rejects.toMatchObject({ code: 'not_an_archive' });
  });

  it('tells a damaged backup from something else, and lets go of it', async () => {
    const folder = await folders.make();
    const { path } = await write(folder, 'a');
    await writeFile(`${path}/manifest.json`, '{');
    await expect(Archive.open(folder, 'a')).rejects.toMatchObject({ code: 'damaged' });
    await rm(`${path}/manifest.json`);
    await expect(Archive.open(folder, 'a')).rejects.toMatchObject({ code: 'damaged' });
    expect(await listArchives(folder)).toEqual([]);
    await removeArchive(folder, 'a');
    await expect(Archive.open(folder, 'a')).rejects.toMatchObject({ code: 'not_an_archive' });
  });

  it('does not remove a folder that is none of ours', async () => {
    const folder = await folders.make();
    await mkdir(`${folder}/photos`);
    await expect(removeArchive(folder, 'photos')).rejects.toMatchObject({ code: 'not_an_archive' });
  });

  it('takes a manifest for damaged that leads out of its folder', async () => {
    const folder = await folders.make();
    const { path } = await write(folder, 'a', { lists: { tracks: entries(1) } });
    const text = await readFile(`${path}/manifest.json`, 'utf8');
    await writeFile(`${path}/manifest.json`, text.replaceAll('lists/tracks.json', '../secret.json'));
    await expect(Archive.open(folder, 'a')).rejects.toMatchObject({ code: 'damaged' });
  });

  it.each([
    ['a month that is none', '"startedAt": "2026-11-21T03:15:00.000Z"', '"startedAt": "2024-13-45T99:99:99.999Z"'],
    ['a day that is none', '"finishedAt": "2026-11-21', '"finishedAt": "2026-11-32'],
    ['an hour that is none', '"readAt": "2026-11-21T03', '"readAt": "2026-11-21T24'],
    ['a sign in the provider', '"id": "spotify"', '"id": "spot\\u0000ify"'],
    ['a provider of any length', '"id": "spotify"', `"id": "${'s'.repeat(65)}"`],
    ['a sign in the account', '"id": "owner"', '"id": "own\\u0000er"'],
    ['half a sign in the account', '"name": "The owner"', '"name": "The \\ud800 owner"'],
    ['an account of any length', '"name": "The owner"', `"name": "${'n'.repeat(10_001)}"`],
    ['more entries than can be counted', '"count": 1,', '"count": 2147483648,'],
    ['far more entries', '"count": 1,', '"count": 1e300,'],
    ['less than nothing', '"count": 1,', '"count": -1,'],
  ])('takes a manifest for damaged that has %s', async (_, before, after) => {
    const folder = await folders.make();
    const { path } = await write(folder, 'a', { lists: { tracks: entries(1) } });
    const text = await readFile(`${path}/manifest.json`, 'utf8');
    expect(text).toContain(before);
    await writeFile(`${path}/manifest.json`, text.replace(before, after));
    await expect(Archive.open(folder, 'a')).rejects.toMatchObject({ code: 'damaged' });
    expect(await listArchives(folder)).toEqual([]);
  });

  it('takes a manifest for damaged that would fill the memory', async () => {
    const folder = await folders.make();
    const { path } = await write(folder, 'a');
    await truncate(`${path}/manifest.json`, 49 * 1024 * 1024);
    await expect(Archive.open(folder, 'a')).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringContaining('longer'),
    });
  });

  it('has no newest that is ahead of its time', async () => {
    const folder = await folders.make();
    const now = new Date('2026-11-22T00:00:00.000Z');
    await write(folder, 'now', { facts: { startedAt: now, finishedAt: now } });
    const fast = new Date('2026-11-22T23:00:00.000Z');
    await write(folder, 'fast', { facts: { startedAt: fast, finishedAt: fast } });
    await write(folder, 'begun', { facts: { startedAt: new Date('9999-01-01T00:00:00.000Z') } });
    await write(folder, 'ended', { facts: { finishedAt: new Date('2026-11-23T01:00:00.000Z') } });
    expect((await listArchives(folder, now)).map(({ name }) => name)).toEqual(['fast', 'now']);
    expect((await Archive.open(folder, 'ended')).isAhead(now)).toBe(true);
  });

  it('is missed with all that should be there, and not for one of them', async () => {
    const folder = await folders.make();
    await write(folder, 'a');
    await writeFile(`${folder}/file`, '');
    expect(await folderFault(`${folder}/none`, [])).toBeNull();
    expect(await folderFault(folder, ['a', 'gone'])).toBeNull();
    expect(await folderFault(folder, ['gone'])).toMatchObject({ code: 'folder_away' });
    expect(await folderFault(`${folder}/none`, ['a'])).toMatchObject({ code: 'folder_away' });
    expect(await folderFault(`${folder}/file`, [])).toMatchObject({ code: 'not_readable' });
  });
});
