/**
 * What can be wrong with backups on disk.
 *
 * - `disk_full`: no room, or more than the account of the service may keep.
 * - `not_writable`: the folder is missing, read-only or somebody else's.
 * - `folder_away`: the folder has none of the backups that should be there.
 * - `not_readable`: a file is somebody else's, or the disk fails.
 * - `disk_failed`: anything else that the disk refuses.
 * - `exists`: there is a backup of that name.
 * - `not_an_archive`: there is none of that name, or it is something else.
 * - `damaged`: a file of a backup is gone, or is not what it was.
 * - `not_kept`: the backup is whole, and what was asked for is not in it.
 */
export type ArchiveErrorCode =
  | 'disk_full'
  | 'not_writable'
  | 'folder_away'
  | 'not_readable'
  | 'disk_failed'
  | 'exists'
  | 'not_an_archive'
  | 'damaged'
  | 'not_kept';

const REMEDIES: Readonly<Record<ArchiveErrorCode, string>> = {
  disk_full: 'Make room on the disk that holds the backups, or keep fewer of them. Earlier backups are untouched.',
  not_writable:
    'Make BACKUP_DIR a folder that the service may write to, and see that its disk is there. Earlier backups are untouched.',
  folder_away:
    'See that the disk of BACKUP_DIR is there. If its backups are gone for good, begin in a new folder: POST /admin/backups with "newFolder": true. To take one off the list: DELETE /admin/backups/:id?gone=true.',
  not_readable: 'Let the service read BACKUP_DIR and everything in it, and see that its disk is sound.',
  disk_failed: 'See the log for what the disk answered, and check the disk. Earlier backups are untouched.',
  exists: 'Start another backup; it gets another name.',
  not_an_archive: 'Look at the list of backups for those there are.',
  damaged: 'Verify the backup to see all that is wrong with it, and use another one.',
  not_kept: 'GET /admin/backups/:id names the lists in counts; one playlist is playlist: and its id.',
};

/** The only error of backups on disk. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
  /** What the reader can do. */
  readonly remedy: string;

  constructor(
    readonly code: ArchiveErrorCode,
    /** What happened, in one sentence without paths of the machine. */
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.remedy = REMEDIES[code];
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const CLOSED = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR']);

/** @param doing what was tried, as in `writing lists/tracks.json` */
export function writeFailure(error: unknown, doing: string): ArchiveError {
  if (error instanceof ArchiveError) return error;
  const code = codeOf(error);
  if (FULL.has(code)) return new ArchiveError('disk_full', `The disk is full: ${doing} failed (${code}).`, error);
  if (CLOSED.has(code)) {
    return new ArchiveError(
      'not_writable',
      `The folder of backups cannot be written: ${doing} failed (${code}).`,
      error,
    );
  }
  return new ArchiveError('disk_failed', `The disk refused: ${doing} failed (${code}).`, error);
}

/** @param file within its backup */
export function readFailure(error: unknown, file: string): ArchiveError {
  if (error instanceof ArchiveError) return error;
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR'
    ? new ArchiveError('damaged', `${file} is missing.`, error)
    : new ArchiveError('not_readable', `${file} cannot be read (${code}).`, error);
}

/** The system's own name for an error; its message for what is none of the system's. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
