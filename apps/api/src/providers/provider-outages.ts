import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Database, Notifications } from '#database';
import { PROVIDER_ERROR_CODES, ProviderError, type ProviderErrorCode } from '#listening';
import { DATABASE, NOTIFICATIONS } from '../database/database.module.js';
import { reasonOf } from '../logging.js';

/** How long an upstream that refuses the whole app is left alone before it is asked again; give or take a tenth. */
const PROBE_EVERY_MS = 30 * 60_000;
const JITTER = 0.1;
/** Nobody asks again so soon after another, also not because of a start. */
const PROBE_PAUSE_MS = 60_000;
/** A probe or an outage that lies further ahead was noted by a clock that was wrong. */
const FARTHEST_PROBE_MS = 2 * PROBE_EVERY_MS;
const CLOCK_SLACK_MS = 5 * 60_000;
const CHANNEL = 'provider_outages';

/** Refusals by which an upstream shows that it lets the app in. */
const LET_IN: ReadonlySet<ProviderErrorCode> = new Set([
  'user_not_registered',
  'insufficient_scope',
  'forbidden',
  'not_supported',
]);

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
  /** What this process has found out and the database does not know yet: when, by provider. */
  private readonly untold = new Map<string, Date>();
  /** Without the database, when the next probe of an untold outage is due; in milliseconds since 1970. */
  private readonly untoldProbes = new Map<string, number>();
  /** How often an outage has begun or ended here, by provider. */
  private readonly turns = new Map<string, number>();
  private readonly changed: ((provider: string) => void)[] = [];
  private syncing: Promise<void> | null = null;
  private syncAgain = false;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(NOTIFICATIONS) private readonly notifications: Notifications,
  ) {}

  async onModuleInit(): Promise<void> {
    this.notifications.listen(CHANNEL, () => {
      this.trySync();
    });
    await this.sync();
  }

  /** Null while there is none. */
  get(provider: string): Outage | null {
    return this.known.get(provider) ?? null;
  }

  get all(): ReadonlyMap<string, Outage> {
    return this.known;
  }

  /** Whether there is something to find out, or to write down. */
  get isQuiet(): boolean {
    return this.known.size === 0 && this.untold.size === 0;
  }

  /** @param changed is told of each provider whose outage begins or ends */
  onChange(changed: (provider: string) => void): void {
    this.changed.push(changed);
  }

  /** Passes a read through, and learns from how it ends, unless something else was found out since it began. */
  async watch<T>(provider: string, reading: Promise<T>): Promise<T> {
    const turn = this.turns.get(provider);
    const isNews = (): boolean => turn === this.turns.get(provider);
    try {
      const answer = await reading;
      if (isNews()) this.end(provider);
      return answer;
    } catch (error) {
      if (error instanceof ProviderError && isNews()) {
        if (error.code === 'owner_premium_required') this.begin(provider, error);
        else if (LET_IN.has(error.code)) this.end(provider);
      }
      throw error;
    }
  }

  /** The upstream has let the app in; nothing happens when there is no outage. */
  end(provider: string): void {
    if (!this.known.delete(provider)) return;
    this.logger.log(`${provider} lets this app in again.`);
    this.tell(provider);
    this.keep(provider);
  }

  /** When the next probe is due; null when nobody knows. */
  async nextProbeAt(provider: string): Promise<Date | null> {
    const own = this.untoldProbes.get(provider);
    if (own !== undefined) return new Date(own);
    const row = await this.database.prisma.providerOutage.findUnique({ where: { provider } });
    return row?.probeAt ?? null;
  }

  /**
   * Takes the next probe on, in one statement: of all processes one does. One that the database knows nothing of is the
   * business of this process alone.
   *
   * @param atStart also when it is not due yet, unless somebody has just asked
   */
  async claimProbe(provider: string, atStart: boolean): Promise<boolean> {
    const own = this.untoldProbes.get(provider);
    if (own !== undefined) {
      const untilProbe = own - Date.now();
      if (untilProbe > 0 && untilProbe <= FARTHEST_PROBE_MS) return false;
      this.untoldProbes.set(provider, Date.now() + untilProbeMs());
      return true;
    }
    const claimed = await this.database.prisma.$executeRaw`
      UPDATE provider_outages
         SET asked_at = now(), probe_at = now() + ${untilProbeMs()}::float8 * interval '1 ms'
       WHERE provider = ${provider}
         AND (probe_at <= now() OR probe_at > now() + ${FARTHEST_PROBE_MS}::float8 * interval '1 ms'
           OR ${atStart} AND NOT asked_at BETWEEN now() - ${PROBE_PAUSE_MS}::float8 * interval '1 ms'
             AND now() + ${CLOCK_SLACK_MS}::float8 * interval '1 ms')`;
    return claimed === 1;
  }

  /** Writes down what this process has found out, then takes what all of them know. One at a time. */
  sync(): Promise<void> {
    this.syncAgain = true;
    this.syncing ??= this.syncUntilQuiet().finally(() => {
      this.syncing = null;
    });
    return this.syncing;
  }

  private async syncUntilQuiet(): Promise<void> {
    while (this.syncAgain) {
      this.syncAgain = false;
      for (const [provider, foundAt] of [...this.untold]) await this.write(provider, foundAt);
      await this.read();
    }
  }

  private begin(provider: string, error: ProviderError): void {
    if (this.known.has(provider)) return;
    this.known.set(provider, { error, since: new Date() });
    this.untoldProbes.set(provider, Date.now() + untilProbeMs());
    this.tell(provider);
    this.keep(provider);
  }

  /** A read must neither wait for the database nor fail because of it. */
  private keep(provider: string): void {
    this.untold.set(provider, new Date());
    this.trySync();
  }

  private trySync(): void {
    this.sync().catch((error: unknown) => {
      this.logger.warn(`Outages cannot be shared (${reasonOf(error)}); what is known here holds.`);
    });
  }

  /** The state as it is now, whatever it was when this was asked for: so the last word stays. */
  private async write(provider: string, foundAt: Date): Promise<void> {
    const outage = this.known.get(provider);
    this.untold.delete(provider);
    try {
      if (outage) await this.insert(provider, outage);
      else await this.delete(provider, foundAt);
      await this.notifications.notify(CHANNEL);
    } catch (error) {
      if (!this.untold.has(provider)) this.untold.set(provider, foundAt);
      throw error;
    }
    if (!this.untold.has(provider)) this.untoldProbes.delete(provider);
  }

  private async insert(provider: string, { error, since }: Outage): Promise<void> {
    const { code, message, remedy } = error;
    const untilProbe = (this.untoldProbes.get(provider) ?? 0) - Date.now();
    await this.database.prisma.$executeRaw`
      INSERT INTO provider_outages (provider, code, message, remedy, since, probe_at)
      VALUES (${provider}, ${code}, ${message}, ${remedy}, ${since}, now() + ${untilProbe}::float8 * interval '1 ms')
      ON CONFLICT (provider) DO NOTHING`;
  }

  /** One that another process has found out since goes on; not so one that seems to come yet. */
  private async delete(provider: string, foundAt: Date): Promise<void> {
    const ahead = new Date(Date.now() + CLOCK_SLACK_MS);
    await this.database.prisma.providerOutage.deleteMany({
      where: { provider, OR: [{ since: { lte: foundAt } }, { since: { gt: ahead } }] },
    });
  }

  private async read(): Promise<void> {
    const rows = await this.database.prisma.providerOutage.findMany();
    const found = new Map<string, Outage>();
    for (const { provider, code, message, remedy, since } of rows) {
      if (isCode(code)) found.set(provider, { error: new ProviderError(code, { message, remedy }), since });
    }
    for (const provider of new Set([...this.known.keys(), ...found.keys()])) {
      // What was found out meanwhile is newer.
      if (this.untold.has(provider)) continue;
      const isKnown = this.known.has(provider);
      const outage = found.get(provider);
      if (outage) this.known.set(provider, outage);
      else this.known.delete(provider);
      if (isKnown !== found.has(provider)) this.tell(provider);
    }
  }

  private tell(provider: string): void {
    this.turns.set(provider, (this.turns.get(provider) ?? 0) + 1);
    for (const changed of this.changed) changed(provider);
  }
}

function untilProbeMs(): number {
  return PROBE_EVERY_MS * (1 - JITTER + 2 * JITTER * Math.random());
}

function isCode(code: string): code is ProviderErrorCode {
  return PROVIDER_ERROR_CODES.some((known) => known === code);
}
