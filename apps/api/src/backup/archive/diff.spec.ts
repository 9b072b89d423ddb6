import { readFile, rm, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LibraryEntry } from '#listening';
import { diff } from './diff.js';
import { type SequenceDiff, diffSequences } from './sequence-diff.js';
import { entries, entry, from, playlist, ScratchFolders, write } from './testing/library.js';

const folders = new ScratchFolders();
let folder = '';
beforeAll(async () => {
  folder = await folders.make();
});
afterAll(() => folders.clear());

function changes(earlier: LibraryEntry[], later: LibraryEntry[], limit = 100): Promise<SequenceDiff> {
  return diffSequences(
    () => from(earlier),
    () => from(later),
    limit,
  );
}

/** Numbers of what was added, removed and moved. */
async function summary(earlier: LibraryEntry[], later: LibraryEntry[]): Promise<Record<string, unknown>> {
  const { added, removed, moved, renamed } = await changes(earlier, later);
  return {
    added: added.items.map(({ name, position }) => `${name} at ${position}`),
    removed: removed.items.map(({ name, position }) => `${name} at ${position}`),
    moved: moved.items.map(({ name, from: before, position }) => `${name} from ${before} to ${position}`),
    renamed: renamed.items.map(({ name, was }) => `${was.name} is ${name}`),
  };
}

describe('what became of a list', () => {
  it('is nothing when it is the same', async () => {
    expect(await summary(entries(1, 2, 3), entries(1, 2, 3))).toEqual({
      added: [],
      removed: [],
      moved: [],
      renamed: [],
    });
    expect(await summary([], [])).toEqual({ added: [], removed: [], moved: [], renamed: [] });
  });

  it('moves nothing when something is put on top or taken out', async () => {
    expect(await summary(entries(1, 2, 3, 4), entries(9, 1, 2, 4))).toEqual({
      added: ['Song 9 at 1'],
      removed: ['Song 3 at 3'],
      moved: [],
      renamed: [],
    });
  });

  it('moves as few as can be', async () => {
    expect(await summary(entries(1, 2, 3, 4, 5), entries(5, 1, 2, 3, 4))).toMatchObject({
      moved: ['Song 5 from 5 to 1'],
    });
    expect(await summary(entries(1, 2, 3, 4, 5), entries(2, 3, 4, 1, 5))).toMatchObject({
      moved: ['Song 1 from 1 to 4'],
    });
  });

  it('tells of another name and other artists', async () => {
    const renamed = [entry(1, { name: 'Song 1 (Remastered)' }), entry(2, { artists: ['Somebody else'] }), entry(3)];
    const { renamed: found, added } = await changes(entries(1, 2, 3), renamed);
    expect(added.count).toBe(0);
    expect(found.items).toEqual([
      {
        uri: 'spotify:track:1',
        name: 'Song 1 (Remastered)',
        artists: ['Somebody', 'Another'],
        position: 1,
        was: { name: 'Song 1', artists: ['Somebody', 'Another'] },
      },
      {
        uri: 'spotify:track:2',
        name: 'Song 2',
        artists: ['Somebody else'],
        position: 2,
        was: { name: 'Song 2', artists: ['Somebody', 'Another'] },
      },
    ]);
  });

  it('moves nothing when one of several that are the same comes or goes', async () => {
    expect(await summary(entries(1, 2, 1), entries(1, 2, 1, 1))).toMatchObject({ added: ['Song 1 at 4'], moved: [] });
    expect(await summary(entries(1, 2, 1), entries(2, 1))).toMatchObject({ removed: ['Song 1 at 1'], moved: [] });
    const gone = entry(0, { uri: null, url: null, name: '', artists: [], album: null });
    expect(await summary([gone, ...entries(1, 2), gone], [...entries(1, 2), gone, ...entries(3)])).toEqual({
      added: ['Song 3 at 4'],
      removed: [' at 1'],
      moved: [],
      renamed: [],
    });
  });

  it('takes the first of several that are the same, and are elsewhere, for the first', async () => {
    expect(await summary(entries(1, 1, 2, 3, 4), entries(2, 3, 4, 1, 1))).toMatchObject({
      added: [],
      removed: [],
      moved: ['Song 1 from 1 to 4', 'Song 1 from 2 to 5'],
    });
  });

  it('knows what has no URI by its address, and else by what it is called', async () => {
    const page = entry(1, { uri: null });
    const local = entry(2, { uri: null, url: null, kind: 'local' });
    expect(await summary([page, local], [{ ...page, name: 'Other' }, local])).toEqual({
      added: [],
      removed: [],
      moved: [],
      renamed: ['Song 1 is Other'],
    });
    expect(await summary([local], [{ ...local, album: 'Other' }])).toMatchObject({
      added: ['Song 2 at 1'],
      removed: ['Song 2 at 1'],
    });
  });

  it('names no more than asked for, and counts all', async () => {
    const { added, removed } = await changes(entries(1, 2, 3), entries(4, 5, 6, 7), 2);
    expect([added.count, added.items.length, removed.count, removed.items.length]).toEqual([4, 2, 3, 2]);
  });

  it('leads from the one to the other', async () => {
    const list = fc.array(fc.nat(8), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(list, list, async (one, other) => {
        const { added, removed, moved } = await changes(entries(...one), entries(...other));
        const gone = new Set([
          ...removed.items.map(({ position }) => position),
          ...moved.items.map((item) => item.from),
        ]);
        const come = new Map([...added.items, ...moved.items].map((item) => [item.position, item.name]));
        const rest = one.filter((_, at) => !gone.has(at + 1)).map((number) => `Song ${number}`);
        expect(other.map((_, at) => come.get(at + 1) ?? rest.shift())).toEqual(other.map((number) => `Song ${number}`));
        expect(rest).toEqual([]);
      }),
    );
  });
});

