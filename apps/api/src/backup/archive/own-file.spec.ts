import { execFileSync } from 'node:child_process';
import { copyFile, link, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Archive, listArchives, removeArchive } from './archive.js';
import { archiveStream, documentStream } from './streams.js';
import { all, entries, playlist, ScratchFolders, write } from './testing/library.js';
import { verify } from './verify.js';

const folders = new ScratchFolders();
afterEach(() => folders.clear());

/** A backup, and a file beside it that is nobody's business. */
async function make(): Promise<{ archive: Archive; folder: string; outside: string }> {
  const folder = await folders.make();
  const archive = await write(folder, 'a', {
    lists: { tracks: entries(1, 2) },
    playlists: [[playlist('p'), entries(1)]],
  });
  const outside = `${await folders.make()}/outside`;
  await writeFile(outside, 'not to be read');
  return { archive, folder, outside };
}

/** Puts something else in the place of a file. */
const REPLACE: Record<string, (path: string, outside: string) => Promise<void>> = {
  'a link to another file': (path, outside) => symlink(outside, path),
  'a link to a file that is the same': async (path, outside) => {
    await copyFile(`${path}.before`, outside);
    await symlink(outside, path);
  },
  'a link to nothing': (path) => symlink('nothing', path),
  'a pipe': async (path) => {
    await Promise.resolve(execFileSync('mkfifo', [path]));
  },
  'a folder': async (path) => {
    await mkdir(path);
  },
};

async function replace(path: string, outside: string, what: string): Promise<void> {
  await rename(path, `${path}.before`);
  await REPLACE[what]?.(path, outside);
  await rm(`${path}.before`);
}

describe.each(Object.keys(REPLACE))('%s in a backup', (what) => {
  it.each(['lists/tracks.csv', 'lists/tracks.json', 'playlists/p.csv'])('is not read as %s', async (file) => {
    const { archive, outside } = await make();
    await replace(`${archive.path}/${file}`, outside, what);
    await expect(archive.read(file)).rejects.toMatchObject({ code: 'damaged' });
    await expect(archive.size()).rejects.toMatchObject({ code: 'damaged' });
    await expect(archiveStream(archive).toArray()).rejects.toMatchObject({ code: 'damaged' });
    await expect(archive.expectIntact((path) => path === file)).rejects.toMatchObject({ code: 'damaged' });
    expect(await verify(archive)).toMatchObject({
      verdict: 'failed',
      findings: expect.arrayContaining([expect.objectContaining({ file })]),
    });
  });

  it('is no manifest, and can be taken away', async () => {
    const { archive, folder, outside } = await make();
    await replace(`${archive.path}/manifest.json`, outside, what);
    await expect(Archive.open(folder, 'a')).rejects.toMatchObject({ code: 'damaged' });
    expect(await listArchives(folder)).toEqual([]);
    await expect(archive.files()).rejects.toMatchObject({ code: 'damaged' });
    await removeArchive(folder, 'a');
    await expect(Archive.open(folder, 'a')).rejects.toMatchObject({ code: 'not_an_archive' });
  });

  it('is no profile', async () => {
    const { archive, outside } = await make();
    await replace(`${archive.path}/profile.json`, outside, what);
    await expect(archive.profile()).rejects.toMatchObject({ code: 'damaged' });
    await expect(documentStream(archive).toArray()).rejects.toMatchObject({ code: 'damaged' });
  });
});

describe('a folder elsewhere', () => {
  it.each(['lists', 'playlists'])('is not taken for %s', async (part) => {
    const { archive, outside } = await make();
    await rename(`${archive.path}/${part}`, `${outside}.folder`);
    await symlink(`${outside}.folder`, `${archive.path}/${part}`);
    const file = part === 'lists' ? 'lists/tracks.csv' : 'playlists/p.csv';
    await expect(archive.read(file)).rejects.toMatchObject({ code: 'damaged' });
    await expect(archive.size()).rejects.toMatchObject({ code: 'damaged' });
    expect(await verify(archive)).toMatchObject({
      verdict: 'failed',
      findings: expect.arrayContaining([
        { file: part, what: 'is not in the manifest' },
        { file, what: 'is missing' },
      ]),
    });
  });

  it('is not taken for a backup', async () => {
    const { archive, folder, outside } = await make();
    await rename(archive.path, `${outside}.folder`);
    await symlink(`${outside}.folder`, archive.path);
    await expect(Archive.open(folder, 'a')).rejects.toMatchObject({ code: 'not_an_archive' });
    await expect(archive.read('lists/tracks.csv')).rejects.toMatchObject({ code: 'damaged' });
    await expect(removeArchive(folder, 'a')).rejects.toMatchObject({ code: 'not_an_archive' });
    expect(await readFile(`${outside}.folder/manifest.json`, 'utf8')).toContain('tonearm-library-backup');
  });
});

it('reads a file that another backup shares', async () => {
  const { archive, outside } = await make();
  await link(`${archive.path}/lists/tracks.json`, `${outside}.shared`);
  expect(await all(archive.entries('tracks'))).toHaveLength(2);
  expect(await verify(archive)).toEqual({ findings: [], verdict: 'complete' });
});
