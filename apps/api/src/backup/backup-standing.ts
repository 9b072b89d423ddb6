import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Database } from '#database';
import { inTime } from '../answer/in-time.js';
import { DATABASE } from '../database/database.module.js';
import { reasonOf } from '../logging.js';
import { RunningProviders } from '../providers/running-providers.js';
import { BackupSchedule } from './backup-schedule.js';

/** However often strangers ask, the database is asked no more often. */
const FRESH_MS = 1_000;

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
}

/** Knows how it stands with backups, also while the database is away. */
@Injectable()
export class BackupStanding {
  private readonly logger = new Logger('Backup');
  private rows: readonly Row[] = [];
  private askedAt = Number.NEGATIVE_INFINITY;
  private asking: Promise<void> | null = null;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly schedule: BackupSchedule,
    private readonly providers: RunningProviders,
  ) {}

  /**
   * As it was known last when the database does not tell in time.
   *
   * @returns null when there is neither a schedule nor a backup
   */
  async current(patienceMs: number): Promise<Standing | null> {
    if (Date.now() - this.askedAt > FRESH_MS) await this.ask(patienceMs);
    const { nextAt } = this.schedule;
    if (nextAt === null && this.rows.length === 0) return null;
    const made = this.rows.flatMap((row) => (row.made ? [row.made.getTime()] : []));
    return { alert: this.alert(), lastAt: made.length === 0 ? null : new Date(Math.max(...made)), nextAt };
  }

  private async ask(patienceMs: number): Promise<void> {
    this.asking ??= this.read().finally(() => {
      this.asking = null;
    });
    try {
      await inTime(this.asking, patienceMs, () => new Error(`no answer within ${patienceMs} ms`));
    } catch (error) {
      this.logger.debug(`Nobody knows how it stands with backups (${reasonOf(error)}).`);
    }
  }

  private async read(): Promise<void> {
    this.rows = await this.database.prisma.$queryRaw<Row[]>`
      SELECT provider, max(finished_at) FILTER (WHERE is_made) AS made, max(created_at) FILTER (WHERE is_made) AS began,
        (array_agg(state = 'failed' ORDER BY created_at DESC, name DESC) FILTER (WHERE is_made OR state = 'failed'))[1]
          AS failed
      FROM (SELECT *, state IN ('complete', 'complete_with_omissions') AS is_made FROM backups) AS known
      GROUP BY provider`;
    this.askedAt = Date.now();
  }

  private alert(): string | null {
    const told = this.providers.all.flatMap(({ provider: { id, displayName }, running }) => {
      const row = running?.reads.library ? this.rows.find(({ provider }) => provider === id) : undefined;
      if (!row) return [];
      return [
        ...(row.failed === true ? [`The last backup of ${displayName} has failed.`] : []),
        ...(row.began && this.schedule.isMissed(row.began) ? [`Backups of ${displayName} were due and not made.`] : []),
      ];
    });
    return told.length === 0 ? null : [...told, 'GET /admin/backups tells the owner more.'].join(' ');
  }
}
