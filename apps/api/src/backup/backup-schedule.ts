import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { CronTime } from 'cron';
import type { Database } from '#database';
import { DATABASE } from '../database/database.module.js';
import { reasonOf } from '../logging.js';
import { RunningProviders } from '../providers/running-providers.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import type { Backup } from './backup-store.js';
import { Backups } from './backups.js';

const JOB = 'backup';
const LOOK_EVERY_MS = 5_000;
/** One that begins later than this was missed: the service was away, or its database. */
const LATE_MS = 10 * 60_000;
const UNDER_WAY: ReadonlySet<string> = new Set(['queued', 'running', 'paused']);
const MADE: ReadonlySet<string> = new Set(['complete', 'complete_with_omissions']);
/** Slots are of use until the next one is taken on. */
const KEPT_DAYS = 400;

/** Makes backups when they are due, of all processes one; a run that was missed is made up for once. */
@Injectable()
export class BackupSchedule implements OnApplicationBootstrap {
  private readonly logger = new Logger('Backup');
  private readonly time: CronTime | null;
  private looking: Promise<void> | null = null;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly backups: Backups,
    private readonly providers: RunningProviders,
    settings: PlatformSettings,
  ) {
    const { BACKUP_CRON, TIMEZONE } = settings;
    this.time = BACKUP_CRON === undefined ? null : new CronTime(BACKUP_CRON, TIMEZONE ?? null);
  }

  /** Null without a schedule. */
  get nextAt(): Date | null {
    return this.time?.getNextDateFrom(new Date()).toJSDate() ?? null;
  }

  /** Whether one was due and not made since the last that was; the next one may be under way. */
  isMissed(last: Date): boolean {
    if (this.time === null) return false;
    const next = this.time.getNextDateFrom(last).toJSDate();
    return this.time.getNextDateFrom(next).toJSDate() <= new Date();
  }

  /** Begins to count at the first start with a schedule: what was due before that nobody has missed. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.time === null) return;
    await this.database.prisma.$executeRaw`
      INSERT INTO schedule_slots (job, slot) SELECT ${JOB}, now()
      WHERE NOT EXISTS (SELECT FROM schedule_slots WHERE job = ${JOB})`;
    this.look();
  }

  /**
   * What the owner should know; null when all is well.
   *
   * @param backups all there are, the latest first
   * @param fault what is wrong with the folder they are in; null when nothing is
   */
  alert(backups: readonly Backup[], fault: string | null): string | null {
    const told = fault === null ? [] : [fault];
    for (const { provider, running } of this.providers.all) {
      if (!running?.reads.library) continue;
      const own = backups.filter((backup) => backup.provider === provider.id);
      const [last] = own.filter(({ state }) => !UNDER_WAY.has(state));
      const made = own.find(({ state }) => MADE.has(state));
      if (last?.state === 'failed') {
        const { detail, remedy } = last.trouble ?? {
          detail: 'Its files are not what they should be.',
          remedy: 'Make another one.',
        };
        told.push(`The last backup of ${provider.displayName} has failed: ${detail} ${remedy}`);
      }
      const due = this.time && made ? dueSlots(this.time, made.createdAt, new Date()).length : 0;
      // One may be under way.
      if (made && due > 1) {
        told.push(
          `${due} backups of ${provider.displayName} were due since the last that was made, at ${made.createdAt.toISOString()}.`,
        );
      }
    }
    return told.length === 0 ? null : told.join(' ');
  }

  @Interval(LOOK_EVERY_MS)
  look(): void {
    const { time } = this;
    if (time === null) return;
    this.looking ??= this.takeOn(time)
      .catch((error: unknown) => {
        this.logger.debug(`The schedule of backups cannot be looked after (${reasonOf(error)}).`);
      })
      .finally(() => {
        this.looking = null;
      });
  }

  /** The latest slot that is due and that nobody has taken on. */
  private async takeOn(time: CronTime): Promise<void> {
    const [row] = await this.database.prisma.$queryRaw<{ now: Date; last: Date | null }[]>`
      SELECT now() AS now, max(slot) AS last FROM schedule_slots WHERE job = ${JOB}`;
    if (!row?.last) return;
    const slots = dueSlots(time, row.last, row.now);
    const slot = slots.at(-1);
    if (!slot) return;
    const claimed = await this.database.prisma.$executeRaw`
      INSERT INTO schedule_slots (job, slot) VALUES (${JOB}, ${slot}) ON CONFLICT DO NOTHING`;
    if (claimed === 0) return;
    await this.database.prisma.$executeRaw`
      DELETE FROM schedule_slots WHERE job = ${JOB} AND slot < now() - ${KEPT_DAYS}::float8 * interval '1 day'`;
    const lateMs = row.now.getTime() - slot.getTime();
    if (slots.length > 1 || lateMs > LATE_MS) {
      this.logger.warn(
        `${slots.length === 1 ? 'A backup was' : `${slots.length} backups were`} not made when due, last at ${slot.toISOString()}: the service did not run, or its database was away. One is made now.`,
      );
    }
    for (const { provider, running } of this.providers.all) {
      if (running?.reads.library) await this.backups.beginScheduled(provider.id);
    }
  }
}

/** When it was due since the last time, up to now; the latest are enough when there are very many. */
function dueSlots(time: CronTime, last: Date, now: Date): Date[] {
  const slots: Date[] = [];
  for (let at = time.getNextDateFrom(last).toJSDate(); at <= now; at = time.getNextDateFrom(at).toJSDate()) {
    slots.push(at);
    if (slots.length > 1_000) slots.shift();
  }
  return slots;
}
