import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Database } from '#database';
import { DATABASE } from '../database/database.module.js';
import { Heard } from '../heard.js';
import { reasonOf } from '../logging.js';
import { RunningProviders } from '../providers/running-providers.js';
import { BackupFiles } from './backup-files.js';
import { BackupStore } from './backup-store.js';
import { BackupSchedule } from './schedule/backup-schedule.js';

/** However often strangers ask, the database is asked no more often. */
const FRESH_MS = 1_000;
/** Nor is the folder looked at, whose disk may be far away. */
const FOLDER_FRESH_MS = 5_000;
const FOLDER_FAULT = 'The folder of backups cannot be read, or has none of those that are known.';

/** How it stands with backups, fit for everybody: nothing in it names a person, a folder or a backup. */
export interface Standing {
  /** What the owner should look after; null when all is well. */
  alert: string | null;
  /** When the last one was made; null when none is. */
  lastAt: Date | null;
  /** When the schedule makes the next one; null without a schedule. */
  nextAt: Date | null;
}

/** Backups of a provider, in short. */
interface Row {
  provider: string;
  /** Whether the last one that has ended has failed; null when none has ended. */
  failed: boolean | null;
  /** When the last one that is made began. */
  began: Date | null;
  made: Date | null;
  /** When the first of all began, and who began it. */
  first: Date;
  trigger: string;
}

/** Knows how it stands with backups, also while the database is away. */
@Injectable()
export class BackupStanding {
  private readonly logger = new Logger('Backup');
  /** As they were heard of last. */
  private rows: readonly Row[] = [];
  private isFolderAtFault = false;
  private readonly sources = [
    new Heard(async () => {
      this.rows = await this.read();
    }, FRESH_MS),
    new Heard(async () => {
      this.isFolderAtFault = await this.lookAtFolder();
    }, FOLDER_FRESH_MS),
  ];

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly schedule: BackupSchedule,
    private readonly providers: RunningProviders,
    private readonly store: BackupStore,
    private readonly files: BackupFiles,
  ) {}

  /**
   * As it was known last when the database, or the disk, does not tell in time.
   *
   * @returns null when there is neither a schedule nor a backup
   */
  async current(patienceMs: number): Promise<Standing | null> {
    for (const heard of await Promise.allSettled(this.sources.map((source) => source.hear(patienceMs)))) {
      if (heard.status === 'rejected') {
        this.logger.debug(`Nobody knows how it stands with backups (${reasonOf(heard.reason)}).`);
      }
    }
    const { nextAt } = this.schedule;
    const { rows } = this;
    if (nextAt === null && rows.length === 0) return null;
    const made = rows.flatMap((row) => (row.made ? [row.made.getTime()] : []));
    return { alert: this.alert(rows), lastAt: made.length === 0 ? null : new Date(Math.max(...made)), nextAt };
  }

  /** Nobody knows when that was made which a clock that was ahead has dated. */
  private async read(): Promise<Row[]> {
    return this.database.prisma.$queryRaw<Row[]>`
      SELECT provider, max(finished_at) FILTER (WHERE is_made AND finished_at <= now()) AS made,
        max(created_at) FILTER (WHERE is_made AND created_at <= now()) AS began,
        min(created_at) AS first, (array_agg("trigger" ORDER BY created_at, name))[1] AS trigger,
        (array_agg(state = 'failed' ORDER BY created_at DESC, name DESC) FILTER (WHERE is_made OR state = 'failed'))[1]
          AS failed
      FROM (SELECT *, state IN ('complete', 'complete_with_omissions') AS is_made FROM backups) AS known
      GROUP BY provider`;
  }

  private async lookAtFolder(): Promise<boolean> {
    return (await this.files.fault(await this.store.names('kept'))) !== null;
  }

  private alert(rows: readonly Row[]): string | null {
    const ofProviders = this.providers.all.flatMap(({ provider: { id, displayName }, running }) => {
      const row = running?.reads.library ? rows.find(({ provider }) => provider === id) : undefined;
      if (!row) return [];
      const missed = this.schedule.missed({
        made: row.began,
        first: { createdAt: row.first, trigger: row.trigger },
      });
      return [
        ...(row.failed === true ? [`The last backup of ${displayName} has failed.`] : []),
        ...(missed ? [`Backups of ${displayName} were due and not made.`] : []),
      ];
    });
    const told = [...(this.isFolderAtFault ? [FOLDER_FAULT] : []), ...ofProviders];
    return told.length === 0 ? null : [...told, 'GET /admin/backups tells the owner more.'].join(' ');
  }
}
