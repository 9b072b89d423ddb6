import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Database } from '#database';
import { DATABASE } from '../database/database.module.js';
import { reasonOf } from '../logging.js';

const HOUR_MS = 3_600_000;
/** How long the sum of a day is taken as known; what this process calls itself is added at once. */
const KNOWN_MS = 60_000;

/** Whose calls are counted, and how many there should be at most. */
export interface CallBudget {
  upstream: string;
  /** The app they count for; empty when the upstream knows none. */
  clientId: string;
  /** In a rolling day. */
  dailyCalls: number;
}

type Counted = Pick<CallBudget, 'upstream' | 'clientId'>;

interface Sum {
  calls: number;
  /** Milliseconds since 1970. */
  until: number;
}

/**
 * Counts every call to every upstream, by the hour and over all processes. Calls are neither refused nor delayed for it: who
 * can ask less often looks at what is used.
 */
@Injectable()
export class DailyCalls {
  private readonly logger = new Logger('Upstream');
  private readonly untold = new Map<string, { counted: Counted; calls: number }>();
  private readonly sums = new Map<string, Sum>();
  private writing: Promise<void> | null = null;
  private sweptAt = Number.NEGATIVE_INFINITY;

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** A call goes out. */
  count({ upstream, clientId }: Counted): void {
    const key = keyOf({ upstream, clientId });
    const untold = this.untold.get(key) ?? { counted: { upstream, clientId }, calls: 0 };
    untold.calls += 1;
    this.untold.set(key, untold);
    const sum = this.sums.get(key);
    if (sum) sum.calls += 1;
    this.writing ??= this.write().finally(() => {
      this.writing = null;
    });
  }

  /** Part of the budget that the last day has used, from 0; more than 1 when it was not enough. As far as is known here. */
  used(budget: CallBudget): number {
    const sum = this.sums.get(keyOf(budget));
    if (!sum || sum.until < Date.now()) this.refresh(budget);
    return (sum?.calls ?? 0) / budget.dailyCalls;
  }

  /** Calls of the last 24 hours, by the hour; every process counts. */
  async sum({ upstream, clientId }: Counted): Promise<number> {
    const since = new Date(Date.now() - 24 * HOUR_MS);
    const { _sum } = await this.database.prisma.upstreamCalls.aggregate({
      where: { upstream, clientId, hour: { gt: since } },
      _sum: { calls: true },
    });
    return _sum.calls ?? 0;
  }

  private refresh(counted: Counted): void {
    const key = keyOf(counted);
    // Until the answer is there the old sum holds, and nobody asks a second time.
    this.sums.set(key, { calls: this.sums.get(key)?.calls ?? 0, until: Date.now() + KNOWN_MS });
    this.sum(counted).then(
      (calls) => this.sums.set(key, { calls, until: Date.now() + KNOWN_MS }),
      (error: unknown) => {
        this.logger.debug(`Calls cannot be counted (${reasonOf(error)}).`);
      },
    );
  }

  /** While one statement is under way the next ones gather. */
  private async write(): Promise<void> {
    await Promise.resolve();
    for (const [key, { counted, calls }] of this.untold) {
      this.untold.delete(key);
      try {
        await this.add(counted, calls);
      } catch (error) {
        // They are told with the next call.
        const since = this.untold.get(key)?.calls ?? 0;
        this.untold.set(key, { counted, calls: calls + since });
        this.logger.debug(`Calls cannot be counted (${reasonOf(error)}).`);
        return;
      }
    }
  }

  private async add({ upstream, clientId }: Counted, calls: number): Promise<void> {
    await this.database.prisma.$executeRaw`
      INSERT INTO upstream_calls (upstream, client_id, hour, calls)
      VALUES (${upstream}, ${clientId}, date_trunc('hour', now()), ${calls})
      ON CONFLICT (upstream, client_id, hour) DO UPDATE SET calls = upstream_calls.calls + EXCLUDED.calls`;
    if (Date.now() - this.sweptAt < HOUR_MS) return;
    this.sweptAt = Date.now();
    await this.database.prisma.$executeRaw`
      DELETE FROM upstream_calls WHERE hour < now() - interval '2 days'`;
  }
}

function keyOf({ upstream, clientId }: Counted): string {
  return `${upstream} ${clientId}`;
}
