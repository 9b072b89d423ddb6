import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Database } from '#database';
import { DATABASE } from '../../database/database.module.js';
import { reasonOf } from '../../logging.js';
import { RunningProviders } from '../../providers/running-providers.js';
import { PlatformSettings } from '../../settings/platform.settings.js';
import type { Backup } from '../backup-store.js';
import { Backups } from '../backups.js';
import { isMade, isUnderWay } from '../jobs/job-states.js';
import { CLOCK_SLACK_MS } from '../jobs/library-jobs.js';
import { DueSlots, type Missed } from './due-slots.js';

const JOB = 'backup';
const LOOK_EVERY_MS = 5_000;
/** One that begins later than this was missed: the service was away, or its database. */
const LATE_MS = 10 * 60_000;
/** Slots are of use until the next one is taken on, but for the one with which the schedule began. */
const KEPT_DAYS = 400;

/** What is known of the backups of a provider. */
export interface Course {
  /** When the last one that is made began; null when none is. */
  made: Date | null;
  /** The first of all, whatever has come of it. */
  first: Pick<Backup, 'createdAt' | 'trigger'>;
}

/** What was taken on. */
interface Taken {
  now: Date;
  /** By whichever clock, of any provider; null when nothing was. */
  newest: Date | null;
  /** When the schedule began; null when it has not. */
  began: Date | null;
  /** The latest that is done. */
  last: Date | null;
}

