import { validateSync } from 'class-validator';
import { expect, it } from 'vitest';
import { DownloadQueryDto } from '../backups.dto.js';
import { RestoreRequestDto } from '../restore/restores.dto.js';
import { playlistIn, playlistList, unknownPlaylistList } from './list-names.js';

it.each([
  ['tracks', true],
  ['playlist:37i9dQZF1DX4WYpdgoIcn6', true],
  ['playlist:a.b-c:d é', true],
  ['Tracks', false],
  ['playlist:', false],
  ['playlist?1', false],
  ['playlist:a\u0000', false],
  ['playlist:\ud800', false],
])('%j can be downloaded and restored, or neither: %s', (list, isTaken) => {
  const faults = [
    validateSync(Object.assign(new DownloadQueryDto(), { list })),
    validateSync(Object.assign(new RestoreRequestDto(), { lists: [list] })),
  ];
  expect(faults.map(({ length }) => length === 0)).toEqual([isTaken, isTaken]);
});

it('tells whose entries a list has', () => {
  const names = [playlistList('a:b'), unknownPlaylistList(3), 'playlists', 'tracks'];
  expect(names.map(playlistIn)).toEqual(['a:b', '3', null, null]);
});
