import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyEntry, entry } from '../archive/testing/library.js';
import { transferHeader, transferLines, transferRow } from './transfer-row.js';

const HEADER = 'Track name,Artist name,Album,Playlist name,Type,ISRC,Spotify - id\r\n';

function cells(csv: string): string[][] {
  return parse(csv, { record_delimiter: '\r\n' });
}

describe('a line for a migration service', () => {
  it('stands under the names that such services give their columns', () => {
    expect(transferHeader('Spotify', false)).toBe(HEADER);
    expect(transferHeader('Last.fm', true)).toBe(
      'Track name,Artist name,Album,Playlist name,Type,ISRC,Last.fm - id,MusicBrainz recording ids\r\n',
    );
  });

  it('is a favourite, or an entry of a playlist', () => {
    const song = entry(7, { uri: 'spotify:track:4uLU6hMCjMI75M1A2tKUQC', isrc: 'us-um7 1703861' });
    const rows = [transferRow(song, null), transferRow(song, 'Mix, "late"')].filter((row) => row !== null);
    expect(transferLines(rows, null)).toBe(
      'Song 7,"Somebody, Another",An album,Favorite Songs,Favorite,USUM71703861,4uLU6hMCjMI75M1A2tKUQC\r\n' +
        'Song 7,"Somebody, Another",An album,"Mix, ""late""",Playlist,USUM71703861,4uLU6hMCjMI75M1A2tKUQC\r\n',
    );
  });

  it('names an album and an artist where songs have their title', () => {
    const album = entry(1, { kind: 'album', name: 'Harbour', album: null, isrc: null, uri: 'spotify:album:1a' });
    expect(transferRow(album, null)).toEqual({
      ...{ name: 'Harbour', artist: 'Somebody, Another', album: 'Harbour', playlist: 'Favorite Albums' },
      ...{ type: 'Album', isrc: null, id: '1a' },
    });
    const artist = entry(1, { kind: 'artist', name: 'Moth', artists: [], album: null, isrc: null, uri: null });
    expect(transferRow(artist, null)).toEqual({
      ...{ name: 'Moth', artist: '', album: '', playlist: 'Favorite Artists', type: 'Artist', isrc: null, id: '' },
    });
  });

  it('is of a file of the owner too, by its name, and of nothing that has no name or no place', () => {
    const file = entry(1, { kind: 'local', uri: 'spotify:local:a', isrc: null, artists: [], album: null });
    expect(transferRow(file, 'Mine')).toMatchObject({ name: 'Song 1', artist: '', type: 'Playlist', id: '' });
    for (const kind of ['show', 'episode', 'audiobook', 'gone'] as const) {
      expect(transferRow(entry(1, { kind }), null), kind).toBeNull();
    }
    for (const kind of ['track', 'local', 'album', 'artist'] as const) {
      expect(transferRow(entry(1, { kind, name: ' \r\n' }), null), kind).toBeNull();
    }
  });

  it('has no ISRC that is none', () => {
    for (const isrc of ['', ' ', 'TRA', 'USUM7170386', 'USUM717038611', 'USUM7170386X', null]) {
      expect(transferRow(entry(1, { isrc }), null)?.isrc).toBeNull();
    }
  });

  it('has a title as it is, also one that a spreadsheet would run', () => {
    const row = transferRow(entry(1, { name: '=1+1', artists: ['+44', '@x'] }), null);
    expect(row && cells(transferLines([row], null))[0]?.slice(0, 2)).toEqual(['=1+1', '+44, @x']);
  });

  it('has the recordings of its ISRC in the last cell', () => {
    const [known, unknown] = [transferRow(entry(1), null), transferRow(entry(2, { isrc: null }), null)];
    const ids = new Map([['USUM71703861', ['one', 'two']]]);
    const lines = transferLines(
      [known, unknown].filter((row) => row !== null),
      ids,
    );
    expect(cells(lines).map((row) => row[7])).toEqual(['one; two', '']);
  });

  it('is one line of seven cells, whatever the library has', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyEntry, fc.option(fc.string())), { maxLength: 6 }), (given) => {
        const rows = given.map(([one, playlist]) => transferRow(one, playlist)).filter((row) => row !== null);
        const csv = HEADER + transferLines(rows, null);
        expect(csv.split(/[\r\n\u2028\u2029]+/)).toHaveLength(rows.length + 2);
        const read = cells(csv).slice(1);
        expect(read.map((row) => row.length)).toEqual(rows.map(() => 7));
        expect(read.map(([name, artist]) => [name, artist])).toEqual(rows.map(({ name, artist }) => [name, artist]));
      }),
    );
  });
});
