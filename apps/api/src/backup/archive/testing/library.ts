import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ENTRY_KINDS, type LibraryEntry, type LibraryPlaylist, type Profile } from '#listening';
import type { Archive } from '../archive.js';
import { ArchiveWriter, type BackupFacts, type ListFacts, type ReadFacts } from '../archive-writer.js';

export const READ_AT = new Date('2026-11-21T03:15:10.000Z');

export const BACKUP: BackupFacts = {
  id: 'b-1',
  provider: { id: 'spotify', name: 'Spotify' },
  account: { id: 'owner', name: 'The owner' },
  startedAt: new Date('2026-11-21T03:15:00.000Z'),
  finishedAt: new Date('2026-11-21T03:16:00.000Z'),
  playlists: { readAt: READ_AT, total: null, missing: null },
  omissions: [],
  software: 'Tonearm 0.0.0',
};

export const PROFILE: Profile = {
  name: 'owner',
  displayName: 'The owner',
  url: null,
  imageUrl: null,
  playcount: 12,
  artistCount: null,
  trackCount: null,
  albumCount: null,
  registeredAt: new Date('2010-01-02T03:04:05.000Z'),
};

export function entry(number: number, changes: Partial<LibraryEntry> = {}): LibraryEntry {
  return {
    kind: 'track',
    uri: `spotify:track:${number}`,
    name: `Song ${number}`,
    artists: ['Somebody', 'Another'],
    album: 'An album',
    isrc: 'USUM71703861',
    upc: null,
    durationMs: 210_000,
    releaseDate: '1973-05',
    url: `https://open.example/track/${number}`,
    addedAt: new Date(Date.UTC(2020, 0, 1) + number * 1_000),
    addedBy: null,
    playcount: null,
    ...changes,
  };
}

export function entries(...numbers: number[]): LibraryEntry[] {
  return numbers.map((number) => entry(number));
}

export function playlist(id: string, changes: Partial<LibraryPlaylist> = {}): LibraryPlaylist {
  return {
    id,
    uri: `spotify:playlist:${id}`,
    name: `Playlist ${id}`,
    description: '',
    owner: { id: 'owner', name: 'The owner' },
    isPublic: true,
    isCollaborative: false,
    version: 'v1',
    total: null,
    url: null,
    ...changes,
  };
}

export async function* from<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  for (const item of items) yield await Promise.resolve(item);
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

export function readFacts(changes: Partial<ReadFacts> = {}): ReadFacts {
  return { readAt: READ_AT, total: null, missing: null, ...changes };
}

export function listFacts(name: string, changes: Partial<ListFacts> = {}): ListFacts {
  return { name, title: `The ${name}`, order: 'newest', ...readFacts(), ...changes };
}

/** What a backup is to have; playlists are named by their id, and null stands for entries that could not be read. */
export interface Content {
  lists?: Record<string, LibraryEntry[]>;
  /** Why the lists may lack something. */
  missing?: string;
  playlists?: [playlist: LibraryPlaylist, entries: LibraryEntry[] | null][];
  earlier?: Archive[];
  facts?: Partial<BackupFacts>;
}

export async function write(folder: string, name: string, content: Content = {}): Promise<Archive> {
  const writer = await ArchiveWriter.begin(folder, name, content.earlier ?? []);
  for (const [list, items] of Object.entries(content.lists ?? {})) {
    await writer.writeList(listFacts(list, { total: items.length, missing: content.missing ?? null }), from(items));
  }
  for (const [one, items] of content.playlists ?? []) {
    if (items) await writer.writePlaylist(one, readFacts({ total: items.length }), from(items));
    else await writer.addUnreadPlaylist(one, 'It is closed.');
  }
  await writer.writeProfile(PROFILE);
  return await writer.finish({ ...BACKUP, ...content.facts });
}

/** Folders of their own for tests, and an end to them. */
export class ScratchFolders {
  private readonly made: string[] = [];

  async make(below: string = tmpdir()): Promise<string> {
    const folder = await mkdtemp(join(below, 'archive-'));
    this.made.push(folder);
    return folder;
  }

  async clear(): Promise<void> {
    for (const folder of this.made.splice(0)) await rm(folder, { recursive: true, force: true });
  }
}

/** Titles that break formats: ends of lines that are none, quotes, formulas, separators, signs of every plane. */
const unpleasant = fc.constantFrom('', ' ', "'", "''", '"', '=1+1', '+1', '-1', '@x', '\t', '\r', '\n', '\r\n', ';', '; ', '\\', '\\;', ',', '\u2028', '\u0085', '\uFEFF', '\u0000', '＝1', '😀'); // prettier-ignore
// Not fast-check's own 'binary': that makes a table of a million of them in each worker.
const sign = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((codePoint) => String.fromCodePoint(codePoint));
export const text = fc
  .array(fc.oneof(unpleasant, fc.string({ unit: sign, maxLength: 6 })), { maxLength: 4 })
  .map((parts) => parts.join(''));
const textOrNull = fc.option(text);
const instant = fc.date({
  min: new Date('0000-01-01T00:00:00.000Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});

export const anyEntry: fc.Arbitrary<LibraryEntry> = fc.record({
  kind: fc.constantFrom(...ENTRY_KINDS),
  uri: textOrNull,
  name: text,
  artists: fc.array(text, { maxLength: 4 }),
  album: textOrNull,
  isrc: textOrNull,
  upc: textOrNull,
  durationMs: fc.option(fc.nat()),
  releaseDate: textOrNull,
  url: textOrNull,
  addedAt: fc.option(instant),
  addedBy: textOrNull,
  playcount: fc.option(fc.nat()),
});
