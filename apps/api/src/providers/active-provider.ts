import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ProviderError } from '#listening';
import { PATIENCE_MS } from '../answer/read-cache.js';
import { isLasting } from './lasting-failure.js';
import { ProviderChoice } from './provider-choice.js';
import { ProviderOutages } from './provider-outages.js';
import { type RunningProvider, RunningProviders } from './running-providers.js';

/** However long the first has taken, the second gets a chance. */
const LEAST_PATIENCE_MS = 500;

/** Why another provider than the active one has answered. */
export interface Substitution {
  failure: ProviderError;
  /** The one that cannot. */
  provider: string | null;
  since: Date;
}

/** An answer, and whose it is. */
export interface Answered<T> {
  running: RunningProvider;
  value: T;
  /** Null when it is the active provider's own. */
  instead: Substitution | null;
}

/** Asks the active provider, and the fallback in the same breath while that cannot answer. */
@Injectable()
export class ActiveProvider implements OnApplicationBootstrap {
  private readonly logger = new Logger('Provider');
  private readonly startedAt = new Date();

  constructor(
    private readonly choice: ProviderChoice,
    private readonly providers: RunningProviders,
    private readonly outages: ProviderOutages,
  ) {}

  onApplicationBootstrap(): void {
    if (this.current) return;
    const { message, remedy } = this.notConfigured();
    this.logger.warn(`${message} ${remedy}`);
  }

  private notConfigured(): ProviderError {
    return this.providers.notConfigured(this.choice.current.active);
  }

  /** The one that is chosen; null when it is not configured. */
  get current(): RunningProvider | null {
    const { active } = this.choice.current;
    return active === null ? null : this.providers.get(active);
  }

  /** The one that answers instead while the active one cannot; null for none. */
  get fallback(): RunningProvider | null {
    const { fallback } = this.choice.current;
    return fallback === null ? null : this.providers.get(fallback);
  }

  /** Since when a provider has been as it is. */
  sinceOf(running: RunningProvider | null): Date {
    const outage = running && this.outages.get(running.provider.id);
    return outage?.since ?? running?.health.current.since ?? this.startedAt;
  }

  /**
   * One question, answered by one provider alone.
   *
   * @param ask may fail with a ProviderError, or answer from memory and say why in `failure`
   * @throws ProviderError the active provider's, when the fallback cannot answer either
   */
  async answer<T extends { failure: ProviderError | null }>(
    ask: (running: RunningProvider, patienceMs: number) => Promise<T>,
  ): Promise<Answered<T>> {
    const begun = performance.now();
    const active = this.current;
    const outcome = active ? await settle(ask(active, PATIENCE_MS)) : this.notConfigured();
    const failure = outcome instanceof ProviderError ? outcome : outcome.failure;
    const { fallback } = this;
    if (failure && fallback && isLasting(failure, this.sinceOf(active))) {
      const left = Math.max(LEAST_PATIENCE_MS, PATIENCE_MS - (performance.now() - begun));
      const value = await settle(ask(fallback, left));
      if (!(value instanceof ProviderError)) {
        const provider = this.choice.current.active;
        return { running: fallback, value, instead: { failure, provider, since: this.sinceOf(active) } };
      }
    }
    if (active && !(outcome instanceof ProviderError)) return { running: active, value: outcome, instead: null };
    throw failure ?? this.notConfigured();
  }
}

/** A provider's error as a value; every other one goes on. */
async function settle<T>(asking: Promise<T>): Promise<T | ProviderError> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
}
