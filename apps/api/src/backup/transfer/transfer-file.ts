import { Readable } from 'node:stream';
import type { LibraryEntry } from '#listening';
import type { Archive } from '../archive/archive.js';
import type { ArchivedList, ArchivedPlaylist } from '../archive/documents.js';
import {
  RESERVED_NAMES,
  type TransferRow,
  oneLine,
  transferHeader,
  transferLines,
  transferRow,
} from './transfer-row.js';

const ROWS_AT_ONCE = 200;
const UNNAMED = 'Playlist';

/** What of a backup goes into the file. */
export type TransferPart =
  { kind: 'all' } | { kind: 'list'; list: ArchivedList } | { kind: 'playlist'; playlist: ArchivedPlaylist };

/** Which files of the backup it is made of. */
export function filesOf(archive: Archive, part: TransferPart): (path: string) => boolean {
  switch (part.kind) {
    case 'all': {
      const lists = new Set<string>(savedLists(archive).map(({ json }) => json));
      return (path) => lists.has(path) || /^playlists(\/.+)?\.json$/.test(path);
    }
    case 'list':
      return (path) => path === part.list.json;
    case 'playlist':
      return (path) => path === part.playlist.json;
  }
}

/** Recordings by ISRC, for those that have some. */
type IdsOf = (isrcs: readonly string[]) => Promise<ReadonlyMap<string, readonly string[]>>;

/** How many entries have no place in the file. @throws ArchiveError */
export async function leftOut(archive: Archive, part: TransferPart): Promise<number> {
  let count = 0;
  for await (const row of rows(archive, part)) if (row === null) count += 1;
  return count;
}

/**
 * One CSV file that migration services take; nothing is held in memory. Fails with an `ArchiveError`.
 *
 * @param idsOf null for a file without MusicBrainz ids
 */
export function transferStream(archive: Archive, part: TransferPart, idsOf: IdsOf | null): Readable {
  return Readable.from(text(archive, part, idsOf));
}

async function* text(archive: Archive, part: TransferPart, idsOf: IdsOf | null): AsyncGenerator<string> {
  yield transferHeader(archive.manifest.provider.name, idsOf !== null);
  let waiting: TransferRow[] = [];
  const written = async (): Promise<string> => {
    const isrcs = new Set(waiting.flatMap(({ isrc }) => isrc ?? []));
    return transferLines(waiting, idsOf && (await idsOf([...isrcs])));
  };
  for await (const row of rows(archive, part)) {
    if (row === null) continue;
    waiting.push(row);
    if (waiting.length < ROWS_AT_ONCE) continue;
    yield await written();
    waiting = [];
  }
  if (waiting.length > 0) yield await written();
}

/** Null stands for an entry without a place. */
async function* rows(archive: Archive, part: TransferPart): AsyncGenerator<TransferRow | null> {
  const names = new PlaylistNames();
  if (part.kind === 'playlist') {
    yield* playlistRows(archive, part.playlist, names);
    return;
  }
  const lists = part.kind === 'list' ? [part.list] : savedLists(archive);
  for (const { name, title, order } of lists) {
    const playlist = order === 'chart' ? names.give(title) : null;
    for await (const entry of archive.entries(name)) yield transferRow(entry, playlist);
  }
  if (part.kind === 'list') return;
  for await (const playlist of archive.playlists()) yield* playlistRows(archive, playlist, names);
}

/** Charts are no part of a library; whoever asks for one gets it as a playlist. */
function savedLists({ manifest }: Archive): ArchivedList[] {
  return manifest.lists.filter(({ order }) => order !== 'chart');
}

async function* playlistRows(
  archive: Archive,
  { playlist, json }: ArchivedPlaylist,
  names: PlaylistNames,
): AsyncGenerator<TransferRow | null> {
  if (!playlist || json === null) return;
  const name = names.give(playlist.name);
  const entries: AsyncIterable<LibraryEntry> = archive.playlistEntries(playlist.id);
  for await (const entry of entries) yield transferRow(entry, name);
}

/** In the file a playlist is known by its name alone: two of one name would become one. */
class PlaylistNames {
  private readonly given = new Set(RESERVED_NAMES);

  give(name: string): string {
    const wished = oneLine(name) || UNNAMED;
    let free = wished;
    for (let number = 2; this.given.has(free); number += 1) free = `${wished} (${number})`;
    this.given.add(free);
    return free;
  }
}
