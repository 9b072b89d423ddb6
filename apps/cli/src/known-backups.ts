import type { Call, Option } from './arguments.js';
import { type Backup, type Backups, parseBackup, parseBackups } from './backup.js';
import { type Playlist, parsePlaylists } from './backup-details.js';
import { backupNamed } from './backup-named.js';
import type { Service } from './service.js';

const PATH = '/admin/backups';

/** Of commands that take a backup. */
export const OF_PROVIDER: Option = {
  name: 'provider',
  takes: 'provider',
  about: 'whose backup latest is; the latest of all unless given',
};

/** @throws Fault */
export async function knownBackups(service: Service): Promise<Backups> {
  const backups = parseBackups(await service.get(PATH));
  if (backups === null) throw service.strange(PATH);
  return backups;
}

/** The backup that somebody means. @throws Fault */
export async function backupMeant(service: Service, { words: [reference = ''], options }: Call): Promise<Backup> {
  return backupNamed((await knownBackups(service)).items, reference, options.get(OF_PROVIDER.name));
}

/** The playlists of one that has some. @throws Fault */
export async function playlistsOf(service: Service, { id }: Backup): Promise<readonly Playlist[]> {
  const path = `${PATH}/${id}/download?format=json&list=playlists`;
  const playlists = parsePlaylists(await service.getSlowly(path));
  if (playlists === null) throw service.strange(path);
  return playlists;
}

/** @throws Fault */
export async function begun(
  service: Service,
  wish: { provider: string | undefined; full: boolean; newFolder: boolean },
): Promise<Backup> {
  return read(service, PATH, await service.post(PATH, wish));
}

/** @throws Fault */
export async function verified(service: Service, id: string): Promise<Backup> {
  const path = `${PATH}/${id}/verify`;
  return read(service, path, await service.post(path));
}

function read(service: Service, path: string, answer: unknown): Backup {
  const backup = parseBackup(answer);
  if (backup === null) throw service.strange(path);
  return backup;
}
