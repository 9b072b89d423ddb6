import type { LibraryEntry } from '#listening';
import type { Archive } from '../archive/archive.js';
import { normalIsrc } from './isrc.js';

/** The ISRCs of what is saved and of playlists, in groups, each with no one twice; some come in several groups. @throws ArchiveError */
export async function* libraryIsrcs(archive: Archive, atOnce: number): AsyncGenerator<string[]> {
  let group = new Set<string>();
  for await (const { isrc } of entries(archive)) {
    const normal = normalIsrc(isrc);
    if (normal === null) continue;
    group.add(normal);
    if (group.size < atOnce) continue;
    yield [...group];
    group = new Set();
  }
  if (group.size > 0) yield [...group];
}

async function* entries(archive: Archive): AsyncGenerator<LibraryEntry> {
  // What a chart has and the library has not is nothing to move.
  for (const { name, order } of archive.manifest.lists) if (order !== 'chart') yield* archive.entries(name);
  for await (const { playlist, json } of archive.playlists()) {
    if (playlist && json !== null) yield* archive.playlistEntries(playlist.id);
  }
}
