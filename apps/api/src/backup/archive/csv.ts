import { stringify } from 'csv-stringify/sync';
import type { LibraryEntry } from '#listening';

const COLUMNS = [
  'position',
  'kind',
  'uri',
  'name',
  'artists',
  'album',
  'isrc',
  'upc',
  'duration_ms',
  'release_date',
  'added_at',
  'added_by',
  'playcount',
  'url',
] as const;

/** What spreadsheets take for the begin of a formula, full-width signs among them, and what marks that it is none. */
const NEEDS_MARK = /^['=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

export const CSV_HEADER = rows([COLUMNS]);

/** @param first the position of the first of them; the first of a list has 1 */
export function csvRows(entries: readonly LibraryEntry[], first: number): string {
  return rows(
    entries.map((entry, index) => [
      String(first + index),
      entry.kind,
      cell(entry.uri),
      entry.name === '' ? '' : cell(entry.name),
      entry.artists.length === 0 ? '' : cell(entry.artists.map(escapeSeparators).join('; ')),
      cell(entry.album),
      cell(entry.isrc),
      cell(entry.upc),
      number(entry.durationMs),
      cell(entry.releaseDate),
      entry.addedAt?.toISOString() ?? '',
      cell(entry.addedBy),
      number(entry.playcount),
      cell(entry.url),
    ]),
  );
}

/** An empty cell is null; a text that is there and empty is an apostrophe alone. */
function cell(text: string | null): string {
  if (text === null) return '';
  return text === '' || NEEDS_MARK.test(text) ? `'${text}` : text;
}

function number(value: number | null): string {
  return value === null ? '' : String(value);
}

function escapeSeparators(text: string): string {
  return text.replace(/[\\;]/g, '\\$&');
}

/** A carriage return or a line feed alone is quoted too: readers take either for the end of a row. */
function rows(cells: readonly (readonly string[])[]): string {
  return stringify([...cells], { record_delimiter: 'windows', quote_record_delimiter: true });
}
