import type { LibraryEntry } from '#listening';
import type { EntryDocument } from './documents.js';

/** One line of JSON. Always the same for the same entry, whatever the order of its properties: files are compared by their bytes. */
export function entryLine(entry: LibraryEntry): string {
  const document: EntryDocument = {
    kind: entry.kind,
    uri: entry.uri,
    name: entry.name,
    artists: entry.artists,
    album: entry.album,
    isrc: entry.isrc,
    upc: entry.upc,
    durationMs: entry.durationMs,
    releaseDate: entry.releaseDate,
    url: entry.url,
    addedAt: entry.addedAt?.toISOString() ?? null,
    addedBy: entry.addedBy,
    playcount: entry.playcount,
  };
  return JSON.stringify(document);
}

export function entryFrom(document: EntryDocument): LibraryEntry {
  return { ...document, addedAt: document.addedAt === null ? null : new Date(document.addedAt) };
}
