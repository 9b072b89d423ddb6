import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LibraryEntry } from '#listening';
import type { Archive } from '../archive/archive.js';
import { ArchiveWriter } from '../archive/archive-writer.js';
import {
  BACKUP,
  ScratchFolders,
  entries,
  entry,
  from,
  listFacts,
  playlist,
  readFacts,
  write,
} from '../archive/testing/library.js';
import { type TransferPart, leftOut, transferStream } from './transfer-file.js';

const folders = new ScratchFolders();
const ALL: TransferPart = { kind: 'all' };
let archive: Archive;

beforeAll(async () => {
  const writer = await ArchiveWriter.begin(await folders.make(), 'spotify_backup_2026-11-21T031500Z', []);
  const lists: [string, LibraryEntry[]][] = [
    ['tracks', [...entries(1, 2), entry(3, { kind: 'gone', name: '' })]],
    ['albums', [entry(4, { kind: 'album', name: 'Harbour' })]],
    ['episodes', [entry(5, { kind: 'episode' }), entry(6, { kind: 'episode' })]],
    ['artists', [entry(7, { kind: 'artist', name: 'Moth' })]],
  ];
  for (const [name, items] of lists) await writer.writeList(listFacts(name), from(items));
  await writer.writeList(listFacts('top', { title: 'Top songs', order: 'chart' }), from(entries(8)));
  const artists = [entry(10, { kind: 'artist', name: 'Fern' })];
  await writer.writeList(listFacts('top_artists', { title: 'Top artists', order: 'chart' }), from(artists));
  await writer.writePlaylist(playlist('a', { name: 'Mix' }), readFacts(), from(entries(1, 9, 1)));
  await writer.writePlaylist(
    playlist('b', { name: 'Mix' }),
    readFacts(),
    from([entry(2, { kind: 'local', name: '' })]),
  );
  await writer.writePlaylist(playlist('c', { name: 'Mix' }), readFacts(), from(entries(2)));
  await writer.addUnreadPlaylist(playlist('closed', { name: 'Closed' }), 'It is closed.');
  await writer.writePlaylist(playlist('d', { name: 'Favorite Songs' }), readFacts(), from(entries(3)));
  await writer.writePlaylist(playlist('e', { name: '' }), readFacts(), from(entries(4)));
  archive = await writer.finish(BACKUP);
});
afterAll(() => folders.clear());

async function read(part: TransferPart, of: Archive = archive): Promise<string[][]> {
  const text = (await transferStream(of, part, null).toArray()).join('');
  const rows: string[][] = parse(text, { record_delimiter: '\r\n' });
  return rows.slice(1);
}

/** Title, playlist and type of each line. */
async function brief(part: TransferPart): Promise<string[]> {
  return (await read(part)).map(([name, , , list, type]) => [name, list, type].join(' | '));
}

describe('a library for a migration service', () => {
  it('has what is saved and all playlists, each under a name of its own, and no charts', async () => {
    expect(await brief(ALL)).toEqual([
      'Song 1 | Favorite Songs | Favorite',
      'Song 2 | Favorite Songs | Favorite',
      'Harbour | Favorite Albums | Album',
      'Moth | Favorite Artists | Artist',
      'Song 1 | Mix | Playlist',
      'Song 9 | Mix | Playlist',
      'Song 1 | Mix | Playlist',
      'Song 2 | Mix (3) | Playlist',
      'Song 3 | Favorite Songs (2) | Playlist',
      'Song 4 | Playlist | Playlist',
    ]);
  });

  it('counts what has no place in it', async () => {
    // The one that is gone, two episodes, a file without a name.
    expect(await leftOut(archive, ALL)).toBe(4);
  });

  it('can be one list, one playlist, or a chart as a playlist', async () => {
    const list = (name: string): TransferPart => {
      const found = archive.list(name);
      if (!found) throw new Error(`There is no ${name}.`);
      return { kind: 'list', list: found };
    };
    expect(await brief(list('albums'))).toEqual(['Harbour | Favorite Albums | Album']);
    expect(await brief(list('episodes'))).toEqual([]);
    expect(await leftOut(archive, list('episodes'))).toBe(2);
    expect(await brief(list('top'))).toEqual(['Song 8 | Top songs | Playlist']);
    // Whoever takes the file to another service would follow them there.
    expect(await brief(list('top_artists'))).toEqual([]);
    expect(await leftOut(archive, list('top_artists'))).toBe(1);
    const playlists: TransferPart[] = [];
    for await (const one of archive.playlists()) playlists.push({ kind: 'playlist', playlist: one });
    expect(await brief(playlists[2] ?? ALL)).toEqual(['Song 2 | Mix | Playlist']);
    expect(await brief(playlists[3] ?? ALL)).toEqual([]);
  });

  it('asks for recordings in groups, and for no ISRC twice in one', async () => {
    const isrcs = Array.from({ length: 450 }, (_, at) => `ZZSBX${String(at % 300).padStart(7, '0')}`);
    const tracks = isrcs.map((isrc, at) => entry(at, { isrc }));
    const large = await write(await folders.make(), 'a', { lists: { tracks } });
    const asked: number[] = [];
    const stream = transferStream(large, ALL, (group) => {
      expect(new Set(group).size).toBe(group.length);
      asked.push(group.length);
      return Promise.resolve(new Map(group.map((isrc) => [isrc, [`id of ${isrc}`]])));
    });
    const rows: string[][] = parse((await stream.toArray()).join(''), { record_delimiter: '\r\n' });
    expect(rows.slice(1).map((row) => row[7])).toEqual(isrcs.map((isrc) => `id of ${isrc}`));
    expect(asked).toEqual([200, 200, 50]);
  });
});
