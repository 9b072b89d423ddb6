import { Injectable, Logger } from '@nestjs/common';
import { bulkhead } from 'cockatiel';
import { ProviderError } from '#listening';
import { reasonOf } from '../logging.js';
import { Problem } from '../problem/problem.js';
import { ProviderChoice } from '../providers/provider-choice.js';
import { RunningProviders } from '../providers/running-providers.js';
import type { Archive } from './archive/archive.js';
import { ArchiveError } from './archive/archive-error.js';
import { archiveName } from './archive/archive-name.js';
import { type ArchiveDiff, diff } from './archive/diff.js';
import { BackupFiles } from './backup-files.js';
import type { Account, Trouble } from './backup-row.js';
import { type Backup, BackupStore, type Made, type Slot, type Wish } from './backup-store.js';
import { BackupWorker } from './backup-worker.js';
import { isMade } from './jobs/job-states.js';
import type { Transaction } from './jobs/library-jobs.js';

/** Two of a second would have one name. */
const NEXT_NAME_MS = 1_000;
const MOST_NAMES = 5;

/** With the names of the two, and whose they are. */
export type NamedDiff = ArchiveDiff & {
  from: string;
  to: string;
  accounts: { from: Account; to: Account };
};

/** What a look at the files may find. */
const GONE: ReadonlySet<string> = new Set(['not_an_archive', 'damaged']);

const WAITING: ReadonlySet<string> = new Set(['queued', 'paused']);
const BEHIND_RESTORE: Trouble = {
  code: 'conflict',
  detail: 'A restore into the same account is under way, and a library is not read meanwhile.',
  remedy:
    'Nothing to do here: it begins when that has ended. GET /admin/restores tells how it gets on, and DELETE /admin/restores/:id cancels it.',
};

const SEE_LIST = 'GET /admin/backups lists them.';

/** What the owner, and the schedule, do with backups. */
@Injectable()
export class Backups {
  /** Two large libraries take a lot of memory to compare: one pair after the other. */
  private readonly turns = bulkhead(1, Number.POSITIVE_INFINITY);
  private readonly logger = new Logger('Backup');

  constructor(
    private readonly store: BackupStore,
    private readonly files: BackupFiles,
    private readonly worker: BackupWorker,
    private readonly choice: ProviderChoice,
    private readonly providers: RunningProviders,
  ) {}

  /** All that are known, and all that lie in the folder: it may be older than the database. The latest first. */
  async list(): Promise<Backup[]> {
    const known = await this.store.list();
    let isAnyFound = false;
    try {
      for await (const { archive, made } of this.files.others(new Set(known.map(({ name }) => name)))) {
        isAnyFound = true;
        await this.adopt(archive, made);
      }
    } catch (error) {
      // What the database knows is told all the same; what is wrong with the folder is told beside it.
      if (!(error instanceof ArchiveError)) throw error;
      this.logger.debug(`Backups that are not known cannot be looked for (${reasonOf(error)}).`);
    }
    return this.withObstacles(isAnyFound ? await this.store.list() : known);
  }

  /** What is wrong with the folder in which these are; null when all is well. */
  async folderFault(backups: readonly Backup[]): Promise<string | null> {
    return this.files.fault(backups.filter(({ summary }) => summary !== null).map(({ name }) => name));
  }

  /** @throws Problem `not_found` */
  async get(id: string): Promise<Backup> {
    const backup = await this.store.get(id);
    const [told] = backup ? await this.withObstacles([backup]) : [];
    if (told) return told;
    throw new Problem('not_found', 'There is no such backup.', SEE_LIST);
  }

  /**
   * Begins one, or finds the one that is under way.
   *
   * @param named a provider; undefined for the one that is chosen
   * @throws ProviderError, Problem, ArchiveError
   */
  async begin(named: string | undefined, wish: Omit<Wish, 'trigger'>): Promise<Backup> {
    const id = named ?? this.choice.current.active;
    const running = id === null ? null : this.providers.get(id);
    if (!running || id === null) throw this.providers.notConfigured(id);
    if (!running.reads.library) {
      throw new ProviderError('not_supported', {
        message: `The library of ${running.provider.displayName} cannot be read.`,
        remedy: 'Name another provider.',
      });
    }
    // What is written where a disk should be hides that it is away.
    if (!wish.newFolder && (await this.files.folderFault())) {
      // The database may be older than what lies there.
      await this.list();
      await this.files.expectFolder();
    }
    await this.files.checkWritable();
    const backup = await this.create(id, { trigger: 'owner', ...wish });
    this.spread();
    if ((backup.full || !wish.full) && (backup.newFolder || !wish.newFolder)) {
      // Read once more it might be at work already, and be taken for one that somebody else has begun.
      const [told = backup] = await this.withObstacles([backup]);
      return told;
    }
    throw new Problem(
      'conflict',
      'A backup is under way already, and not like that.',
      'Wait until it has ended, or take it away: DELETE /admin/backups/:id.',
    );
  }

  /** Begins one that is due, once; one that is under way is it. One that cannot begin has failed, and is told so. */
  async beginScheduled(provider: string, slot: Slot): Promise<void> {
    if (await this.files.folderFault()) await this.list();
    const wish: Wish = { trigger: 'schedule', full: false, newFolder: false };
    if (await this.store.atSlot(slot, (transaction) => this.create(provider, wish, transaction))) this.spread();
  }

