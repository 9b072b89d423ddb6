import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Database } from '#database';
import { type UpstreamBlock, type UpstreamBlocks, UpstreamBlocksInMemory } from '#upstream';
import { DATABASE } from '../database/database.module.js';

/** Blocks in Postgres, for all processes. While the database is away, this process still keeps to the ones it knows. */
@Injectable()
export class PostgresBlocks implements UpstreamBlocks {
  private readonly logger = new Logger('Upstream');
  private readonly known = new UpstreamBlocksInMemory();

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async read(upstream: string): Promise<UpstreamBlock | null> {
    const row = await this.attempt(() => this.database.prisma.upstreamBlock.findUnique({ where: { upstream } }));
    if (!row) return this.known.read(upstream);
    return { until: row.blockedUntil.getTime(), reason: row.reason, strikes: row.strikes };
  }

  async extend(upstream: string, block: UpstreamBlock): Promise<void> {
    await this.known.extend(upstream, block);
    this.logger.warn(`${upstream} is left alone until ${new Date(block.until).toISOString()} (${block.reason}).`);
    // One statement: two processes that are refused at once keep the later moment.
    await this.attempt(
      () => this.database.prisma.$executeRaw`
        INSERT INTO upstream_blocks (upstream, blocked_until, reason, strikes, updated_at)
        VALUES (${upstream}, ${new Date(block.until)}, ${block.reason}, ${block.strikes}, now())
        ON CONFLICT (upstream) DO UPDATE SET
          blocked_until = GREATEST(upstream_blocks.blocked_until, EXCLUDED.blocked_until),
          reason = EXCLUDED.reason, strikes = EXCLUDED.strikes, updated_at = now()`,
    );
  }

  async clear(upstream: string): Promise<void> {
    await this.known.clear(upstream);
    await this.attempt(() => this.database.prisma.upstreamBlock.deleteMany({ where: { upstream } }));
  }

  /** A read of an upstream must not fail because the database does. */
  private async attempt<T>(query: () => Promise<T>): Promise<T | null> {
    try {
      return await query();
    } catch (error) {
      this.logger.warn(
        `The database cannot be asked about blocks: ${error instanceof Error ? error.message : String(error)}`,
      );
      return null;
    }
  }
}
