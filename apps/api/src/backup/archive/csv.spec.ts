import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntryKind, LibraryEntry } from '#listening';
import { ENTRY_KINDS } from '#listening';
import { CSV_HEADER, csvRows } from './csv.js';
import { CsvScan } from './csv-scan.js';
import { anyEntry, entry } from './testing/library.js';

/** What README.txt of a backup tells its reader to do. */
function textOf(cell: string): string | null {
  if (cell === '') return null;
  return cell.startsWith("'") ? cell.slice(1) : cell;
}

function artistsOf(cell: string): string[] {
  const joined = textOf(cell);
  if (joined === null) return [];
  const artists = [''];
  for (let at = 0; at < joined.length; at += 1) {
    const character = joined.charAt(at);
    if (character === ';') {
      artists.push('');
      at += 1;
    } else {
      if (character === '\\') at += 1;
      artists.push((artists.pop() ?? '') + joined.charAt(at));
    }
  }
  return artists;
}

function kindOf(cell: string): EntryKind {
  const kind = ENTRY_KINDS.find((known) => known === cell);
  if (!kind) throw new Error(`${cell} is no kind.`);
  return kind;
}

function numberOf(cell: string): number | null {
  return cell === '' ? null : Number(cell);
}

function read(csv: string): { position: string; entry: LibraryEntry }[] {
  const rows: string[][] = parse(csv, { relax_quotes: false, relax_column_count: false, record_delimiter: '\r\n' });
  const [names = [], ...cells] = rows;
  return cells.map((row) => {
    const of = (name: string): string => row[names.indexOf(name)] ?? '';
    return {
      position: of('position'),
      entry: {
        kind: kindOf(of('kind')),
        uri: textOf(of('uri')),
        name: textOf(of('name')) ?? '',
        artists: artistsOf(of('artists')),
        album: textOf(of('album')),
        isrc: textOf(of('isrc')),
        upc: textOf(of('upc')),
        durationMs: numberOf(of('duration_ms')),
        releaseDate: textOf(of('release_date')),
        url: textOf(of('url')),
        addedAt: of('added_at') === '' ? null : new Date(of('added_at')),
        addedBy: textOf(of('added_by')),
        playcount: numberOf(of('playcount')),
      },
    };
  });
}

describe('CSV of a list', () => {
  it('has one row of names, and positions from 1', () => {
    expect(CSV_HEADER + csvRows([entry(7), entry(8, { name: 'Semi; colon, "quoted"' })], 1)).toBe(
      'position,kind,uri,name,artists,album,isrc,upc,duration_ms,release_date,added_at,added_by,playcount,url\r\n' +
        '1,track,spotify:track:7,Song 7,Somebody; Another,An album,USUM71703861,,210000,1973-05,2020-01-01T00:00:07.000Z,,,https://open.example/track/7\r\n' +
        '2,track,spotify:track:8,"Semi; colon, ""quoted""",Somebody; Another,An album,USUM71703861,,210000,1973-05,2020-01-01T00:00:08.000Z,,,https://open.example/track/8\r\n',
    );
  });

  it('gives all entries back', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 8 }), (entries) => {
        const rows = read(CSV_HEADER + csvRows(entries, 1));
        expect(rows.map((row) => row.entry)).toEqual(entries);
        expect(rows.map((row) => row.position)).toEqual(entries.map((_, at) => String(at + 1)));
      }),
      { numRuns: 300 },
    );
  });

  it('has no cell that a spreadsheet runs', () => {
    fc.assert(
      fc.property(anyEntry, (one) => {
        const rows: string[][] = parse(csvRows([one], 1), { record_delimiter: '\r\n' });
        expect(rows.flat().filter((cell) => /^[=+\-@\t\r\n＝＋－＠]/.test(cell))).toEqual([]);
      }),
    );
    expect(csvRows([entry(1, { name: "=cmd|' /C calc'!A0", artists: ['@SUM(1)', '-1'] })], 1)).toContain(
      `,'=cmd|' /C calc'!A0,'@SUM(1); -1,`,
    );
  });

  it('is counted wherever its bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 8 }), fc.integer({ min: 1, max: 50 }), (entries, size) => {
        const bytes = Buffer.from(CSV_HEADER + csvRows(entries, 1));
        const scan = new CsvScan();
        for (let at = 0; at < bytes.length; at += size) scan.write(bytes.subarray(at, at + size));
        expect([scan.rows, scan.isWhole, scan.misplaced]).toEqual([entries.length, true, null]);
      }),
    );
  });

  it('is seen to lack a row, or its end', () => {
    const scanned = (csv: string): unknown[] => {
      const scan = new CsvScan();
      scan.write(Buffer.from(csv));
      return [scan.rows, scan.isWhole, scan.misplaced];
    };
    expect(scanned(CSV_HEADER + csvRows([entry(1)], 1) + csvRows([entry(3)], 3))).toEqual([2, true, 2]);
    expect(scanned(CSV_HEADER + csvRows([entry(1)], 1) + '2,track')).toEqual([1, false, null]);
    expect(scanned('')).toEqual([0, false, null]);
  });
});
