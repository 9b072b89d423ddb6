import { setTimeout as delay } from 'node:timers/promises';
import type { AccountsLog } from './accounts-log.js';
import type { LandingSpool } from './landing-spool.js';
import type { Landing, LandingResult, RefreshAttempts } from './refresh-attempts.js';
import { VaultError } from './vault-error.js';

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;

export interface TokenLandingsOptions {
  attempts: RefreshAttempts;
  spool: LandingSpool;
  log: AccountsLog;
  /** A number from 0 to 1. */
  random: () => number;
  /** Before the first further try; doubles up to ten seconds. */
  retryMs?: number;
}

/** Sees to it that tokens which an upstream has given reach the database, also when that is away for a while. */
export class TokenLandings {
  /** Those that not even the disk would take. */
  private held: Landing[] = [];
  /** Files that stay where they are, and have been told of. */
  private readonly leftAlone = new Set<string>();
  private draining: Promise<number> | null = null;
  private retrying = false;
  private readonly closing = new AbortController();

  constructor(private readonly options: TokenLandingsOptions) {}

  /**
   * Keeps new tokens: in the database, else on the disk and from there to the database as soon as that answers.
   * @returns `busy` tokens are kept on the disk too, until the other attempt has shown what they are worth
   */
  async keep(landing: Landing): Promise<LandingResult | 'spooled'> {
    const { attempts, spool, log } = this.options;
    const result = await attempts.land(landing).catch((error: unknown) => {
      log.warn(`New tokens of grant ${landing.grant.id} do not reach the database and wait: ${reasonOf(error)}`);
      return 'spooled' as const;
    });
    if (result === 'landed' || result === 'superseded') return result;
    await spool.write(landing).catch((error: unknown) => {
      log.error(
        `New tokens of grant ${landing.grant.id} are in memory alone: DATA_DIR refuses them (${reasonOf(error)}).`,
      );
      this.held.push(landing);
    });
    void this.retry();
    return result;
  }

  /**
   * Brings what waits into the database. At the start, before any refresh.
   * @returns how many still wait
   * @throws when the database or the folder cannot be used
   */
  drain(): Promise<number> {
    this.draining ??= this.drainAll().finally(() => (this.draining = null));
    return this.draining;
  }

  /** Stops trying; what waits on the disk stays there. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.draining?.catch(() => undefined);
  }

  private async drainAll(): Promise<number> {
    const { attempts, spool } = this.options;
    let waiting = 0;
    for (const name of await spool.files()) {
      if ((await this.bringIn(name)) === 'busy') waiting += 1;
    }
    const still: Landing[] = [];
    for (const landing of this.held.splice(0)) {
      const result = await attempts.land(landing).catch(() => 'busy' as const);
      if (result === 'busy') still.push(landing);
      else this.report(landing, result);
    }
    this.held = [...still, ...this.held];
    return waiting + this.held.length;
  }

  /** @returns null when the file is gone, or left alone */
  private async bringIn(name: string): Promise<LandingResult | null> {
    const { attempts, spool } = this.options;
    try {
      const landing = await spool.read(name);
      if (landing === 'gone') return null;
      if (landing === null) {
        this.leaveAlone(name, 'holds no tokens and is left alone.');
        return null;
      }
      const result = await attempts.land(landing);
      this.report(landing, result);
      if (result !== 'busy') await spool.remove(name);
      return result;
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      this.leaveAlone(name, `does not open and is left alone. ${error.message} ${error.remedy}`);
      return null;
    }
  }

  /** Every drain meets the file again: it is told of once. */
  private leaveAlone(name: string, why: string): void {
    if (!this.leftAlone.has(name)) this.options.log.error(`${name} in DATA_DIR ${why}`);
    this.leftAlone.add(name);
  }

  private report(landing: Landing, result: LandingResult): void {
    const { log } = this.options;
    if (result === 'landed') log.info(`New tokens of grant ${landing.grant.id} that had waited are in the database.`);
    if (result === 'superseded') log.info(`Tokens of grant ${landing.grant.id} that had waited are out of date.`);
  }

  private async retry(): Promise<void> {
    if (this.retrying) return;
    this.retrying = true;
    const { retryMs = FIRST_RETRY_MS, random } = this.options;
    try {
      for (let wait = retryMs; ; wait = Math.min(wait * 2, LONGEST_RETRY_MS)) {
        await delay(wait * (0.5 + random() / 2), undefined, { signal: this.closing.signal, ref: false });
        const waiting = await this.drain().catch(() => 1);
        if (waiting === 0) return;
      }
    } catch {
      // Closed: what waits on the disk is found at the next start.
    } finally {
      this.retrying = false;
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown reason';
}
