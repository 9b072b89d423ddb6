import { Inject, Injectable } from '@nestjs/common';
import type { Accounts } from '#accounts';
import type { Database, Notifications } from '#database';
import { ACCOUNTS } from '../../accounts/index.js';
import { DATABASE, NOTIFICATIONS } from '../../database/database.module.js';
import { keptJson } from '../archive/kept.js';
import { type Account, type Progress, type Trouble, parseAccount, parseProgress, parseTrouble } from '../backup-row.js';
import { type RestoreState, UNDER_WAY } from '../jobs/job-states.js';
import { type Held, LEASE_MS, LibraryJobs, type Transaction, expectHeld } from '../jobs/library-jobs.js';
import { type Standing, parseStanding } from './part-course.js';
import { PlaylistMemory } from './playlist-memory.js';
import { type PartReport, type Wanted, parseReport, parseWanted, sumOf, unknownOutcome } from './restore-report.js';

/** The latest of them are listed. */
const MOST_LISTED = 100;

/** A restore as it stands. */
export interface Restore {
  id: string;
  backupId: string;
  backupName: string;
  provider: string;
  /** Into whose library. */
  account: Account;
  wanted: Wanted;
  state: RestoreState;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  resumeAt: Date | null;
  trouble: Trouble | null;
  progress: Progress | null;
}

/** The right to work on a restore, until another process has it. */
export interface RestoreClaim extends Held {
  restore: Restore;
}

/** What has come of a restore so far. */
export interface Tally {
  added: number;
  removed: number;
  moved: number;
  /** What could not be done. */
  cannot: number;
}

export const NO_TALLY: Tally = { added: 0, removed: 0, moved: 0, cannot: 0 };

/** What there was to do with a part when it was looked at first, and where the last one has left it. */
export interface Begun {
  first: PartReport;
  before: Pick<Standing, 'outcome' | 'inDoubt'> | null;
}

