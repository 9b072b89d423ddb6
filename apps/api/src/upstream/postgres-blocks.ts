import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Database, Notifications } from '#database';
import { type UpstreamBlock, type UpstreamBlocks, UpstreamBlocksInMemory } from '#upstream';
import { inTime } from '../answer/in-time.js';
import { DATABASE, NOTIFICATIONS } from '../database/database.module.js';
import { reasonOf } from '../logging.js';

/** A visitor waits for the upstream, not for the database in front of it. */
const PATIENCE_MS = 500;
/**
 * So long it is taken as known that there is no block, when nothing else is heard. It bounds what is missed while
 * notifications do not come through.
 */
const FREE_MS = 1_000;
const CHANNEL = 'upstream_blocks';

/**
 * Blocks in Postgres, for all processes, which tell each other of every new one. While the database is away, this process
 * still keeps to the ones it knows.
 */
@Injectable()
export class PostgresBlocks implements UpstreamBlocks, OnModuleInit {
  private readonly logger = new Logger('Upstream');
  private readonly known = new UpstreamBlocksInMemory();
  /** Blocks that the database was not there to be told of. */
  private readonly untold = new Set<string>();
  /** Upstreams without a block, and until when that is taken as known; in milliseconds of the clock that is never set. */
  private free = new Map<string, number>();
  private away = false;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(NOTIFICATIONS) private readonly notifications: Notifications,
  ) {}

  onModuleInit(): void {
    this.notifications.listen(CHANNEL, () => {
      // Not emptied: what a read that is under way finds out is older than this.
      this.free = new Map();
    });
  }

  async read(upstream: string): Promise<UpstreamBlock | null> {
    const own = await this.known.read(upstream);
    const { free } = this;
    if (own === null && (free.get(upstream) ?? 0) > performance.now()) return null;
    if (own && this.untold.has(upstream)) await this.write(upstream, own);
    const row = await this.attempt(() => this.database.prisma.upstreamBlock.findUnique({ where: { upstream } }));
    if (!row) {
      if (!this.away) free.set(upstream, performance.now() + FREE_MS);
      return own;
    }
    const { blockedSince, blockedUntil, reason, strikes } = row;
    const stored = { since: blockedSince.getTime(), until: blockedUntil.getTime(), reason, strikes };
    // Told by another process, or by this one before the database was away: whichever lasts longer holds.
    return own && own.until > stored.until ? own : stored;
  }

  async extend(upstream: string, block: UpstreamBlock): Promise<void> {
    await this.known.extend(upstream, block);
    this.logger.warn(`${upstream} is left alone until ${new Date(block.until).toISOString()} (${block.reason}).`);
    await this.write(upstream, block);
  }

  async clear(upstream: string): Promise<void> {
    await this.known.clear(upstream);
    this.untold.delete(upstream);
    // Only one that is over: another process may have been refused since.
    await this.attempt(
      () => this.database.prisma.$executeRaw`
        DELETE FROM upstream_blocks WHERE upstream = ${upstream} AND blocked_until <= ${new Date()}`,
    );
  }

  private async write(upstream: string, block: UpstreamBlock): Promise<void> {
    // One statement: two processes that are refused at once keep the later moment.
    const written = await this.attempt(
      () => this.database.prisma.$executeRaw`
        INSERT INTO upstream_blocks (upstream, blocked_since, blocked_until, reason, strikes, updated_at)
        VALUES (${upstream}, ${new Date(block.since)}, ${new Date(block.until)}, ${block.reason}, ${block.strikes}, now())
        ON CONFLICT (upstream) DO UPDATE SET
          blocked_since = CASE WHEN upstream_blocks.blocked_until > EXCLUDED.blocked_since
            THEN LEAST(upstream_blocks.blocked_since, EXCLUDED.blocked_since) ELSE EXCLUDED.blocked_since END,
          blocked_until = GREATEST(upstream_blocks.blocked_until, EXCLUDED.blocked_until),
          reason = EXCLUDED.reason, strikes = EXCLUDED.strikes, updated_at = now()`,
    );
    if (written === null) {
      this.untold.add(upstream);
      return;
    }
    this.untold.delete(upstream);
    // Nobody waits for it: whoever does not hear of the block finds it within a second.
    this.notifications.notify(CHANNEL).catch((error: unknown) => {
      this.logger.debug(`Other processes hear nothing of a block (${reasonOf(error)}).`);
    });
  }

  /** A read of an upstream must neither fail nor wait because the database does. */
  private async attempt<T>(query: () => Promise<T>): Promise<T | null> {
    try {
      const answer = await inTime(query(), PATIENCE_MS, () => new Error(`no answer within ${PATIENCE_MS} ms`));
      if (this.away) this.logger.log('The database answers again.');
      this.away = false;
      return answer;
    } catch (error) {
      // The last line of a database error is the one that says why.
      if (!this.away)
        this.logger.warn(`The database does not answer (${reasonOf(error)}); reading goes on from memory.`);
      this.away = true;
      return null;
    }
  }
}