  /**
   * Takes a backup away, its files too; one that is under way ends.
   *
   * @param areFilesGone whether it goes also when its files cannot be reached
   * @throws Problem, ArchiveError
   */
  async remove(id: string, areFilesGone: boolean): Promise<void> {
    const backup = await this.get(id);
    if (await this.store.isBeingRestored(id)) {
      throw new Problem(
        'conflict',
        'A restore of this backup is under way.',
        'Wait until it has ended, or cancel it: GET /admin/restores lists them.',
      );
    }
    const isUnderWay = backup.finishedAt === null;
    const fault = backup.summary ? await this.files.folderFault([backup.name]) : null;
    if (fault) {
      // Files on a disk that is not there come back with it, and would be found.
      if (!areFilesGone) throw fault;
      await this.store.remove(id);
      return;
    }
    // Whoever works on it stops when it is not known any more, and has put nothing among the others yet.
    if (isUnderWay) await this.store.remove(id);
    await this.files.remove(backup.name);
    // Not before: files of one that is not known would be found, and never be swept. Without files it can be removed again.
    if (!isUnderWay) await this.store.remove(id);
  }

  /**
   * Looks through its files. Where the folder has none of those that are known, nothing is noted.
   *
   * @throws Problem, ArchiveError
   */
  async verify(id: string): Promise<Backup> {
    const backup = await this.get(id);
    expectMade(backup);
    const { state, summary } = await this.look(backup);
    // Files on a disk that is not there are as they were when it is back.
    if (state === 'failed') await this.files.expectFolder();
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
  async diff(id: string, otherId: string, limit: number): Promise<NamedDiff> {
    const [one, other] = await Promise.all([this.get(id), this.get(otherId)]);
    if (one.provider !== other.provider) {
      throw new Problem('conflict', 'These are backups of two providers.', 'Compare backups of one.');
    }
    const [earlier, later] = one.createdAt <= other.createdAt ? [one, other] : [other, one];
    const [from, to] = await Promise.all([this.archiveOf(earlier), this.archiveOf(later)]);
    const found = await this.turns.execute(() => diff(from, to, limit));
    const accounts = { from: from.manifest.account, to: to.manifest.account };
    return { from: earlier.name, to: later.name, accounts, ...found };
  }

  /**
   * What became of a library since a moment: from the last backup of the account that was made before it, or the first
   * after it, to the newest.
   *
   * @param named a provider; undefined for the one that is chosen
   * @throws Problem, ArchiveError
   */
  async changes(since: Date, named: string | undefined, limit: number): Promise<NamedDiff> {
    const provider = named ?? this.choice.current.active;
    const made = provider === null ? [] : await this.store.made(provider);
    const [newest] = made;
    const own = made.filter(({ account }) => account?.id === newest?.account?.id);
    const first = own.find(({ createdAt }) => createdAt <= since) ?? own.at(-1);
    if (!newest || !first || newest === first) {
      const detail =
        newest && newest.createdAt <= since
          ? `No backup was made since ${since.toISOString()}.`
          : 'There is no backup to compare with.';
      throw new Problem('not_found', detail, 'Make one: POST /admin/backups.');
    }
    return this.diff(first.id, newest.id, limit);
  }

  /** With why those that are due have not begun. */
  private async withObstacles(backups: readonly Backup[]): Promise<Backup[]> {
    if (!backups.some(({ state }) => WAITING.has(state))) return [...backups];
    const obstructed = await this.store.jobs.obstructed();
    return backups.map((backup) => (obstructed.has(backup.id) ? { ...backup, trouble: BEHIND_RESTORE } : backup));
  }

  /** One that the database does not take is passed over: it must not hide the others. */
  private async adopt(archive: Archive, made: Made): Promise<void> {
    try {
      await this.store.adopt(archive, made);
    } catch (error) {
      this.logger.warn(`${archive.name} is passed over: it cannot be taken up (${reasonOf(error)}).`);
    }
  }

  /** What its files come to; that they are gone is found, too. */
  private async look(backup: Backup): Promise<Made> {
    const omissions = backup.summary?.omissions ?? [];
    try {
      return await this.files.check(await this.files.open(backup.name), omissions);
    } catch (error) {
      if (!(error instanceof ArchiveError && GONE.has(error.code))) throw error;
      const findings = [{ file: 'manifest.json', what: error.message }];
      const { counts = {}, lacking = [], bytes = 0 } = backup.summary ?? {};
      return { state: 'failed', summary: { counts, lacking, bytes, omissions, findings, verifiedAt: new Date() } };
    }
  }

  /** Or the one that is under way. */
  private async create(provider: string, wish: Wish, transaction?: Transaction): Promise<Backup> {
    const now = Date.now();
    for (let attempt = 0; attempt < MOST_NAMES; attempt += 1) {
      const name = archiveName(provider, new Date(now + attempt * NEXT_NAME_MS));
      const backup =
        (await this.store.create(provider, name, wish, transaction)) ??
        (await this.store.underWay(provider, transaction));
      if (backup) return backup;
    }
    throw new Problem('conflict', 'Too many backups begin at once.', 'Try again in some seconds.');
  }

  /** This process begins at once, the others look. */
  private spread(): void {
    this.worker.look();
    this.store.jobs.spread();
  }

  private async archiveOf(backup: Backup): Promise<Archive> {
    expectMade(backup);
    try {
      return await this.files.open(backup.name);
    } catch (error) {
      if (!(error instanceof ArchiveError && error.code === 'not_an_archive')) throw error;
      await this.files.expectFolder();
      throw new Problem('not_found', 'The files of this backup are gone.', 'Use another backup, and remove this one.');
    }
  }
}

/** @throws Problem `conflict` while it is under way, and when it was never made */
function expectMade({ state, summary }: Backup): void {
  if (isMade(state)) return;
  if (state === 'failed') {
    if (summary) return;
    throw new Problem(
      'conflict',
      'This backup has failed, and there is nothing of it.',
      'GET /admin/backups/:id says why; make another one.',
    );
  }
  throw new Problem(
    'conflict',
    'This backup is not made yet.',
    'Wait until it has ended; GET /admin/backups/:id tells.',
  );
}