/** Restores under way and over, as all processes know them. */
@Injectable()
export class RestoreStore {
  readonly jobs: LibraryJobs;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(NOTIFICATIONS) notifications: Notifications,
    @Inject(ACCOUNTS) private readonly accounts: Accounts,
  ) {
    this.jobs = new LibraryJobs(database, notifications, 'restores');
  }

  memory(provider: string, accountId: string): PlaylistMemory {
    return new PlaylistMemory(this.database, provider, accountId);
  }

  /** Written down in the audit trail with it. @returns what is under way instead, when something is */
  async create(
    wished: Pick<Restore, 'backupId' | 'backupName' | 'provider' | 'account' | 'wanted'>,
  ): Promise<Restore | 'a restore' | 'a backup'> {
    const { backupId, backupName, provider, account, wanted } = wished;
    return this.jobs.inTurn(async (transaction) => {
      const underWay = { provider, state: { in: [...UNDER_WAY] } };
      if ((await transaction.restore.count({ where: underWay })) > 0) return 'a restore';
      if ((await transaction.backup.count({ where: underWay })) > 0) return 'a backup';
      const row = await transaction.restore.create({
        data: {
          backupId,
          backupName,
          provider,
          account: { ...account },
          wanted: { lists: [...wanted.lists], removeOthers: wanted.removeOthers },
        },
      });
      const detail = { restore: row.id, backup: backupName, account: account.id, ...wanted };
      await this.accounts.audit.append(
        { actor: 'owner', action: 'restore.begun', subject: provider, detail },
        transaction,
      );
      return toRestore(row);
    });
  }

  async get(id: string): Promise<Restore | null> {
    const row = await this.database.prisma.restore.findUnique({ where: { id } });
    return row && toRestore(row);
  }

  /** The latest first. */
  async list(): Promise<Restore[]> {
    const rows = await this.database.prisma.restore.findMany({
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: MOST_LISTED,
    });
    return rows.map(toRestore);
  }

  /** By the id of the restore. */
  async tallies(
    ids: readonly string[],
    client: Pick<Transaction, '$queryRaw'> = this.database.prisma,
  ): Promise<Map<string, Tally>> {
    const rows = await client.$queryRaw<(Tally & { id: string })[]>`
      SELECT restore_id AS id, sum((report->>'add')::int)::int AS added, sum((report->>'remove')::int)::int AS removed,
        sum((report->>'move')::int)::int AS moved, sum((report->>'cannotCount')::int)::int AS cannot
      FROM restore_parts WHERE settled AND restore_id = ANY(${[...ids]}::uuid[]) GROUP BY restore_id`;
    return new Map(rows.map(({ id, ...tally }) => [id, tally]));
  }

  /** What has come of each part that is done with. */
  async settled(id: string): Promise<PartReport[]> {
    const rows = await this.database.prisma.restorePart.findMany({
      where: { restoreId: id, settled: true },
      orderBy: { part: 'asc' },
    });
    return rows.flatMap(({ report }) => parseReport(report) ?? []);
  }

  /** What is known of one that was taken on; null when it is gone. */
  async take(held: Held): Promise<RestoreClaim | null> {
    const restore = await this.get(held.id);
    return restore && { ...held, restore };
  }

  /** What there is to do with a part, unless that is known from an earlier look. @throws ClaimLost */
  async plan({ id, fence }: Held, report: PartReport): Promise<Begun> {
    expectHeld(
      await this.database.prisma.$executeRaw`
        INSERT INTO restore_parts (restore_id, part, report)
        SELECT id, ${report.part}, ${keptJson(report)}::jsonb
        FROM restores WHERE id = ${id}::uuid AND fence = ${fence} AND state = 'running'
        ON CONFLICT (restore_id, part) DO UPDATE SET part = EXCLUDED.part`,
    );
    const row = await this.database.prisma.restorePart.findUnique({
      where: { restoreId_part: { restoreId: id, part: report.part } },
    });
    return { first: parseReport(row?.report) ?? report, before: parseStanding(row?.standing) };
  }

  /** What was done with a part that needs no more. @throws ClaimLost */
  async settle({ id, fence }: Held, report: PartReport): Promise<void> {
    expectHeld(
      await this.database.prisma.$executeRaw`
        INSERT INTO restore_parts (restore_id, part, report, settled)
        SELECT id, ${report.part}, ${keptJson(report)}::jsonb, true
        FROM restores WHERE id = ${id}::uuid AND fence = ${fence} AND state = 'running'
        ON CONFLICT (restore_id, part) DO UPDATE SET report = EXCLUDED.report, settled = true, standing = NULL`,
    );
  }

  /** Before a call that changes something: says how far it is, and that this process still works. @throws ClaimLost */
  async step({ id, fence }: Held, standing: Standing): Promise<void> {
    expectHeld(
      await this.database.prisma.$executeRaw`
        WITH held AS (
          UPDATE restores SET progress = ${toProgress(standing)}::jsonb,
            lease_until = now() + ${LEASE_MS}::float8 * interval '1 ms'
          WHERE id = ${id}::uuid AND fence = ${fence} AND state = 'running' RETURNING id
        )
        UPDATE restore_parts SET standing = ${toKept(standing)}::jsonb
        FROM held WHERE restore_id = held.id AND part = ${standing.outcome.part}`,
    );
  }

  /**
   * No more is asked for here: what was done with a part until now, also when the restore was cancelled meanwhile.
   *
   * @param hasGotOn whether failures are counted from here
   */
  async leave({ id, fence }: Held, standing: Standing, hasGotOn: boolean): Promise<void> {
    const { outcome } = standing;
    await this.database.prisma.$transaction(async (transaction: Transaction) => {
      // One that is cancelled meanwhile is cancelled before this or after it.
      const [row] = await transaction.$queryRaw<{ state: RestoreState }[]>`
        SELECT state FROM restores WHERE id = ${id}::uuid AND fence = ${fence} FOR UPDATE`;
      if (row?.state === 'running') {
        await transaction.$executeRaw`
          UPDATE restores
          SET setbacks = CASE WHEN ${hasGotOn} THEN 0 ELSE setbacks END, progress = ${toProgress(standing)}::jsonb
          WHERE id = ${id}::uuid`;
        await transaction.$executeRaw`
          UPDATE restore_parts SET standing = ${toKept(standing)}::jsonb
          WHERE restore_id = ${id}::uuid AND part = ${outcome.part}`;
      }
      if (row?.state !== 'cancelled') return;
      await transaction.$executeRaw`
        UPDATE restore_parts
        SET report = ${keptJson(outcome)}::jsonb, settled = true, standing = ${toKept(standing)}::jsonb
        WHERE restore_id = ${id}::uuid AND part = ${outcome.part}`;
      const trouble = await doubtIn(transaction, id);
      await transaction.$executeRaw`UPDATE restores SET trouble = ${toTrouble(trouble)}::jsonb WHERE id = ${id}::uuid`;
    });
  }

  /** Of one that is cancelled nothing more is to come. */
  async letGo({ id, fence }: Held): Promise<void> {
    await this.database.prisma.$executeRaw`
      UPDATE restores SET worker = NULL, lease_until = NULL
      WHERE id = ${id}::uuid AND fence = ${fence} AND state = 'cancelled'`;
  }

  /** Whether it is over, and no process has still to tell what its last call has done. */
  async isLetGo(id: string): Promise<boolean> {
    const [row] = await this.database.prisma.$queryRaw<object[]>`
      SELECT 1 FROM restores
      WHERE id = ${id}::uuid AND state NOT IN ('queued', 'running', 'paused')
        AND (worker IS NULL OR lease_until <= now())`;
    return row !== undefined;
  }

  /**
   * Ends one that is under way; whoever works on it finds out with the next call. Written down in the audit trail with it.
   *
   * @returns whether it was under way
   */
  async cancel(restore: Restore): Promise<boolean> {
    const { id, account, backupName, provider } = restore;
    const isCancelled = await this.database.prisma.$transaction(async (transaction: Transaction) => {
      const [row] = await transaction.$queryRaw<object[]>`
        SELECT 1 FROM restores
        WHERE id = ${id}::uuid AND state IN ('queued', 'running', 'paused') FOR UPDATE`;
      if (!row) return false;
      // What the call under way does is told by whoever makes it, once that is known.
      const trouble = await settleBegun(transaction, id);
      await transaction.$executeRaw`
        UPDATE restores
        SET state = 'cancelled', finished_at = now(), resume_at = NULL, progress = NULL,
          trouble = ${toTrouble(trouble)}::jsonb,
          worker = CASE WHEN state = 'running' THEN worker END,
          lease_until = CASE WHEN state = 'running' THEN lease_until END
        WHERE id = ${id}::uuid`;
      const detail = { restore: id, backup: backupName, account: account.id };
      await this.accounts.audit.append(
        { actor: 'owner', action: 'restore.cancelled', subject: provider, detail },
        transaction,
      );
      return true;
    });
    if (isCancelled) this.jobs.spread();
    return isCancelled;
  }

  /** It ends here, and is written down in the audit trail. @throws ClaimLost */
  async end(
    { id, fence, restore }: RestoreClaim,
    state: 'complete' | 'complete_with_omissions' | 'failed',
    trouble: Trouble | null,
  ): Promise<void> {
    await this.database.prisma.$transaction(async (transaction: Transaction) => {
      const rows = await transaction.$queryRaw<object[]>`
        SELECT 1 FROM restores WHERE id = ${id}::uuid AND fence = ${fence} AND state = 'running' FOR UPDATE`;
      expectHeld(rows.length);
      const doubt = await settleBegun(transaction, id);
      const told = trouble && doubt ? { ...trouble, detail: `${trouble.detail} ${doubt.detail}` } : trouble;
      const tally = (await this.tallies([id], transaction)).get(id) ?? NO_TALLY;
      await transaction.$executeRaw`
        UPDATE restores
        SET state = ${state}::"RestoreState", finished_at = now(), progress = NULL, worker = NULL, lease_until = NULL,
          trouble = ${toTrouble(told)}::jsonb
        WHERE id = ${id}::uuid`;
      const detail = { restore: id, backup: restore.backupName, account: restore.account.id, state, ...tally };
      const event = { actor: 'restore', action: 'restore.ended', subject: restore.provider, detail };
      await this.accounts.audit.append(event, transaction);
    });
    this.jobs.spread();
  }
}

