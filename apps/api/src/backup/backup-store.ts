import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { Database, Notifications } from '#database';
import { DATABASE, NOTIFICATIONS } from '../database/database.module.js';
import type { Archive } from './archive/archive.js';
import {
  type Account,
  type Progress,
  type Summary,
  type Trouble,
  parseAccount,
  parseProgress,
  parseSummary,
  parseTrouble,
} from './backup-row.js';
import { type BackupState, MADE, UNDER_WAY } from './jobs/job-states.js';
import { type Held, LibraryJobs, type Transaction, expectHeld } from './jobs/library-jobs.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export type Trigger = 'owner' | 'schedule';

/** A backup as it stands. */
export interface Backup {
  id: string;
  /** Of its folder. */
  name: string;
  provider: string;
  trigger: string;
  /** Whether everything is read anew, also what seems to be as it was. */
  full: boolean;
  /** Whether it may be the first one in its folder although others are known. */
  newFolder: boolean;
  state: BackupState;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  resumeAt: Date | null;
  trouble: Trouble | null;
  /** Whose library it is; null before the upstream has told. */
  account: Account | null;
  progress: Progress | null;
  summary: Summary | null;
}

/** What a backup is to be like. */
export type Wish = Pick<Backup, 'full' | 'newFolder'> & { trigger: Trigger };

/** A moment at which a job is due. */
export interface Slot {
  job: string;
  slot: Date;
}

/** The right to work on a backup, until another process has it. */
export interface Claim extends Held {
  backup: Backup;
}

/** What a backup that is written has come to. */
export interface Made {
  state: 'complete' | 'complete_with_omissions' | 'failed';
  summary: Summary;
}

