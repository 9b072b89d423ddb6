import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Database } from '#database';
import { type UpstreamBlock, type UpstreamBlocks, UpstreamBlocksInMemory, isOfWrongClock, longest } from '#upstream';
import { DATABASE } from '../database/database.module.js';
import { inTime } from '../in-time.js';
import { reasonOf } from '../logging.js';

/** A visitor waits for the upstream, not for the database in front of it. */
const PATIENCE_MS = 500;

/** Blocks in Postgres, for all processes. While the database is away, this process still keeps to the ones it knows. */
@Injectable()
export class PostgresBlocks implements UpstreamBlocks {
  private readonly logger = new Logger('Upstream');
  private readonly known = new UpstreamBlocksInMemory();
  /** Blocks that the database was not there to be told of. */
  private readonly untold = new Set<string>();
  private away = false;

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async read(...upstreams: readonly string[]): Promise<UpstreamBlock | null> {
    for (const upstream of upstreams) {
      const own = await this.known.read(upstream);
      if (own && isOfWrongClock(own, Date.now())) {
        await this.known.clear(upstream);
        this.untold.delete(upstream);
      } else if (own && this.untold.has(upstream)) await this.write(upstream, own);
    }
    const rows = await this.attempt(() =>
      this.database.prisma.upstreamBlock.findMany({ where: { upstream: { in: [...upstreams] } } }),
    );
    const stored: UpstreamBlock[] = [];
    for (const { upstream, blockedSince, blockedUntil, reason, strikes } of rows ?? []) {
      const block = { since: blockedSince.getTime(), until: blockedUntil.getTime(), reason, strikes };
      if (isOfWrongClock(block, Date.now())) await this.forget(upstream);
      else stored.push(block);
    }
    // Told by another process, or by this one before the database was away: whichever lasts longer holds.
    const own = await this.known.read(...upstreams);
    return longest(own ? [...stored, own] : stored);
  }

  /** However long it would hold by the clock that has made it. */
  private async forget(upstream: string): Promise<void> {
    // By its own clock, and none that another process has noted since: this one may be behind.
    const forgotten = await this.attempt(
      () => this.database.prisma.$executeRaw`
        DELETE FROM upstream_blocks WHERE upstream = ${upstream} AND blocked_since > now() + interval '5 min'`,
    );
    if (forgotten)
      this.logger.warn(`That ${upstream} is left alone was noted by a clock that was ahead, and is forgotten.`);
  }

  async extend(upstream: string, block: UpstreamBlock): Promise<void> {
    await this.known.extend(upstream, block);
    this.logger.warn(`${upstream} is left alone until ${new Date(block.until).toISOString()} (${block.reason}).`);
    await this.write(upstream, block);
  }

  async clear(...upstreams: readonly string[]): Promise<void> {
    await this.known.clear(...upstreams);
    for (const upstream of upstreams) this.untold.delete(upstream);
    // Only one that is over: another process may have been refused since.
    await this.attempt(() =>
      this.database.prisma.upstreamBlock.deleteMany({
        where: { upstream: { in: [...upstreams] }, blockedUntil: { lte: new Date() } },
      }),
    );
  }

  private async write(upstream: string, block: UpstreamBlock): Promise<void> {
    // One statement: of two processes that are refused at once the later block is kept, with its reason.
    const written = await this.attempt(
      () => this.database.prisma.$executeRaw`
        INSERT INTO upstream_blocks (upstream, blocked_since, blocked_until, reason, strikes, updated_at)
        VALUES (${upstream}, ${new Date(block.since)}, ${new Date(block.until)}, ${block.reason}, ${block.strikes}, now())
        ON CONFLICT (upstream) DO UPDATE SET
          blocked_since = CASE WHEN upstream_blocks.blocked_until > EXCLUDED.blocked_since
            THEN LEAST(upstream_blocks.blocked_since, EXCLUDED.blocked_since) ELSE EXCLUDED.blocked_since END,
          blocked_until = GREATEST(upstream_blocks.blocked_until, EXCLUDED.blocked_until),
          reason = CASE WHEN EXCLUDED.blocked_until > upstream_blocks.blocked_until
            THEN EXCLUDED.reason ELSE upstream_blocks.reason END,
          strikes = CASE WHEN EXCLUDED.blocked_until > upstream_blocks.blocked_until
            THEN EXCLUDED.strikes ELSE upstream_blocks.strikes END,
          updated_at = now()`,
    );
    if (written === null) this.untold.add(upstream);
    else this.untold.delete(upstream);
  }

  /** A read of an upstream must neither fail nor wait because the database does. */
  private async attempt<T>(query: () => Promise<T>): Promise<T | null> {
    try {
      const answer = await inTime(query(), PATIENCE_MS, () => new Error(`no answer within ${PATIENCE_MS} ms`));
      if (this.away) this.logger.log('The database answers again.');
      this.away = false;
      return answer;
    } catch (error) {
      if (!this.away)
        this.logger.warn(`The database does not answer (${reasonOf(error)}); reading goes on from memory.`);
      this.away = true;
      return null;
    }
  }
}
