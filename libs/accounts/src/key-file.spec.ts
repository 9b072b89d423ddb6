import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KEY_FILE, openKeyRing } from './key-file.js';
import { makeKey } from './testing/room.js';

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tonearm-keys-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

it('makes a key that only its owner can read, once', async () => {
  const folder = join(dataDir, 'not', 'there', 'yet');
  const first = await openKeyRing(undefined, folder);
  expect((await stat(join(folder, KEY_FILE))).mode & 0o777).toBe(0o600);
  const second = await openKeyRing(undefined, folder);
  expect(second.ids).toEqual(first.ids);
  expect(second.writer.key.equals(first.writer.key)).toBe(true);
});

it('makes one key when many processes start at once, and leaves no drafts', async () => {
  const rings = await Promise.all(Array.from({ length: 20 }, () => openKeyRing(undefined, dataDir)));
  const [first] = rings;
  expect(rings.every(({ writer }) => first && writer.key.equals(first.writer.key))).toBe(true);
  expect(await readdir(dataDir)).toEqual([KEY_FILE]);
});

it('makes none when keys are set', async () => {
  const ring = await openKeyRing(`${makeKey('b')},${makeKey('a')}`, dataDir);
  expect([ring.writer.id, ...ring.ids]).toEqual(['b', 'b', 'a']);
  expect(await readdir(dataDir)).toEqual([]);
});

it('still opens with the key of the file after one was set', async () => {
  const filed = await openKeyRing(undefined, dataDir);
  const ring = await openKeyRing(makeKey('b'), dataDir);
  expect(ring.ids).toEqual(['b', filed.writer.id]);
});

it('says so when setting and file mean different keys by the same name', async () => {
  const { writer } = await openKeyRing(undefined, dataDir);
  await expect(openKeyRing(makeKey(writer.id), dataDir)).rejects.toMatchObject({ code: 'key_wrong' });
  const same = (await readFile(join(dataDir, KEY_FILE), 'utf8')).trim();
  expect((await openKeyRing(same, dataDir)).ids).toEqual([writer.id]);
});

it('never makes a new key in the place of one that it cannot read', async () => {
  const file = join(dataDir, KEY_FILE);
  await writeFile(file, 'garbage');
  await expect(openKeyRing(undefined, dataDir)).rejects.toMatchObject({ code: 'key_malformed' });
  expect(await readFile(file, 'utf8')).toBe('garbage');
  await rm(file);
  await writeFile(join(dataDir, 'file'), '');
  await expect(openKeyRing(undefined, join(dataDir, 'file'))).rejects.toMatchObject({ code: 'key_file_unusable' });
});