/** Makes backups when they are due, of all processes one; a run that was missed is made up for once. */
@Injectable()
export class BackupSchedule implements OnApplicationBootstrap {
  private readonly logger = new Logger('Backup');
  private readonly slots: DueSlots | null;
  /** Another schedule is another job: it begins anew. */
  private readonly job: string;
  /** When it did, as far as the database has told. */
  private began: Date | null = null;
  private looking: Promise<void> | null = null;
  /** Of which slot it was told that not all of it could be begun, in milliseconds since 1970. */
  private toldOf: number | null = null;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly backups: Backups,
    private readonly providers: RunningProviders,
    @Inject(PlatformSettings) { BACKUP_CRON, timezone }: PlatformSettings,
  ) {
    this.slots = BACKUP_CRON === undefined ? null : new DueSlots(BACKUP_CRON, timezone);
    this.job = `${JOB} ${BACKUP_CRON ?? ''} ${timezone}`;
  }

  /** Null without a schedule. */
  get nextAt(): Date | null {
    return this.slots?.next(new Date()) ?? null;
  }

  /** What was due and not made; the next one may be under way. */
  missed({ made, first }: Course): Missed | null {
    const { slots, began } = this;
    if (slots === null || began === null) return null;
    // Before its first backup a provider may not have been there.
    const after = made ?? (first.trigger === 'schedule' ? slots.before(first.createdAt, began) : first.createdAt);
    return slots.missed(after, began, new Date());
  }

  /** Begins to count at the first start with a schedule: what was due before that nobody has missed. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.slots === null) return;
    await this.begin();
    this.look();
  }

  /** Also when another schedule was kept since: what that one has made nobody has missed. */
  private async begin(): Promise<void> {
    const ofThis = this.jobOf('');
    await this.database.prisma.$executeRaw`
      INSERT INTO schedule_slots (job, slot) SELECT ${this.job}, now()
      WHERE NOT EXISTS (
        SELECT FROM schedule_slots WHERE job = ${this.job} AND slot >= (
          SELECT coalesce(max(slot), '-infinity') FROM schedule_slots
          WHERE starts_with(job, ${JOB}) AND job <> ${this.job} AND NOT starts_with(job, ${ofThis}) AND slot <= now()))`;
  }

  /** Else nothing would be due before the moment that a clock that was ahead has told, nor when it comes. */
  private async forgetAhead(): Promise<void> {
    const forgotten = await this.database.prisma.$executeRaw`
      DELETE FROM schedule_slots
      WHERE (job = ${this.job} OR starts_with(job, ${this.jobOf('')}))
        AND slot > now() + ${CLOCK_SLACK_MS}::float8 * interval '1 ms'`;
    if (forgotten > 0) this.logger.warn('The clock was ahead: what it took for due is forgotten.');
  }

  /**
   * What the owner should know; null when all is well.
   *
   * @param backups all there are, the latest first
   * @param fault what is wrong with the folder they are in; null when nothing is
   */
  alert(backups: readonly Backup[], fault: string | null): string | null {
    const told = fault === null ? [] : [fault];
    const now = new Date();
    for (const { provider, running } of this.providers.all) {
      if (!running?.reads.library) continue;
      const own = backups.filter((backup) => backup.provider === provider.id);
      const [last] = own.filter(({ state }) => !isUnderWay(state));
      // Nobody knows how old one is that was begun by a clock that was ahead.
      const made = own.find(({ state, createdAt }) => isMade(state) && createdAt <= now);
      if (last?.state === 'failed') {
        const { detail, remedy } = last.trouble ?? {
          detail: 'Its files are not what they should be.',
          remedy: 'Make another one.',
        };
        told.push(`The last backup of ${provider.displayName} has failed: ${detail} ${remedy}`);
      }
      const first = own.at(-1);
      const missed = first ? this.missed({ made: made?.createdAt ?? null, first }) : null;
      if (missed === null) continue;
      told.push(`${missed.count} backups of ${provider.displayName} were due ${sinceWhen(missed, made)}.`);
      const underWay = own.find(({ state }) => isUnderWay(state));
      if (underWay) told.push(howItIs(underWay));
      else if (last?.state !== 'failed') told.push('Make one: POST /admin/backups.');
    }
    return told.length === 0 ? null : told.join(' ');
  }

  @Interval(LOOK_EVERY_MS)
  look(): void {
    const { slots } = this;
    if (slots === null) return;
    this.looking ??= this.takeOn(slots)
      .catch((error: unknown) => {
        this.logger.debug(`The schedule of backups cannot be looked after (${reasonOf(error)}).`);
      })
      .finally(() => {
        this.looking = null;
      });
  }

  /** The latest slot that is due and that nobody has taken on. */
  private async takeOn(slots: DueSlots): Promise<void> {
    const [row] = await this.database.prisma.$queryRaw<Taken[]>`
      SELECT now() AS now, max(slot) AS newest,
        min(slot) FILTER (WHERE job = ${this.job}) AS began, max(slot) FILTER (WHERE job = ${this.job}) AS last
      FROM schedule_slots WHERE job = ${this.job} OR starts_with(job, ${this.jobOf('')})`;
    if (row?.newest && row.newest.getTime() > row.now.getTime() + CLOCK_SLACK_MS) {
      await this.forgetAhead();
      return;
    }
    if (!row?.last) {
      // It had begun by a clock that was ahead.
      await this.begin();
      return;
    }
    this.began = row.began;
    const slot = slots.last(row.last, row.now);
    // What is begun is begun once. So nothing is lost when this process ends in between: the next look goes on.
    if (!slot || !(await this.beginAll(slot))) return;
    const claimed = await this.database.prisma.$executeRaw`
      INSERT INTO schedule_slots (job, slot) VALUES (${this.job}, ${slot}) ON CONFLICT DO NOTHING`;
    if (claimed === 0) return;
    await this.database.prisma.$executeRaw`
      DELETE FROM schedule_slots
      WHERE starts_with(job, ${this.jobOf('')}) AND slot < ${slot}
        OR starts_with(job, ${JOB}) AND slot <> ${row.began}
          AND slot < now() - ${KEPT_DAYS}::float8 * interval '1 day'`;
    const many = slots.many(row.last, row.now);
    if (many !== '1' || row.now.getTime() - slot.getTime() > LATE_MS) {
      this.logger.warn(
        `${many === '1' ? 'A backup was' : `${many} backups were`} not made when due, last at ${slot.toISOString()}: the service did not run, its database was away, or it could not be begun. One makes up for it.`,
      );
    }
  }

  /**
   * Each provider has slots of its own, of use until the whole one is taken: what it has begun is not begun again while that
   * of others cannot be begun.
   */
  private jobOf(provider: string): string {
    return `${this.job} ${provider}`;
  }

  /** Those of all providers. @returns whether each is begun by now */
  private async beginAll(slot: Date): Promise<boolean> {
    let isWhole = true;
    for (const { provider, running } of this.providers.all) {
      if (!running?.reads.library) continue;
      try {
        await this.backups.beginScheduled(provider.id, { job: this.jobOf(provider.id), slot });
      } catch (error) {
        isWhole = false;
        // It is tried again with every look.
        if (this.toldOf === slot.getTime()) continue;
        this.logger.warn(`A backup of ${provider.displayName} is due and cannot be begun yet (${reasonOf(error)}).`);
      }
    }
    this.toldOf = isWhole ? null : slot.getTime();
    return isWhole;
  }
}

function sinceWhen({ since }: Missed, made: Backup | undefined): string {
  const at = since.toISOString();
  if (!made) return `since ${at}, and none is made`;
  return `since ${since > made.createdAt ? 'the schedule began' : 'the last that was made'}, at ${at}`;
}

/** Why one that is under way is not made yet, and what to do. */
function howItIs({ state, resumeAt, trouble }: Backup): string {
  if (state === 'paused' && resumeAt && trouble) {
    return `The one under way is paused until ${resumeAt.toISOString()}: ${trouble.detail} ${trouble.remedy}`;
  }
  return 'One is under way; GET /admin/backups/:id tells how it gets on.';
}
