import type { ArchivedPlaylist, Manifest, ManifestDocument, PlaylistDocument } from './documents.js';

/** What is kept in memory of a manifest: all but the files, of which there may be thousands. */
export function manifestFrom(document: ManifestDocument): Manifest {
  return {
    format: document.format,
    formatVersion: document.formatVersion,
    software: document.software,
    id: document.id,
    name: document.name,
    provider: document.provider,
    account: document.account,
    startedAt: new Date(document.startedAt),
    finishedAt: new Date(document.finishedAt),
    lists: document.lists.map((list) => ({ ...list, readAt: new Date(list.readAt) })),
    playlists: document.playlists && { ...document.playlists, readAt: new Date(document.playlists.readAt) },
    profile: document.profile,
    omissions: document.omissions,
  };
}

/** All but the files, each property in its place: files are compared by their bytes. */
export function manifestDocument(manifest: Manifest): Omit<ManifestDocument, 'files'> {
  return {
    format: manifest.format,
    formatVersion: manifest.formatVersion,
    software: manifest.software,
    id: manifest.id,
    name: manifest.name,
    provider: { id: manifest.provider.id, name: manifest.provider.name },
    account: { id: manifest.account.id, name: manifest.account.name },
    startedAt: manifest.startedAt.toISOString(),
    finishedAt: manifest.finishedAt.toISOString(),
    lists: manifest.lists.map((list) => ({
      name: list.name,
      title: list.title,
      order: list.order,
      json: list.json,
      csv: list.csv,
      count: list.count,
      total: list.total,
      readAt: list.readAt.toISOString(),
      missing: list.missing,
    })),
    playlists: manifest.playlists && {
      json: manifest.playlists.json,
      count: manifest.playlists.count,
      unread: manifest.playlists.unread,
      entries: manifest.playlists.entries,
      total: manifest.playlists.total,
      readAt: manifest.playlists.readAt.toISOString(),
      missing: manifest.playlists.missing,
    },
    profile: manifest.profile,
    omissions: manifest.omissions.map(({ what, reason }) => ({ what, reason })),
  };
}

export function playlistFrom(document: PlaylistDocument): ArchivedPlaylist {
  return { ...document, readAt: document.readAt === null ? null : new Date(document.readAt) };
}

/** One line of JSON, always the same for the same playlist. */
export function playlistLine({ playlist, ...archived }: ArchivedPlaylist): string {
  const document: PlaylistDocument = {
    position: archived.position,
    playlist: playlist && {
      id: playlist.id,
      uri: playlist.uri,
      name: playlist.name,
      description: playlist.description,
      owner: { id: playlist.owner.id, name: playlist.owner.name },
      isPublic: playlist.isPublic,
      isCollaborative: playlist.isCollaborative,
      version: playlist.version,
      total: playlist.total,
      url: playlist.url,
    },
    json: archived.json,
    csv: archived.csv,
    count: archived.count,
    total: archived.total,
    readAt: archived.readAt?.toISOString() ?? null,
    missing: archived.missing,
  };
  return JSON.stringify(document);
}
