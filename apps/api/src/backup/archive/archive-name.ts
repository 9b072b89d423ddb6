/** What may be the name of a backup's folder: one part of a path, and not hidden. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** The name of a backup's folder, as in `spotify_backup_2026-11-21T031500Z`. Has no colon, which some disks do not take. */
export function archiveName(providerId: string, date: Date): string {
  return `${providerId}_backup_${date.toISOString().slice(0, 19).replaceAll(':', '')}Z`;
}

export function isArchiveName(name: string): boolean {
  return NAME.test(name);
}