/** What was done with parts that are begun is told. @returns what nobody knows of their last calls; or null */
async function settleBegun(transaction: Transaction, id: string): Promise<Trouble | null> {
  await transaction.$executeRaw`
    UPDATE restore_parts SET settled = true, report = standing -> 'outcome'
    WHERE restore_id = ${id}::uuid AND standing IS NOT NULL AND NOT settled`;
  return doubtIn(transaction, id);
}

/** What nobody knows of the last calls of parts that were begun; null when there is nothing. */
async function doubtIn(transaction: Transaction, id: string): Promise<Trouble | null> {
  const rows = await transaction.restorePart.findMany({ where: { restoreId: id }, select: { standing: true } });
  const doubts = rows.flatMap(({ standing }) => parseStanding(standing)?.inDoubt ?? []);
  if (doubts.length === 0) return null;
  return {
    code: 'upstream_timeout',
    detail: unknownOutcome(doubts.reduce(sumOf)),
    remedy: 'Restore the backup again if you want the rest: it looks first at what is there.',
  };
}

function toProgress({ outcome, done, total }: Standing): string {
  const progress: Progress = { list: outcome.part, done, total };
  return keptJson({ ...progress });
}

function toTrouble(trouble: Trouble | null): string | null {
  return trouble && keptJson({ ...trouble });
}

function toKept({ outcome, inDoubt }: Standing): string {
  return keptJson({ outcome, inDoubt });
}

type Row = {
  [Name in keyof Restore]: Name extends 'trouble' | 'account' | 'progress' | 'wanted' ? unknown : Restore[Name];
};

function toRestore(row: Row): Restore {
  const { id, backupId, backupName, provider, state, createdAt, startedAt, finishedAt, resumeAt } = row;
  return {
    id,
    backupId,
    backupName,
    provider,
    account: parseAccount(row.account) ?? { id: '', name: '' },
    wanted: parseWanted(row.wanted),
    state,
    createdAt,
    startedAt,
    finishedAt,
    resumeAt,
    trouble: parseTrouble(row.trouble),
    progress: parseProgress(row.progress),
  };
}
