import { ProviderError } from '#listening';
import type { AccountsLog } from './accounts-log.js';
import type { RefreshAttempts } from './refresh-attempts.js';
import type { TokenLandings } from './token-landings.js';
import type { TokenRefresher } from './token-refresher.js';

const EVERY_MS = 30_000;

export interface RefreshScheduleOptions {
  attempts: RefreshAttempts;
  landings: TokenLandings;
  refresher: TokenRefresher;
  log: AccountsLog;
  /** Between two rounds. */
  everyMs?: number;
}

/** Refreshes tokens before they are over, so that no read has to wait for it. Every process may run one. */
export class RefreshSchedule {
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<void> | null = null;

  constructor(private readonly options: RefreshScheduleOptions) {}

  /** The first round begins at once: it also clears up what a killed process has left. */
  start(): void {
    const { everyMs = EVERY_MS } = this.options;
    void this.tick();
    this.timer ??= setInterval(() => void this.tick(), everyMs).unref();
  }

  /** One round; never rejects. A round that is under way counts for this one too. */
  tick(): Promise<void> {
    this.round ??= this.goRound().finally(() => (this.round = null));
    return this.round;
  }

  /** Resolves when the last round is over. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    await this.round;
  }

  private async goRound(): Promise<void> {
    const { attempts, landings, refresher, log } = this.options;
    try {
      await landings.drain();
      const due = await attempts.due();
      await Promise.all(
        due.map((grantId) =>
          refresher.refreshAhead(grantId).catch((error: unknown) => {
            // What an upstream answered has been told already.
            if (!(error instanceof ProviderError)) log.error(`Grant ${grantId} cannot be refreshed: ${textOf(error)}`);
          }),
        ),
      );
    } catch (error) {
      log.warn(`Tokens cannot be looked after just now: ${textOf(error)}`);
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown reason';
}
