import { stringify } from 'csv-stringify/sync';
import type { EntryKind, LibraryEntry } from '#listening';
import { normalIsrc } from '../musicbrainz/isrc.js';

/** A line of the file that migration services take. */
export interface TransferRow {
  /** Of an album or an artist its own. */
  name: string;
  artist: string;
  album: string;
  playlist: string;
  type: 'Favorite' | 'Album' | 'Artist' | 'Playlist';
  isrc: string | null;
  /** Of the provider; empty when it has none. */
  id: string;
}

/** Names of columns as those services write them themselves. */
const COLUMNS = ['Track name', 'Artist name', 'Album', 'Playlist name', 'Type', 'ISRC'];

/** Where saved things stand: services want a name for that, too. */
const FAVORITES = { Favorite: 'Favorite Songs', Album: 'Favorite Albums', Artist: 'Favorite Artists' } as const;
export const RESERVED_NAMES: readonly string[] = Object.values(FAVORITES);

/** What can be found again elsewhere. A file of the owner's can, by its name; shows, episodes and books have no place. */
const SAVED_AS: Readonly<Partial<Record<EntryKind, keyof typeof FAVORITES>>> = {
  track: 'Favorite',
  local: 'Favorite',
  album: 'Album',
  artist: 'Artist',
};

const ID = /^[a-z]+:[a-z]+:([A-Za-z0-9]{1,64})$/;

/**
 * An entry as a line; null when it has no place in such a file, or no name.
 *
 * @param playlist the name of the playlist it stands in; null for what is saved by itself
 */
export function transferRow(entry: LibraryEntry, playlist: string | null): TransferRow | null {
  const saved = SAVED_AS[entry.kind];
  const name = oneLine(entry.name);
  if (saved === undefined || name === '') return null;
  // A chart of artists is none of them whom the owner follows, and there are no playlists of artists.
  if (playlist !== null && saved !== 'Favorite') return null;
  return {
    name,
    artist: saved === 'Artist' ? '' : entry.artists.map(oneLine).join(', '),
    album: saved === 'Album' ? name : oneLine(entry.album ?? ''),
    playlist: playlist ?? FAVORITES[saved],
    type: playlist === null ? saved : 'Playlist',
    isrc: normalIsrc(entry.isrc),
    id: entry.kind === 'local' ? '' : (ID.exec(entry.uri ?? '')?.[1] ?? ''),
  };
}

/** Some services read line by line, and no title means its line feeds. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

/** @param provider its name @param withIds whether a column of MusicBrainz ids comes last */
export function transferHeader(provider: string, withIds: boolean): string {
  return lines([[...COLUMNS, `${oneLine(provider)} - id`, ...(withIds ? ['MusicBrainz recording ids'] : [])]]);
}

/** @param ids of recordings by ISRC; null without that column */
export function transferLines(
  rows: readonly TransferRow[],
  ids: ReadonlyMap<string, readonly string[]> | null,
): string {
  return lines(
    rows.map(({ name, artist, album, playlist, type, isrc, id }) => [
      ...[name, artist, album, playlist, type, isrc ?? '', id],
      ...(ids ? [ids.get(isrc ?? '')?.join('; ') ?? ''] : []),
    ]),
  );
}

/** Nothing marks what a spreadsheet could take for a formula: a title with a mark in front is found nowhere. */
function lines(cells: string[][]): string {
  return stringify(cells, { record_delimiter: 'windows' });
}
