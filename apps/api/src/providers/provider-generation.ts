import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Database, Notifications, PrismaClient } from '#database';
import { DATABASE, NOTIFICATIONS } from '../database/database.module.js';
import { reasonOf } from '../logging.js';

const CHANNEL = 'provider_generation';

/**
 * Counts changes of who answers and of the accounts that are read, over all processes: what was read before the last one is
 * not told any more. Whoever changes such a thing writes it first and counts it then, and whoever reads it reads the count
 * first: so nothing is ever taken for newer than it is.
 */
@Injectable()
export class ProviderGeneration implements OnModuleInit {
  private readonly logger = new Logger('Provider');
  private known = 0;
  private readonly loaders: (() => Promise<void>)[] = [];
  private readonly changed: (() => void)[] = [];
  private latest: Promise<void> = Promise.resolve();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(NOTIFICATIONS) private readonly notifications: Notifications,
  ) {}

  async onModuleInit(): Promise<void> {
    this.notifications.listen(CHANNEL, () => {
      this.catchUp().catch((error: unknown) => {
        this.logger.warn(`Who answers, and for whom, cannot be read (${reasonOf(error)}); what is known here holds.`);
      });
    });
    await this.catchUp();
  }

  /** As far as this process has heard. */
  get current(): number {
    return this.known;
  }

  /** @param load learns of what is counted here; is called before another generation is taken for known */
  learnBy(load: () => Promise<void>): void {
    this.loaders.push(load);
  }

  /** @param changed is called when another one begins */
  onChange(changed: () => void): void {
    this.changed.push(changed);
  }

  /** Lets nobody else begin another one before the end of this transaction. */
  async hold(transaction: Pick<PrismaClient, '$queryRaw'>): Promise<void> {
    await transaction.$queryRaw`SELECT generation FROM provider_generation FOR UPDATE`;
  }

  /**
   * Begins another one. Every process is told as soon as it is stored, and none is told of one that is not.
   *
   * @param within a transaction that it is a part of; absent: it stands alone
   */
  async advance(within: Pick<PrismaClient, '$executeRaw'> = this.database.prisma): Promise<void> {
    await within.$executeRaw`
      WITH next AS (UPDATE provider_generation SET generation = generation + 1 RETURNING generation)
      SELECT pg_notify(${CHANNEL}, '') FROM next`;
  }

  /** Learns everything up to the present one. One after the other, so that nothing old comes last. */
  catchUp(): Promise<void> {
    const next = this.latest.then(() => this.learn());
    this.latest = next.catch(() => undefined);
    return next;
  }

  private async learn(): Promise<void> {
    const { generation } = await this.database.prisma.providerGeneration.findUniqueOrThrow({ where: { id: 1 } });
    for (const load of this.loaders) await load();
    if (generation <= this.known) return;
    this.known = generation;
    for (const changed of this.changed) changed();
  }
}
