import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Archive } from './archive.js';
import { ArchiveWriter } from './archive-writer.js';
import {
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
let folder = '';
let number = 0;

beforeAll(async () => {
  folder = await folders.make();
  await write(folder, 'sound', {
    lists: { tracks: entries(1, 2, 3), albums: [] },
    playlists: [
      [playlist('p'), entries(1, 2, 1)],
      [playlist('q'), [entry(1, { uri: null, kind: 'gone', name: '' })]],
    ],
  });
});

afterAll(() => folders.clear());

/** A copy of the sound backup to break. */
async function copy(): Promise<Archive> {
  number += 1;
  await cp(`${folder}/sound`, `${folder}/copy${number}`, { recursive: true });
  return Archive.open(folder, `copy${number}`);
}

type Change = (text: string) => string;

async function change(archive: Archive, file: string, how: Change): Promise<void> {
  const path = `${archive.path}/${file}`;
  const text = await readFile(path, 'utf8');
  const changed = how(text);
  if (changed === text) throw new Error('Nothing was changed.');
  await writeFile(path, changed);
}

/** Changes a file so that its checksum and that of the manifest are right: what a faulty writer would leave. */
async function forge(archive: Archive, file: string, how: Change): Promise<Archive> {
  if (file !== 'manifest.json') {
    const before = createHash('sha256')
      .update(await readFile(`${archive.path}/${file}`))
      .digest('hex');
    const { length: bytesBefore } = await readFile(`${archive.path}/${file}`);
    await change(archive, file, how);
    const after = await readFile(`${archive.path}/${file}`);
    const sum = createHash('sha256').update(after).digest('hex');
    await change(archive, 'manifest.json', (text) =>
      text.replace(
        new RegExp(`("path": "${file}",\\s*"bytes": )${bytesBefore}(,\\s*"sha256": ")${before}`),
        `$1${after.length}$2${sum}`,
      ),
    );
  } else await change(archive, file, how);
  const sum = createHash('sha256')
    .update(await readFile(`${archive.path}/manifest.json`))
    .digest('hex');
  await writeFile(`${archive.path}/manifest.sha256`, `${sum}  manifest.json\n`);
  return Archive.open(archive.folder, archive.name);
}

describe('a sound backup', () => {
  it('is complete', async () => {
    expect(await verify(await copy())).toEqual({ findings: [], verdict: 'complete' });
  });

  it('is complete with omissions when something is named as missing', async () => {
    const omitted = await write(folder, 'omitted', {
      facts: { omissions: [{ what: 'shows', reason: 'Not agreed to.' }] },
    });
    expect(await verify(omitted)).toEqual({ findings: [], verdict: 'complete_with_omissions' });
    const closed = await write(folder, 'closed', { playlists: [[playlist('p'), null]] });
    expect(await verify(closed)).toEqual({ findings: [], verdict: 'complete_with_omissions' });
    const writer = await ArchiveWriter.begin(folder, 'short', []);
    await writer.writeList(listFacts('tracks', { total: 2, missing: 'It kept changing.' }), from(entries(1)));
    expect(await verify(await writer.finish(BACKUP))).toEqual({ findings: [], verdict: 'complete_with_omissions' });
  });

  it('may have a chart that is longer elsewhere', async () => {
    const writer = await ArchiveWriter.begin(folder, 'chart', []);
    await writer.writeList(listFacts('top_tracks', { order: 'chart', total: 9_000 }), from(entries(1)));
    expect(await verify(await writer.finish(BACKUP))).toEqual({ findings: [], verdict: 'complete' });
  });
});

describe('a backup that rots', () => {
  it.each([
    'README.txt',
    'schema.json',
    'profile.json',
    'playlists.json',
    'manifest.json',
    'manifest.sha256',
    'lists/tracks.json',
    'lists/tracks.csv',
    'lists/albums.json',
    'playlists/p.json',
    'playlists/q.csv',
  ])('is found out by one letter of %s', async (file) => {
    const archive = await copy();
    // A letter of a word, so that it still is the same kind of file.
    await change(archive, file, (text) =>
      text.replace(/e(?=[a-z ])|a(?=[0-9b-f])|(?<=[0-9])b/, 'i').replace(/^([0-9])/, 'f$1'),
    );
    const { findings, verdict } = await verify(archive);
    expect(verdict).toBe('failed');
    const told = file === 'manifest.sha256' ? 'manifest.json' : file;
    expect(findings.map((finding) => finding.file)).toContain(told);
  });

  it('finds what is wrong with playlists of which the list breaks off', async () => {
    const archive = await copy();
    await change(archive, 'playlists.json', (text) => text.slice(0, text.indexOf('"id":"q"')));
    await change(archive, 'playlists/p.json', (text) => text.slice(0, -40));
    await change(archive, 'playlists/q.csv', (text) => text.slice(0, -4));
    const { findings } = await verify(archive);
    const of = (file: string): string[] => findings.filter((one) => one.file === file).map(({ what }) => what);
    expect(of('playlists.json').length).toBeGreaterThan(0);
    expect(of('playlists/p.json').join()).toMatch(/no JSON|end is missing/);
    expect(of('playlists/p.csv')).toEqual([]);
    // Behind the break nobody knows whose they are.
    expect(of('playlists/q.csv').join()).toMatch(/bytes/);
    expect(of('playlists/q.json')).toEqual([]);
  });

  it.each(['README.txt', 'profile.json', 'playlists.json', 'lists/tracks.json', 'playlists/p.csv', 'manifest.sha256'])(
    'is found out when %s is gone',
    async (file) => {
      const archive = await copy();
      await rm(`${archive.path}/${file}`);
      const { findings, verdict } = await verify(archive);
      expect(verdict).toBe('failed');
      expect(findings).toContainEqual({ file, what: 'is missing' });
    },
  );

  it.each(['notes.txt', 'lists/extra.json', 'playlists/.hidden'])('is found out when there is %s', async (file) => {
    const archive = await copy();
    await writeFile(`${archive.path}/${file}`, '');
    expect(await verify(archive)).toEqual({ findings: [{ file, what: 'is not in the manifest' }], verdict: 'failed' });
  });

  it('is found out when there is another folder', async () => {
    const archive = await copy();
    await mkdir(`${archive.path}/lists/more`);
    expect((await verify(archive)).findings).toEqual([{ file: 'lists/more', what: 'is not in the manifest' }]);
  });
});

describe('a backup that was written wrongly', () => {
  const swap =
    (one: string, other: string): Change =>
    (text) =>
      text.replace(one, other);
  it.each<[string, string, Change, RegExp]>([
    [
      'an entry twice',
      'lists/tracks.json',
      swap('"spotify:track:2"', '"spotify:track:1"'),
      /entry 2: spotify:track:1 is there already/,
    ],
    [
      'an entry of no kind',
      'lists/tracks.json',
      swap('"kind":"track"', '"kind":"tape"'),
      /line 2: \/kind must be equal/,
    ],
    [
      'an entry with a property more',
      'playlists/p.json',
      swap('"kind"', '"more":1,"kind"'),
      /must NOT have additional/,
    ],
    [
      'an entry less',
      'lists/tracks.json',
      (text) => text.replace(/\{"kind".*\n/, ''),
      /has 2 entries, and 3 were written/,
    ],
    ['the entries of another list', 'lists/tracks.json', swap('"list":"tracks"', '"list":"albums"'), /something else/],
    ['no end', 'lists/tracks.json', (text) => text.slice(0, -4), /its end is missing|is no document/],
    ['a row less', 'lists/tracks.csv', (text) => text.replace(/\r\n2,.*/, ''), /has 2 rows, and 3 were written/],
    [
      'a row in another place',
      'lists/tracks.csv',
      (text) => text.replace('\r\n2,', '\r\n4,'),
      /row 2 has another position/,
    ],
    ['half a row', 'lists/tracks.csv', (text) => `${text}4,track`, /ends within a row/],
    [
      'a playlist less',
      'playlists.json',
      (text) => text.replace(/\{"position":2.*\n/, '').replace(/,\n\]/, '\n]'),
      /count is 1, and 2 in the manifest/,
    ],
    [
      'a playlist in another place',
      'playlists.json',
      swap('"position":2', '"position":3'),
      /playlist 2 has the position 3/,
    ],
    ['a playlist twice', 'playlists.json', swap('"id":"q"', '"id":"p"'), /playlist 2 is there already/],
    [
      'another number of entries',
      'playlists.json',
      swap('"count":3', '"count":4'),
      /entries is 5, and 4 in the manifest/,
    ],
    [
      'fewer than there were',
      'manifest.json',
      swap('"total": 3', '"total": 5'),
      /has 3 entries, and the upstream counted 5/,
    ],
    [
      'a list that nobody names',
      'manifest.json',
      (text) => text.replace(/\{\s*"name": "tracks"[^}]*\},/, ''),
      /belongs to nothing/,
    ],
    ['a profile of another shape', 'profile.json', swap('"playcount": 12', '"playcount": "12"'), /playcount must be/],
  ])('is found out by %s', async (_, file, how, what) => {
    const { findings, verdict } = await verify(await forge(await copy(), file, how));
    expect(verdict).toBe('failed');
    expect(findings.map((finding) => finding.what).join('\n')).toMatch(what);
  });

  it('may have the same entry twice in a playlist alone', async () => {
    const archive = await write(folder, 'twice', {
      lists: { tracks: entries(1, 1) },
      playlists: [[playlist('p'), entries(1, 1)]],
    });
    expect((await verify(archive)).findings.map(({ file }) => file)).toEqual(['lists/tracks.json']);
  });

  it('does not fill the memory with findings', async () => {
    const writer = await ArchiveWriter.begin(folder, 'bad', []);
    const bad = Array.from({ length: 500 }, () => entry(1));
    await writer.writeList(listFacts('tracks'), from(bad));
    await writer.writePlaylist(playlist('p'), readFacts({ total: 3 }), from(entries(1)));
    const { findings } = await verify(await writer.finish(BACKUP));
    expect(findings).toHaveLength(22);
    expect(findings).toContainEqual({ file: 'lists/tracks.json', what: 'and 479 more of that kind' });
    expect(findings).toContainEqual({ file: 'playlists/p.json', what: 'has 1 entries, and the upstream counted 3' });
  });
});