/** Backups under way and made, as all processes know them. */
@Injectable()
export class BackupStore {
  readonly jobs: LibraryJobs;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(NOTIFICATIONS) notifications: Notifications,
  ) {
    this.jobs = new LibraryJobs(database, notifications, 'backups');
  }

  /** @returns null when one of this provider is under way already, or another has the name */
  async create(
    provider: string,
    name: string,
    { trigger, full, newFolder }: Wish,
    client: Transaction = this.database.prisma,
  ): Promise<Backup | null> {
    const rows = await client.$queryRaw<{ id: string }[]>`
      INSERT INTO backups (provider, name, "trigger", "full", new_folder)
      VALUES (${provider}, ${name}, ${trigger}, ${full}, ${newFolder})
      ON CONFLICT DO NOTHING RETURNING id`;
    const [row] = rows;
    return row ? this.get(row.id, client) : null;
  }

  /**
   * Does once what a moment of a schedule asks for: of two who come together one waits for the other, and goes on when
   * that fails.
   *
   * @returns whether it was done here and now
   */
  async atSlot({ job, slot }: Slot, begin: (transaction: Transaction) => Promise<unknown>): Promise<boolean> {
    return this.database.prisma.$transaction(async (transaction) => {
      const taken = await transaction.$executeRaw`
        INSERT INTO schedule_slots (job, slot) VALUES (${job}, ${slot}) ON CONFLICT DO NOTHING`;
      if (taken > 0) await begin(transaction);
      return taken > 0;
    });
  }

  /** Takes one up that lies in the folder and is not known; nothing happens when it is. */
  async adopt({ manifest, name }: Archive, { state, summary }: Made): Promise<void> {
    const { account, finishedAt, id, provider, startedAt } = manifest;
    await this.database.prisma.$executeRaw`
      INSERT INTO backups (id, name, provider, "trigger", state, created_at, started_at, finished_at, account, summary)
      VALUES (${UUID.test(id) ? id : randomUUID()}::uuid, ${name}, ${provider.id}, 'found', ${state}::"BackupState",
        ${startedAt}, ${startedAt}, ${finishedAt}, ${JSON.stringify(account)}::jsonb, ${JSON.stringify(summary)}::jsonb)
      ON CONFLICT DO NOTHING`;
  }

  /**
   * Takes those away that have failed so long ago that nobody looks for the reason any more. One that has files stays with
   * them: without its row they would be found as those of a backup of which nothing bad is known.
   */
  async forgetFailed(provider: string, before: Date): Promise<void> {
    await this.database.prisma.$executeRaw`
      DELETE FROM backups
      WHERE provider = ${provider} AND state = 'failed' AND summary IS NULL AND finished_at < ${before}`;
  }

  /** The one of this provider that has not ended. */
  async underWay(provider: string, client: Transaction = this.database.prisma): Promise<Backup | null> {
    const row = await client.backup.findFirst({
      where: { provider, state: { in: [...UNDER_WAY] } },
    });
    return row && toBackup(row);
  }

  async get(id: string, client: Transaction = this.database.prisma): Promise<Backup | null> {
    const row = await client.backup.findUnique({ where: { id } });
    return row && toBackup(row);
  }

  /** The latest first. */
  async list(): Promise<Backup[]> {
    const rows = await this.database.prisma.backup.findMany({ orderBy: [{ createdAt: 'desc' }, { name: 'desc' }] });
    return rows.map(toBackup);
  }

  /** Those that are made, of one provider, the latest first. */
  async made(provider: string): Promise<Backup[]> {
    const rows = await this.database.prisma.backup.findMany({
      where: { provider, state: { in: [...MADE] } },
      orderBy: { createdAt: 'desc' },
    });
    return rows.map(toBackup);
  }

  /** Those that have files which are not what they should be, of one provider. */
  async spoiled(provider: string): Promise<Backup[]> {
    const rows = await this.database.prisma.backup.findMany({ where: { provider, state: 'failed' } });
    return rows.map(toBackup).filter(({ summary }) => summary !== null);
  }

  /** Of whichever provider. @param those `kept` are those that have files, damaged or not */
  async names(those: 'kept' | 'under way'): Promise<string[]> {
    const rows = await this.database.prisma.$queryRaw<{ name: string }[]>`
      SELECT name FROM backups
      WHERE CASE WHEN ${those} = 'kept' THEN summary IS NOT NULL ELSE finished_at IS NULL END`;
    return rows.map(({ name }) => name);
  }

  /** Whether what it holds is still being put back. */
  async isBeingRestored(id: string): Promise<boolean> {
    const underWay = { backupId: id, state: { in: [...UNDER_WAY] } };
    return (await this.database.prisma.restore.count({ where: underWay })) > 0;
  }

  /** Also one that is under way: whoever works on it finds out with the next page. */
  async remove(id: string): Promise<void> {
    await this.database.prisma.backup.deleteMany({ where: { id } });
    this.jobs.spread();
  }

  /** What is known of one that was taken on; null when it is gone. */
  async take(held: Held): Promise<Claim | null> {
    const backup = await this.get(held.id);
    return backup && { ...held, backup };
  }

  /** Whose library it is. @throws ClaimLost */
  async noteAccount({ backup, fence }: Claim, account: Account): Promise<void> {
    expectHeld(
      await this.database.prisma.$executeRaw`
        UPDATE backups SET account = ${JSON.stringify(account)}::jsonb
        WHERE id = ${backup.id}::uuid AND fence = ${fence} AND state = 'running'`,
    );
  }

  /** It ends here; what was read for it is of no use any more. @throws ClaimLost */
  async end(
    { backup, fence }: Claim,
    state: 'complete' | 'complete_with_omissions' | 'failed',
    { summary, trouble }: { summary: Summary | null; trouble: Trouble | null },
  ): Promise<void> {
    expectHeld(
      await this.database.prisma.$executeRaw`
        WITH ended AS (
          UPDATE backups
          SET state = ${state}::"BackupState", finished_at = now(), summary = ${json(summary)}::jsonb,
            trouble = ${json(trouble)}::jsonb, progress = NULL, worker = NULL, lease_until = NULL
          WHERE id = ${backup.id}::uuid AND fence = ${fence} AND state = 'running' RETURNING id
        ), lists AS (DELETE FROM backup_lists USING ended WHERE backup_id = ended.id),
        pages AS (DELETE FROM backup_pages USING ended WHERE backup_id = ended.id)
        SELECT id FROM ended`,
    );
    this.jobs.spread();
  }

  /** What a later look has found. */
  async note(id: string, state: BackupState, summary: Summary): Promise<void> {
    await this.database.prisma.$executeRaw`
      UPDATE backups SET state = ${state}::"BackupState", summary = ${json(summary)}::jsonb WHERE id = ${id}::uuid`;
  }
}

function json(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

type Row = {
  [Name in keyof Backup]: Name extends 'trouble' | 'account' | 'progress' | 'summary' ? unknown : Backup[Name];
};

function toBackup(row: Row): Backup {
  const { id, name, provider, trigger, full, newFolder, state, createdAt, startedAt, finishedAt, resumeAt } = row;
  return {
    id,
    name,
    provider,
    trigger,
    full,
    newFolder,
    state,
    createdAt,
    startedAt,
    finishedAt,
    resumeAt,
    trouble: parseTrouble(row.trouble),
    account: parseAccount(row.account),
    progress: parseProgress(row.progress),
    summary: parseSummary(row.summary),
  };
}
