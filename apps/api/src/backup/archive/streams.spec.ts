import { once } from 'node:events';
import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Archive } from './archive.js';
import { ARCHIVE_SCHEMA } from './schema.js';
import { archiveStream, documentStream } from './streams.js';
import { entries, entry, playlist, ScratchFolders, write } from './testing/library.js';

const folders = new ScratchFolders();
let archive: Archive;
beforeAll(async () => {
  archive = await write(await folders.make(), 'spotify_backup_2026-11-21T031500Z', {
    lists: { tracks: entries(1, 2, 3), albums: [], long: Array.from({ length: 3_000 }, (_, at) => entry(at)) },
    playlists: [
      [playlist('p'), entries(1, 2, 1)],
      [playlist('closed'), null],
      [playlist('empty'), []],
    ],
  });
});
afterAll(() => folders.clear());

/** How many files of a backup this process has open. */
/** Of this archive: other tests run in the same process. */
async function openFiles(): Promise<string[]> {
  const open = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
  return (await Promise.all(open)).filter((path) => path.startsWith(archive.path));
}

describe('a backup as an archive', () => {
  it('has every file as it is', async () => {
    const found: Record<string, string> = {};
    const reading = extract();
    const done = pipeline(archiveStream(archive), createGunzip(), reading);
    for await (const file of reading) {
      expect(file.header.mode).toBe(0o600);
      const parts: Buffer[] = [];
      for await (const chunk of file) if (Buffer.isBuffer(chunk)) parts.push(chunk);
      found[file.header.name] = Buffer.concat(parts).toString();
    }
    await done;
    const names = (await readdir(archive.path, { recursive: true })).filter((name) => name.includes('.'));
    expect(Object.keys(found).toSorted()).toEqual(names.map((name) => `${archive.name}/${name}`).toSorted());
    for (const name of names)
      expect(found[`${archive.name}/${name}`]).toBe(await readFile(`${archive.path}/${name}`, 'utf8'));
  });

  it('breaks off when a file is gone', async () => {
    const broken = await write(await folders.make(), 'a', { lists: { tracks: entries(1) } });
    await rm(`${broken.path}/lists/tracks.csv`);
    await expect(archiveStream(broken).toArray()).rejects.toMatchObject({ code: 'damaged' });
    await rm(`${broken.path}/lists/tracks.json`);
    await expect(documentStream(broken).toArray()).rejects.toMatchObject({ code: 'damaged' });
  });

  it.each([
    ['archive', archiveStream],
    ['document', documentStream],
  ])('holds nothing open when whoever reads its %s goes away', async (_, open) => {
    for (let time = 0; time < 5; time += 1) {
      const stream = open(archive);
      await once(stream, 'readable');
      stream.destroy();
      await once(stream, 'close');
    }
    await expect.poll(openFiles, { timeout: 10_000 }).toEqual([]);
  });
});

describe('a backup as one document', () => {
  it('has everything, as the schema says', async () => {
    const text = Buffer.concat(await documentStream(archive).toArray()).toString();
    const document: unknown = JSON.parse(text);
    const ajv = new Ajv2020({ allowUnionTypes: true });
    expect(ajv.validate(ARCHIVE_SCHEMA, document), ajv.errorsText()).toBe(true);
    expect(document).toMatchObject({
      backup: { id: 'b-1', lists: [{ name: 'tracks', count: 3 }, { name: 'albums' }, { name: 'long' }] },
      profile: { name: 'owner' },
      lists: [{ list: 'tracks', entries: [{ name: 'Song 1' }, {}, {}] }, { entries: [] }, {}],
      playlists: [
        { position: 1, playlist: { id: 'p' }, entries: [{ name: 'Song 1' }, { name: 'Song 2' }, { name: 'Song 1' }] },
        { position: 2, entries: null },
        { position: 3, entries: [] },
      ],
    });
  });

  it('is a document also without playlists and lists', async () => {
    const bare = await write(await folders.make(), 'a', { facts: { playlists: null } });
    const text = Buffer.concat(await documentStream(bare).toArray()).toString();
    expect(JSON.parse(text)).toMatchObject({ lists: [], playlists: [] });
  });
});

describe('the schema', () => {
  it('is in the backup, and every file is one of its documents', async () => {
    const published: unknown = JSON.parse(await readFile(`${archive.path}/schema.json`, 'utf8'));
    expect(published).toEqual(ARCHIVE_SCHEMA);
    const ajv = new Ajv2020({ allowUnionTypes: true, strict: true });
    const isValid = ajv.compile(ARCHIVE_SCHEMA);
    for (const name of await readdir(archive.path, { recursive: true })) {
      if (!name.endsWith('.json') || name === 'schema.json') continue;
      expect(isValid(JSON.parse(await readFile(`${archive.path}/${name}`, 'utf8'))), name).toBe(true);
    }
    expect(isValid({})).toBe(false);
  });
});
