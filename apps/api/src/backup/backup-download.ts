import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { Problem } from '../problem/problem.js';
import type { Archive } from './archive/archive.js';
import type { ArchivedPlaylist } from './archive/documents.js';
import { archiveStream, documentStream } from './archive/streams.js';
import type { DownloadQueryDto } from './backups.dto.js';

const PLAYLIST = 'playlist:';

/** A file that is sent to whoever asked for it. */
export interface Download {
  stream: Readable;
  type: string;
  /** Letters, digits and a few signs alone. */
  fileName: string;
}

async function playlistOf(archive: Archive, id: string): Promise<ArchivedPlaylist | null> {
  for await (const archived of archive.playlists()) if (archived.playlist?.id === id) return archived;
  return null;
}

/** Hands out backups, whole or a list of them; nothing is held in memory. */
@Injectable()
export class BackupDownload {
  /** @throws Problem, ArchiveError */
  async of(archive: Archive, { format, list }: DownloadQueryDto): Promise<Download> {
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
        return { stream: archiveStream(archive), type: 'application/gzip', fileName: `${archive.name}.tar.gz` };
      case 'json':
        return {
          stream: documentStream(archive),
          type: 'application/json; charset=utf-8',
          fileName: `${archive.name}.json`,
        };
      case 'csv':
        throw new Problem('invalid_request', 'CSV is of one list.', 'Name one in list, for example list=tracks.');
    }
  }

  private async list(archive: Archive, format: 'json' | 'csv', list: string): Promise<Download> {
    const id = list.startsWith(PLAYLIST) ? list.slice(PLAYLIST.length) : null;
    const files = id === null ? archive.list(list) : await playlistOf(archive, id);
    const file = files?.[format] ?? null;
    if (file === null) {
      throw new Problem(
        'not_found',
        'This backup has no such list.',
        'GET /admin/backups/:id names the lists in counts.',
      );
    }
    const { stream } = await archive.read(file);
    const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8';
    return { stream, type, fileName: `${archive.name}_${file.replace('/', '_')}` };
  }
}
