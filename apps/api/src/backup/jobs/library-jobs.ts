import { Logger } from '@nestjs/common';
import type { Database, Notifications, PrismaClient } from '#database';
import { LONGEST_BLOCK_MS } from '#upstream';
import { reasonOf } from '../../logging.js';
import type { Trouble } from '../backup-row.js';

/** A process that says nothing for so long works no more. */
export const LEASE_MS = 15_000;
/** Clocks differ by less. */
export const CLOCK_SLACK_MS = 5 * 60_000;

export type JobTable = 'backups' | 'restores';

/** What keeps a job from beginning: a library is not read for a backup while it is written, nor the other way round. */
const OBSTACLES: Readonly<Record<JobTable, string>> = {
  backups: `SELECT FROM restores o WHERE o.provider = j.provider AND o.state IN ('queued', 'running', 'paused')`,
  restores: `SELECT FROM backups o WHERE o.provider = j.provider AND o.state = 'running'`,
};

/** The right to work on a job, until another process has it. */
export interface Held {
  id: string;
  provider: string;
  fence: number;
}

/** Another process works on the job by now, or it was taken away. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

/** Jobs on a library, of which each is worked on by one process at a time, and goes on in another when that one dies. */
export class LibraryJobs {
  private readonly logger = new Logger('Library');

  constructor(
    private readonly database: Database,
    private readonly notifications: Notifications,
    readonly table: JobTable,
  ) {}

  /** @param heard is called when there may be something new about any of them */
  onNews(heard: () => void): void {
    this.notifications.listen(this.table, heard);
  }

  /** Lets every process look. Nobody depends on it, nor waits for it: they look by themselves too. */
  spread(): void {
    this.notifications.notify(this.table).catch((error: unknown) => {
      this.logger.debug(`Other processes hear later what is new of ${this.table} (${reasonOf(error)}).`);
    });
  }

  /**
   * Takes on what is due: of all processes one does.
   *
   * @param providers those that this process can serve
   * @param courtesyMs for how long it is left to others; asked for when something is due
   */
  async claim(worker: string, providers: readonly string[], courtesyMs: () => Promise<number>): Promise<Held | null> {
    const { prisma } = this.database;
    const due = (since: string): string => `j.provider = ANY($1) AND (
      j.state = 'running' AND ${isOver("coalesce(j.lease_until, '-infinity')", since, LEASE_MS)}
      OR (j.state = 'queued' AND ${isOver('j.created_at', since, 0)}
        OR j.state = 'paused' AND ${isOver('j.resume_at', since, LONGEST_BLOCK_MS)})
        AND NOT EXISTS (${OBSTACLES[this.table]}))`;
    const [found] = await prisma.$queryRawUnsafe<object[]>(
      `SELECT 1 FROM ${this.table} j WHERE ${due('now()')} LIMIT 1`,
      providers,
    );
    if (!found) return null;
    const courtesy = await courtesyMs();
    return this.inTurn(async (transaction) => {
      const [held] = await transaction.$queryRawUnsafe<Held[]>(
        `UPDATE ${this.table}
        SET state = 'running', worker = $2::uuid, fence = fence + 1, started_at = coalesce(started_at, now()),
          resume_at = NULL, trouble = NULL, lease_until = now() + $3::float8 * interval '1 ms'
        WHERE id = (
          SELECT id FROM ${this.table} j WHERE ${due(`now() - $4::float8 * interval '1 ms'`)}
          ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, provider, fence`,
        providers,
        worker,
        LEASE_MS,
        courtesy,
      );
      return held ?? null;
    });
  }

  /** Nothing begins anywhere meanwhile: of a backup and a restore that come at once one sees the other. */
  async inTurn<T>(decide: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.database.prisma.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('library jobs'))`;
      return decide(transaction);
    });
  }

  /** Says that this process still works. @throws ClaimLost */
  async renew({ id, fence }: Held): Promise<void> {
    expectHeld(
      await this.database.prisma.$executeRawUnsafe(
        `UPDATE ${this.table} SET lease_until = now() + $3::float8 * interval '1 ms'
        WHERE id = $1::uuid AND fence = $2 AND state = 'running' AND worker IS NOT NULL`,
        id,
        fence,
        LEASE_MS,
      ),
    );
  }

  /** Lets another process go on at once. */
  async release({ id, fence }: Held): Promise<void> {
    await this.database.prisma.$executeRawUnsafe(
      `UPDATE ${this.table} SET worker = NULL, lease_until = now()
      WHERE id = $1::uuid AND fence = $2 AND state = 'running'`,
      id,
      fence,
    );
  }

  /** A list is refused once more. @returns how often it was by now @throws ClaimLost */
  async noteRefusal({ id, fence }: Held, list: string): Promise<number> {
    const rows = await this.database.prisma.$queryRawUnsafe<{ times: number }[]>(
      `UPDATE ${this.table}
      SET refusals = refusals || jsonb_build_object($3::text, coalesce((refusals ->> $3::text)::int, 0) + 1)
      WHERE id = $1::uuid AND fence = $2 AND state = 'running'
      RETURNING (refusals ->> $3::text)::int AS times`,
      id,
      fence,
      list,
    );
    expectHeld(rows.length);
    return rows[0]?.times ?? 0;
  }

  /** How often it has failed since it got on last. */
  async setbacks({ id }: Held): Promise<number> {
    const [row] = await this.database.prisma.$queryRawUnsafe<{ setbacks: number }[]>(
      `SELECT setbacks FROM ${this.table} WHERE id = $1::uuid`,
      id,
    );
    return row?.setbacks ?? 0;
  }

  /** Lets those go on at once that are paused for this reason. @returns how many there are */
  async resume(provider: string, code: Trouble['code']): Promise<number> {
    return this.database.prisma.$executeRawUnsafe(
      `UPDATE ${this.table} SET resume_at = now()
      WHERE provider = $1 AND state = 'paused' AND trouble->>'code' = $2`,
      provider,
      code,
    );
  }

  /** Ids of those that are due and do not begin, for something else is under way. */
  async obstructed(): Promise<ReadonlySet<string>> {
    const rows = await this.database.prisma.$queryRawUnsafe<{ id: string }[]>(
      `SELECT id FROM ${this.table} j
      WHERE (state = 'queued' OR state = 'paused' AND ${isOver('resume_at', 'now()', LONGEST_BLOCK_MS)})
        AND EXISTS (${OBSTACLES[this.table]})`,
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** @throws ClaimLost */
  async pause({ id, fence }: Held, trouble: Trouble, resumeAt: Date): Promise<void> {
    expectHeld(
      await this.database.prisma.$executeRawUnsafe(
        `UPDATE ${this.table}
        SET state = 'paused', resume_at = $3, trouble = $4::jsonb, setbacks = setbacks + 1, worker = NULL,
          lease_until = NULL
        WHERE id = $1::uuid AND fence = $2 AND state = 'running'`,
        id,
        fence,
        resumeAt,
        JSON.stringify(trouble),
      ),
    );
  }
}

export type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

/**
 * Whether a moment is over, or so far ahead that only a clock that was ahead can have set it.
 *
 * @param farthestMs no clock that is right sets it further ahead
 */
function isOver(moment: string, since: string, farthestMs: number): string {
  return `(${moment} <= ${since} OR ${moment} > now() + interval '${farthestMs + CLOCK_SLACK_MS} ms')`;
}

/** @throws ClaimLost when a statement that asks for the claim has found none */
export function expectHeld(rows: number): void {
  if (rows === 0) throw new ClaimLost('Another process works on this by now, or it was removed.');
}
