import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ProviderError } from '#listening';
import { PATIENCE_MS, type Patience } from '../answer/read-cache.js';
import { isLasting } from './lasting-failure.js';
import { type Choice, ProviderChoice } from './provider-choice.js';
import { ProviderGeneration } from './provider-generation.js';
import { ProviderOutages } from './provider-outages.js';
import { type RunningProvider, RunningProviders } from './running-providers.js';

/** However long the first takes, so much is left for the second. */
const LEAST_PATIENCE_MS = 500;
/** An upstream that is down is tried again now and then, and nobody has to wait for how that ends. */
const TRIAL_PATIENCE_MS = 250;

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
    private readonly generation: ProviderGeneration,
  ) {}

  onApplicationBootstrap(): void {
    if (this.current) return;
    const { message, remedy } = this.providers.notConfigured(this.choice.current.active);
    this.logger.warn(`${message} ${remedy}`);
  }

  /** The one that is chosen; null when it is not configured. */
  get current(): RunningProvider | null {
    return this.find(this.choice.current.active);
  }

  /** The one that answers instead while that one cannot; null when there is none. */
  get fallback(): RunningProvider | null {
    return this.find(this.choice.current.fallback);
  }

  private find(id: string | null): RunningProvider | null {
    return id === null ? null : this.providers.get(id);
  }

  /** Since when a provider that fails does. What is in no record has been found just now. */
  sinceOf(running: RunningProvider | null): Date {
    if (running === null) return this.startedAt;
    const { failure, since } = running.health.current;
    return this.outages.get(running.provider.id)?.since ?? (failure ? since : null) ?? new Date();
  }

  /** Whether a failure is a reason to ask another provider. */
  isLasting(failure: ProviderError, running: RunningProvider | null): boolean {
    const since = this.sinceOf(running);
    if (isLasting(failure, since)) return true;
    // Who has not waited to the end does not know what others have found.
    const known = running?.health.current.failure;
    return failure.code === 'upstream_timeout' && known ? isLasting(known, since) : false;
  }

  /**
   * One question, answered by one provider alone.
   *
   * @param ask may fail with a ProviderError, or answer from memory and say why in `failure`
   * @throws ProviderError the active provider's, when the fallback cannot answer either
   */
  async answer<T extends { failure: ProviderError | null }>(ask: Ask<T>): Promise<Answered<T>> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const generation = this.generation.current;
      const answered = await settle(this.answerBy(this.choice.current, ask, until));
      const hasFailed =
        answered instanceof ProviderError || answered.instead !== null || answered.value.failure !== null;
      // Somebody has switched, or linked, meanwhile: what was asked before may fail for what is not so any more.
      if (hasFailed && generation !== this.generation.current) continue;
      if (answered instanceof ProviderError) throw answered;
      return answered;
    }
  }

  private async answerBy<T extends { failure: ProviderError | null }>(
    choice: Choice,
    ask: Ask<T>,
    until: number,
  ): Promise<Answered<T>> {
    const active = this.find(choice.active);
    const fallback = this.find(choice.fallback);
    const left = until - performance.now();
    const patience: Patience = (known) => {
      if (!fallback) return Math.max(0, left);
      const trouble = known ?? active?.health.current.failure ?? null;
      const isTrial = trouble !== null && this.isLasting(trouble, active);
      return Math.max(0, Math.min(left - LEAST_PATIENCE_MS, isTrial ? TRIAL_PATIENCE_MS : Infinity));
    };
    const outcome = active ? await settle(ask(active, patience)) : this.providers.notConfigured(choice.active);
    const failure = outcome instanceof ProviderError ? outcome : outcome.failure;
    if (failure && fallback && this.isLasting(failure, active)) {
      const rest = Math.max(LEAST_PATIENCE_MS, until - performance.now());
      const value = await settle(ask(fallback, () => rest));
      if (!(value instanceof ProviderError)) {
        const instead = { failure, provider: choice.active, since: this.sinceOf(active) };
        return { running: fallback, value, instead };
      }
    }
    if (outcome instanceof ProviderError) throw outcome;
    if (active === null) throw this.providers.notConfigured(choice.active);
    return { running: active, value: outcome, instead: null };
  }
}

type Ask<T> = (running: RunningProvider, patience: Patience) => Promise<T>;

/** A provider's error as a value; every other one goes on. */
async function settle<T>(asking: Promise<T>): Promise<T | ProviderError> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
}
