import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { Problem } from '../problem/problem.js';
import type { Archive } from './archive/archive.js';
import { ArchiveError } from './archive/archive-error.js';
import type { ArchivedPlaylist } from './archive/documents.js';
import { PLAYLISTS, SCHEMA } from './archive/file-names.js';
import { playlistIn } from './archive/list-names.js';
import { archiveStream, documentStream } from './archive/streams.js';
import type { DownloadQueryDto } from './backups.dto.js';
import { RecordingIds } from './musicbrainz/recording-ids.js';
import { type TransferPart, filesOf, leftOut, transferStream } from './transfer/transfer-file.js';

const CSV = 'text/csv; charset=utf-8';
const JSON_DOCUMENT = 'application/json; charset=utf-8';

const ONE_PLAYLIST = 'Use format=json, or name one of them: list=playlist:<id>.';

/** A file that is sent to whoever asked for it. */
export interface Download {
  stream: Readable;
  type: string;
  /** Letters, digits and a few signs alone. */
  fileName: string;
  /** How many entries have no place in it; null for files that have all. */
  leftOut: number | null;
}

/** By the list of playlists, which has to be what it was: it says whose the files are. @throws ArchiveError */
async function playlistOf(archive: Archive, id: string): Promise<ArchivedPlaylist | null> {
  await archive.expectIntact((path) => path === PLAYLISTS);
  for await (const archived of archive.playlists()) if (archived.playlist?.id === id) return archived;
  return null;
}

/** Where a list stands in a backup; null when it does not. */
async function fileOf(archive: Archive, format: 'json' | 'csv', list: string): Promise<string | null> {
  const id = playlistIn(list);
  if (id !== null) return (await playlistOf(archive, id))?.[format] ?? null;
  const { manifest } = archive;
  if (list === 'playlists' && manifest.playlists) {
    if (format === 'json') return manifest.playlists.json;
    throw new Problem('not_found', 'The playlists together are there as JSON alone.', ONE_PLAYLIST);
  }
  return archive.list(list)?.[format] ?? null;
}

/** Hands out backups, whole or a list of them; nothing is held in memory. */
@Injectable()
export class BackupDownload {
  constructor(private readonly recordings: RecordingIds) {}

  /** @throws Problem, ArchiveError */
  async of(archive: Archive, { format, list }: DownloadQueryDto): Promise<Download> {
    if (format === 'transfer') return this.transfer(archive, list);
    if (list !== undefined) {
      if (format === 'archive') {
        throw new Problem(
          'invalid_request',
          'An archive holds all lists.',
          'Leave list out, or use format=json or format=csv.',
        );
      }
      return this.list(archive, format, list);
    }
    switch (format) {
      case 'archive':
        await archive.expectIntact(() => true);
        return {
          stream: archiveStream(archive),
          type: 'application/gzip',
          fileName: `${archive.name}.tar.gz`,
          leftOut: null,
        };
      case 'json':
        await archive.expectIntact((path) => path.endsWith('.json') && path !== SCHEMA);
        return {
          stream: documentStream(archive),
          type: JSON_DOCUMENT,
          fileName: `${archive.name}.json`,
          leftOut: null,
        };
      case 'csv':
        throw new Problem('invalid_request', 'CSV is of one list.', 'Name one in list, for example list=tracks.');
    }
  }

  private async list(archive: Archive, format: 'json' | 'csv', list: string): Promise<Download> {
    const file = await fileOf(archive, format, list);
    if (file === null) throw noSuchList();
    await archive.expectIntact((path) => path === file);
    const { stream } = await archive.read(file);
    const type = format === 'csv' ? CSV : JSON_DOCUMENT;
    return { stream, type, fileName: `${archive.name}_${file.replace('/', '_')}`, leftOut: null };
  }

  /** What is left out is counted first, so that it can be told in front of the file. */
  private async transfer(archive: Archive, list: string | undefined): Promise<Download> {
    const part = await partOf(archive, list);
    await archive.expectIntact(filesOf(archive, part));
    const { recordings } = this;
    const count = await leftOut(archive, part);
    const of = list === undefined ? '' : `_${list.replaceAll(/[^A-Za-z0-9]+/g, '_').slice(0, 80)}`;
    return {
      stream: transferStream(archive, part, recordings.isOn ? (isrcs) => recordings.of(isrcs) : null),
      type: CSV,
      fileName: `${archive.name}_transfer${of}.csv`,
      leftOut: count,
    };
  }
}

/** @throws Problem, ArchiveError `not_kept` */
async function partOf(archive: Archive, named: string | undefined): Promise<TransferPart> {
  if (named === undefined) return { kind: 'all' };
  const id = playlistIn(named);
  if (id === null) {
    const list = archive.list(named);
    if (list) return { kind: 'list', list };
    if (named === 'playlists') {
      throw new Problem(
        'not_found',
        'The playlists together are no part of their own there.',
        'Leave list out, or name one of them: list=playlist:<id>.',
      );
    }
    throw noSuchList();
  }
  const playlist = await playlistOf(archive, id);
  if (playlist && playlist.json !== null) return { kind: 'playlist', playlist };
  throw noSuchList();
}

function noSuchList(): ArchiveError {
  return new ArchiveError('not_kept', 'This backup has no such list.');
}
