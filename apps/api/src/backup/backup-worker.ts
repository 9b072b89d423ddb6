import { Injectable, Logger } from '@nestjs/common';
import { reasonOf } from '../logging.js';
import { type RunningProvider, RunningProviders } from '../providers/running-providers.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import { DailyCalls } from '../upstream/daily-calls.js';
import { ArchiveError } from './archive/archive-error.js';
import { BackupFiles, CannotCarry } from './backup-files.js';
import type { Trouble } from './backup-row.js';
import { BackupStore, type Claim, type Made } from './backup-store.js';
import type { Held } from './jobs/library-jobs.js';
import { LibraryWorker, expectAccount } from './jobs/library-worker.js';
import { LibraryReading, type ReadingParts } from './reading/library-reading.js';
import { ReadingStore } from './reading/reading-store.js';
import { parseKeep, superfluous } from './schedule/retention.js';

/** For so long it is told why one has failed. */
const FAILED_KEPT_MS = 30 * 86_400_000;
const AGAIN = 'Make another backup.';

/** Makes the backups that are due. */
@Injectable()
export class BackupWorker extends LibraryWorker<Claim> {
  constructor(
    private readonly store: BackupStore,
    private readonly readings: ReadingStore,
    private readonly files: BackupFiles,
    private readonly settings: PlatformSettings,
    providers: RunningProviders,
    calls: DailyCalls,
  ) {
    super({ logger: new Logger('Backup'), jobs: store.jobs, providers, calls, remedy: AGAIN });
  }

  protected override async folderFault(claim?: Claim): Promise<ArchiveError | null> {
    return claim?.backup.newFolder ? null : this.files.folderFault();
  }

  protected override serves({ reads }: RunningProvider): boolean {
    return reads.library !== null;
  }

  protected override take(held: Held): Promise<Claim | null> {
    return this.store.take(held);
  }

  protected override nameOf({ backup }: Claim): string {
    return backup.name;
  }

  protected override async make(claim: Claim, running: RunningProvider, signal: AbortSignal): Promise<void> {
    const { provider } = running;
    const own = await running.ofAccount();
    const { library } = own;
    // Until its disk is there: what is written in the place of it would hide that it is away.
    if (!claim.backup.newFolder) await this.files.expectFolder();
    if (!library || !provider.library) throw new Error(`${provider.id} has no library.`);
    const profile = await own.profile({ signal });
    const account = { id: profile.name, name: profile.displayName };
    const before = claim.backup.account;
    if (before) expectAccount(before, account, AGAIN);
    else await this.store.noteAccount(claim, account);
    const earlier = await this.files.latest(provider.id, account.id);
    const takenOver = claim.backup.full ? null : earlier;
    const allow = (): void => {
      this.keepToBudget(running);
    };
    const parts = {
      claim,
      account: account.id,
      shape: provider.library,
      reads: library,
      store: this.readings,
      earlier: takenOver,
      concurrency: this.settings.BACKUP_CONCURRENCY,
      signal,
      allow,
      noteRefusal: (list: string) => this.store.jobs.noteRefusal(claim, list),
    };
    // Before a pause it may have been built on one that is gone by now.
    await this.readings.forgetCarried(claim, takenOver?.name ?? null);
    const { state, summary } = await this.madeOf(parts, { provider, profile, account, earlier, signal });
    await this.store.end(claim, state, { summary, trouble: null });
    this.logger.log(`${claim.backup.name} is ${state.replaceAll('_', ' ')}.`);
    // Whoever makes one by hand takes away by hand what is too much.
    if (claim.backup.trigger === 'schedule') await this.sweep(provider.id, claim.backup.id);
  }

  /** Reads and writes; what turns out to be damaged of the backup before is read in another round. */
  private async madeOf(
    parts: Omit<ReadingParts, 'damaged'>,
    facts: Parameters<BackupFiles['write']>[2],
  ): Promise<Made> {
    const { claim } = parts;
    const damaged = new Set<string>();
    for (;;) {
      try {
        return await this.files.write(claim, new LibraryReading({ ...parts, damaged }).run(), facts);
      } catch (error) {
        if (!(error instanceof CannotCarry)) throw error;
        parts.signal.throwIfAborted();
        this.logger.warn(`${claim.backup.name}: ${error.message} They are read anew.`);
        for (const list of error.lists) damaged.add(list);
        await this.readings.forgetSettled(claim, error.lists);
      }
    }
  }

  /** Takes away what is not to be kept any more. @param newest the one that was just made */
  private async sweep(provider: string, newest: string): Promise<void> {
    const { BACKUP_KEEP, timezone } = this.settings;
    await this.store.forgetFailed(provider, new Date(Date.now() - FAILED_KEPT_MS));
    const made = await this.store.made(provider);
    const earlier = made.filter(({ id }) => id !== newest);
    // Files on a disk that is not there come back with it, and nobody would know them any more.
    const fault = await this.files.fault(earlier.map(({ name }) => name));
    if (fault !== null) {
      this.logger.warn(`No backup is taken away: ${fault}`);
      return;
    }
    // One that a clock ahead has dated would be the newest until then, and all that are made meanwhile would go.
    const now = new Date();
    const dated = made.filter(({ createdAt, id }) => createdAt <= now || id === newest);
    const spared = new Set<string>();
    for (const account of new Set(dated.map((backup) => backup.account?.id))) {
      const own = dated.filter((backup) => backup.account?.id === account).map(({ name }) => name);
      for (const name of await this.files.holders(own)) spared.add(name);
    }
    for (const { id, name } of superfluous(dated, parseKeep(BACKUP_KEEP), timezone)) {
      if (spared.has(name) || (await this.store.isBeingRestored(id))) continue;
      try {
        await this.files.remove(name);
      } catch (error) {
        if (!(error instanceof ArchiveError)) throw error;
        this.logger.warn(`${name} cannot be taken away, and stays (${reasonOf(error)}).`);
        continue;
      }
      await this.store.remove(id);
      this.logger.log(`${name} is not kept any longer.`);
    }
  }

  protected override async fail(claim: Claim, trouble: Trouble): Promise<void> {
    await this.store.end(claim, 'failed', { summary: null, trouble });
    try {
      // A process that was killed may have left something.
      await this.files.discard(claim.backup.name);
    } catch (error) {
      this.logger.debug(`What is left of ${claim.backup.name} cannot be taken away (${reasonOf(error)}).`);
    }
  }
}