describe('what became of a library', () => {
  it('is told per list and per playlist', async () => {
    const one = await write(folder, 'one', {
      lists: { tracks: entries(1, 2), shows: entries(5) },
      playlists: [
        [playlist('same'), entries(1)],
        [playlist('changed'), entries(1, 2, 1)],
        [playlist('renamed', { name: 'Old' }), entries(4)],
        [playlist('removed'), entries(4)],
        [playlist('closed'), entries(4)],
      ],
    });
    const other = await write(folder, 'other', {
      lists: { tracks: entries(3, 1, 2), albums: entries(6) },
      playlists: [
        [playlist('added'), entries(1)],
        [playlist('same'), entries(1)],
        [playlist('changed'), entries(1, 1, 2)],
        [playlist('renamed', { name: 'New' }), [entry(4, { addedAt: null })]],
        [playlist('closed'), null],
      ],
      earlier: [one],
    });
    const found = await diff(one, other, 1_000);
    expect(Object.keys(found.lists)).toEqual(['tracks']);
    expect(found.lists['tracks']).toMatchObject({
      added: { count: 1, items: [{ uri: 'spotify:track:3', position: 1 }] },
      moved: { count: 0 },
    });
    expect([found.notInEarlier, found.notInLater]).toEqual([['albums'], ['shows']]);
    expect(found.playlists).toMatchObject({
      added: { count: 1, items: [{ id: 'added' }] },
      removed: { count: 1, items: [{ id: 'removed' }] },
      renamed: { count: 1, items: [{ id: 'renamed', name: 'New', was: 'Old' }] },
      unread: { count: 1, items: [{ id: 'closed' }] },
      changed: {
        count: 1,
        items: [{ id: 'changed', added: { count: 0 }, removed: { count: 0 }, moved: { count: 1 } }],
      },
    });
  });

  it('names no more of all playlists together than asked for', async () => {
    const content = (first: number) =>
      Array.from({ length: 5 }, (_, at): [ReturnType<typeof playlist>, LibraryEntry[]] => [
        playlist(`p${at}`),
        entries(first, first + 1),
      ]);
    const one = await write(folder, 'many', { playlists: content(1) });
    const other = await write(folder, 'more', { playlists: content(5) });
    const changed = (await diff(one, other, 3)).playlists?.changed;
    expect(changed?.count).toBe(5);
    expect(changed?.items.map(({ added }) => [added.count, added.items.length])).toEqual([
      [2, 2],
      [2, 1],
      [2, 0],
    ]);
  });

  it('is not told by files that are not what they were, and by nothing else', async () => {
    const scratch = await folders.make();
    const one = await write(scratch, 'one', {
      lists: { tracks: entries(1, 2), shows: entries(5) },
      playlists: [
        [playlist('same'), entries(1)],
        [playlist('removed'), entries(4)],
        [playlist('closed'), entries(4)],
      ],
    });
    const other = await write(scratch, 'other', {
      lists: { tracks: entries(1, 2) },
      playlists: [
        [playlist('same'), entries(1)],
        [playlist('closed'), null],
      ],
    });
    for (const file of ['lists/shows.json', 'playlists/removed.json', 'playlists/closed.json', 'lists/tracks.csv'])
      await rm(`${one.path}/${file}`);
    expect((await diff(one, other, 1_000)).playlists).toMatchObject({ removed: { count: 1 }, unread: { count: 1 } });
    for (const { path } of [one, other]) {
      // What can be read, and is the same by what the manifests say of it, too.
      for (const [file, before, after] of [
        ['lists/tracks.json', 'track:1', 'track:9'],
        ['playlists/same.json', 'track:1', 'track:9'],
        ['playlists.json', 'Playlist same', 'Playlist sane'],
        ['manifest.json', '"name": "The owner"', '"name": "The other"'],
      ] as const) {
        const text = await readFile(`${path}/${file}`, 'utf8');
        expect(text).toContain(before);
        await writeFile(`${path}/${file}`, text.replace(before, after));
        const message: unknown = expect.stringContaining(`${file} of ${path === one.path ? 'one' : 'other'} `);
        await expect(diff(one, other, 1_000), file).rejects.toMatchObject({ code: 'damaged', message });
        await writeFile(`${path}/${file}`, text);
      }
    }
  });

  it('says nothing of playlists that one of them has not', async () => {
    const one = await write(folder, 'without', { facts: { playlists: null } });
    const other = await write(folder, 'with', { playlists: [[playlist('p'), []]] });
    expect((await diff(one, other, 1_000)).playlists).toBeNull();
  });
});
