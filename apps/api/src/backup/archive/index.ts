export { Archive, archiveNames, listArchives, removeArchive, type KeptPlaylist } from './archive.js';
export { ArchiveError, type ArchiveErrorCode } from './archive-error.js';
export { archiveName } from './archive-name.js';
export { ArchiveWriter, type BackupFacts, type ListFacts, type ReadFacts } from './archive-writer.js';
export { diff, type ArchiveDiff, type DiffPlaylist, type PlaylistChange, type PlaylistsDiff } from './diff.js';
export type {
  ArchivedFile,
  ArchivedList,
  ArchivedPlaylist,
  ArchivedPlaylists,
  Manifest,
  Omission,
} from './documents.js';
export { ARCHIVE_SCHEMA } from './schema.js';
export type { DiffEntry, Group, MovedEntry, RenamedEntry, SequenceDiff } from './sequence-diff.js';
export { archiveStream, documentStream } from './streams.js';
export { verify, type Finding, type Verification } from './verify.js';
