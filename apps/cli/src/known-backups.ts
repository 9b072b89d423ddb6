import { type Backup, type Backups, parseBackup, parseBackups } from './backup.js';
import { backupNamed } from './backup-named.js';
import type { Service } from './service.js';

const PATH = '/admin/backups';

/** @throws Fault */
export async function knownBackups(service: Service): Promise<Backups> {
  const backups = parseBackups(await service.get(PATH));
  if (backups === null) throw service.strange(PATH);
  return backups;
}

/** The backup that somebody means. @throws Fault */
export async function backupMeant(service: Service, reference = ''): Promise<Backup> {
  return backupNamed((await knownBackups(service)).items, reference);
}

/** @throws Fault */
export async function begun(service: Service, provider: string | undefined): Promise<Backup> {
  return read(service, PATH, await service.post(PATH, provider === undefined ? {} : { provider }));
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
