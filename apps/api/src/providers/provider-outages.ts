import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Database, Notifications } from '#database';
import { PROVIDER_ERROR_CODES, ProviderError, type ProviderErrorCode } from '#listening';
import { DATABASE, NOTIFICATIONS } from '../database/database.module.js';

/** How long an upstream that refuses the whole app is left alone before it is asked again; give or take a tenth. */
const PROBE_EVERY_MS = 30 * 60_000;
const JITTER = 0.1;
/** Nobody asks again so soon after another, also not because of a start. */
const PROBE_PAUSE_MS = 60_000;
const CHANNEL = 'provider_outages';

/** An upstream refuses the whole app. */
export interface Outage {
  error: ProviderError;
  since: Date;
}

/**
 * Which providers refuse the whole app, known to every process and across restarts. While the database is away, what this
 * process has seen itself holds.
 */
@Injectable()
export class ProviderOutages implements OnModuleInit {
  private readonly logger = new Logger('Provider');
  private readonly known = new Map<string, Outage>();
  private readonly changed: ((provider: string) => void)[] = [];

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(NOTIFICATIONS) private readonly notifications: Notifications,
  ) {}

  async onModuleInit(): Promise<void> {
    this.notifications.listen(CHANNEL, () => {
      this.reload().catch((error: unknown) => {
        this.logger.warn(`What providers refuse cannot be read (${reasonOf(error)}); what is known here holds.`);
      });
    });
    await this.reload();
  }

  /** Null while there is none. */
  get(provider: string): Outage | null {
    return this.known.get(provider) ?? null;
  }

  get all(): ReadonlyMap<string, Outage> {
    return this.known;
  }

  /** @param changed is told of each provider whose outage begins or ends */
  onChange(changed: (provider: string) => void): void {
    this.changed.push(changed);
  }

  /** Passes a read through, and learns from how it ends. */
  async watch<T>(provider: string, reading: Promise<T>): Promise<T> {
    try {
      const answer = await reading;
      if (this.known.has(provider)) this.end(provider);
      return answer;
    } catch (error) {
      if (error instanceof ProviderError && error.code === 'owner_premium_required') this.begin(provider, error);
      throw error;
    }
  }

  /** When the next probe is due; null when nobody knows. */
  async nextProbeAt(provider: string): Promise<Date | null> {
    const row = await this.database.prisma.providerOutage.findUnique({ where: { provider } });
    return row?.probeAt ?? null;
  }

  /**
   * Takes the next probe on, in one statement: of all processes one does.
   * @param atStart also when it is not due yet, unless somebody has just asked
   */
  async claimProbe(provider: string, atStart: boolean): Promise<boolean> {
    const early = atStart ? PROBE_EVERY_MS * (1 - JITTER) - PROBE_PAUSE_MS : 0;
    const claimed = await this.database.prisma.$executeRaw`
      UPDATE provider_outages SET probe_at = now() + ${untilProbeMs()}::float8 * interval '1 ms'
       WHERE provider = ${provider} AND probe_at <= now() + ${early}::float8 * interval '1 ms'`;
    return claimed === 1;
  }

  private begin(provider: string, error: ProviderError): void {
    if (this.known.has(provider)) return;
    const since = new Date();
    this.known.set(provider, { error, since });
    this.tell(provider);
    const { code, message, remedy } = error;
    this.keep(
      this.database.prisma.$executeRaw`
        INSERT INTO provider_outages (provider, code, message, remedy, since, probe_at)
        VALUES (${provider}, ${code}, ${message}, ${remedy}, ${since}, now() + ${untilProbeMs()}::float8 * interval '1 ms')
        ON CONFLICT (provider) DO NOTHING`,
    );
  }

  private end(provider: string): void {
    this.known.delete(provider);
    this.logger.log(`${provider} lets this app in again.`);
    this.tell(provider);
    this.keep(this.database.prisma.providerOutage.deleteMany({ where: { provider } }));
  }

  /** A read must neither wait for the database nor fail because of it. */
  private keep(writing: PromiseLike<unknown>): void {
    Promise.resolve(writing)
      .then(() => this.notifications.notify(CHANNEL))
      .catch((error: unknown) => {
        this.logger.warn(`An outage cannot be written down (${reasonOf(error)}); other processes find out themselves.`);
      });
  }

  private async reload(): Promise<void> {
    const rows = await this.database.prisma.providerOutage.findMany();
    const before = new Set(this.known.keys());
    this.known.clear();
    for (const { provider, code, message, remedy, since } of rows) {
      if (isCode(code)) this.known.set(provider, { error: new ProviderError(code, { message, remedy }), since });
    }
    for (const provider of new Set([...before, ...this.known.keys()])) {
      if (before.has(provider) !== this.known.has(provider)) this.tell(provider);
    }
  }

  private tell(provider: string): void {
    for (const changed of this.changed) changed(provider);
  }
}

function untilProbeMs(): number {
  return PROBE_EVERY_MS * (1 - JITTER + 2 * JITTER * Math.random());
}

function isCode(code: string): code is ProviderErrorCode {
  return PROVIDER_ERROR_CODES.some((known) => known === code);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error);
}
