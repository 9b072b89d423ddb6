import { Injectable, Logger } from '@nestjs/common';
import { ProviderError } from '#listening';
import { Problem } from '../problem/problem.js';
import { ProviderChoice } from '../providers/provider-choice.js';
import { RunningProviders } from '../providers/running-providers.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import { type Archive, type ArchiveDiff, archiveName, diff } from './archive/index.js';
import { BackupFiles } from './backup-files.js';
import { type Backup, BackupStore, type Trigger } from './backup-store.js';
import { BackupWorker } from './backup-worker.js';
import { parseKeep, superfluous } from './retention.js';

/** Two of a second would have one name. */
const NEXT_NAME_MS = 1_000;
const MOST_NAMES = 5;

const SEE_LIST = 'GET /admin/backups lists them.';

/** What the owner, and the schedule, do with backups. */
@Injectable()
export class Backups {
  private readonly logger = new Logger('Backup');

  constructor(
    private readonly store: BackupStore,
    private readonly files: BackupFiles,
    private readonly worker: BackupWorker,
    private readonly choice: ProviderChoice,
    private readonly providers: RunningProviders,
    private readonly settings: PlatformSettings,
  ) {}

  list(): Promise<Backup[]> {
    return this.store.list();
  }

  /** @throws Problem `not_found` */
  async get(id: string): Promise<Backup> {
    const backup = await this.store.get(id);
    if (backup) return backup;
    throw new Problem('not_found', 'There is no such backup.', SEE_LIST);
  }

  /**
   * Begins one, or finds the one that is under way.
   *
   * @param named a provider; undefined for the one that is chosen
   * @throws ProviderError, Problem
   */
  async begin(named: string | undefined): Promise<Backup> {
    const id = named ?? this.choice.current.active;
    const running = id === null ? null : this.providers.get(id);
    if (!running || id === null) throw this.providers.notConfigured(id);
    if (!running.reads.library) {
      throw new ProviderError('not_supported', {
        message: `The library of ${running.provider.displayName} cannot be read.`,
        remedy: 'Name another provider.',
      });
    }
    await this.files.checkWritable();
    return this.create(id, 'owner');
  }

  /** One that cannot begin has failed, and is told so. */
  async beginScheduled(provider: string): Promise<void> {
    await this.create(provider, 'schedule');
    await this.sweep(provider);
  }

  /** Takes a backup away, its files too; one that is under way ends. @throws Problem, ArchiveError */
  async remove(id: string): Promise<void> {
    const backup = await this.get(id);
    await this.store.remove(id);
    await this.files.remove(backup.name);
  }

  /** Looks through its files. @throws Problem, ArchiveError */
  async verify(id: string): Promise<Backup> {
    const backup = await this.get(id);
    const archive = await this.archiveOf(backup);
    const { state, summary } = await this.files.check(archive, backup.summary?.omissions ?? []);
    await this.store.note(id, state, summary);
    return this.get(id);
  }

  /** The files of one that is made. @throws Problem, ArchiveError */
  async archive(id: string): Promise<Archive> {
    return this.archiveOf(await this.get(id));
  }

  /**
   * What became of the library between two backups of it, whichever is named first.
   *
   * @param limit how many of each group are named
   * @throws Problem, ArchiveError
   */
  async diff(id: string, otherId: string, limit: number): Promise<ArchiveDiff & { from: string; to: string }> {
    const [one, other] = await Promise.all([this.get(id), this.get(otherId)]);
    if (one.provider !== other.provider) {
      throw new Problem('conflict', 'These are backups of two providers.', 'Compare backups of one.');
    }
    const [earlier, later] = one.createdAt <= other.createdAt ? [one, other] : [other, one];
    const [from, to] = await Promise.all([this.archiveOf(earlier), this.archiveOf(later)]);
    return { from: earlier.name, to: later.name, ...(await diff(from, to, { limit })) };
  }

  /** Takes away what is not to be kept any more. */
  private async sweep(provider: string): Promise<void> {
    const { BACKUP_KEEP, TIMEZONE } = this.settings;
    const timezone = TIMEZONE ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
    for (const { id, name } of superfluous(await this.store.made(provider), parseKeep(BACKUP_KEEP), timezone)) {
      await this.files.remove(name);
      await this.store.remove(id);
      this.logger.log(`${name} is not kept any longer.`);
    }
  }

  private async create(provider: string, trigger: Trigger): Promise<Backup> {
    const now = Date.now();
    for (let attempt = 0; attempt < MOST_NAMES; attempt += 1) {
      const name = archiveName(provider, new Date(now + attempt * NEXT_NAME_MS));
      const backup = await this.store.create(provider, name, trigger);
      if (backup) {
        this.worker.look();
        await this.store.spread();
        return backup;
      }
      const underWay = await this.store.underWay(provider);
      if (underWay) return underWay;
    }
    throw new Problem('conflict', 'Too many backups begin at once.', 'Try again in some seconds.');
  }

  private async archiveOf({ name, state }: Backup): Promise<Archive> {
    if (state === 'complete' || state === 'complete_with_omissions' || state === 'failed') return this.files.open(name);
    throw new Problem(
      'conflict',
      'This backup is not made yet.',
      'Wait until it has ended; GET /admin/backups/:id tells.',
    );
  }
}
