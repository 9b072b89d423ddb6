import { jobNamed } from './backup-named.js';
import { type Plan, type Restore, parsePlan, parseRestore, parseRestores } from './restore.js';
import type { Service } from './service.js';

const PATH = '/admin/restores';

/** What is to be put back, and how. */
export interface Wish {
  /** Empty for all that can be written. */
  lists: readonly string[];
  removeOthers: boolean;
  intoOtherAccount: boolean;
}

/** The latest first. @throws Fault */
export async function knownRestores(service: Service): Promise<readonly Restore[]> {
  return read(service, PATH, parseRestores(await service.get(PATH)));
}

/** The restore that somebody means. @throws Fault */
export async function restoreMeant(service: Service, reference = ''): Promise<Restore> {
  return jobNamed(await knownRestores(service), reference, 'restore');
}

/** Nothing is done yet. @throws Fault */
export async function planned(service: Service, backupId: string, wish: Wish): Promise<Plan> {
  const path = `/admin/backups/${backupId}/restore`;
  return read(service, path, parsePlan(await service.post(path, wish)));
}

/** @throws Fault */
export async function begunRestore(service: Service, backupId: string, wish: Wish): Promise<Restore> {
  const path = `/admin/backups/${backupId}/restore`;
  return read(service, path, parseRestore(await service.post(path, { ...wish, dryRun: false })));
}

/** @throws Fault */
export async function cancelled(service: Service, id: string): Promise<Restore> {
  const path = `${PATH}/${id}`;
  return read(service, path, parseRestore(await service.end(path)));
}

function read<Found>(service: Service, path: string, found: Found | null): Found {
  if (found === null) throw service.strange(path);
  return found;
}
