import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ProviderError, type ProviderErrorCode } from '#listening';
import { inTime } from '../in-time.js';

/** Longest that a public read waits for an upstream. */
export const PATIENCE_MS = 2_500;
/** A failure is taken as known for so long: many who ask must not become many calls, least of all then. */
const FAILURE_MS = 5_000;

/** A failure of a while ago says nothing of how the next one ends. */
const YOUNG_MS = 60_000;

/** A clock that is set back by less makes nothing much older than it seems. */
export const SET_BACK_MS = 1_000;

/** The owner has just hidden it, or the upstream refuses the whole app: nobody hands out what was seen before. */
const WITHHELD: ReadonlySet<ProviderErrorCode> = new Set(['forbidden', 'owner_premium_required']);

interface Held<T> {
  value: T;
  /** Milliseconds since 1970. */
  readAt: number;
}

interface Failure {
  error: ProviderError;
  /** Milliseconds since 1970. */
  until: number;
}

export interface CachedRead<T> {
  value: T;
  /** Whole seconds since it was read. */
  ageSeconds: number;
  /** For how many seconds more it is fresh; negative for how long it has not been. */
  ttlSeconds: number;
  /** False when the upstream was asked for this answer. */
  fromMemory: boolean;
  /** Why this is older than it should be; null while it is fresh, or being refreshed without trouble. */
  failure: ProviderError | null;
}

/** In milliseconds. @param known how the same question has failed since it was answered last; null when it has not */
export type Patience = (known: ProviderError | null) => number;

export interface ReadPolicy<T> {
  /** Names the question: everything that the answer depends on. */
  key: string;
  /** As long as this the answer is given without asking again. */
  freshMs: number;
  /** As long as this after that the old answer is given while a new one is fetched. */
  refreshMs: number;
  /** How long this asker waits; absent: as long as any. */
  patience?: Patience;
  read: () => Promise<T>;
}

/**
 * Answers questions from memory, with one read under way per question however many ask. What the upstream fails to tell
 * anew is told from memory, with its age; what it has come to withhold is not.
 */
export class ReadCache<T extends object> {
  private readonly logger = new Logger('Answer');
  private readonly held: LRUCache<string, Held<T>, ReadPolicy<T>>;
  private readonly failures: LRUCache<string, Failure>;

  constructor(
    private readonly now: () => number,
    private readonly patienceMs = PATIENCE_MS,
    maxQuestions = 1_000,
  ) {
    this.failures = new LRUCache({ max: maxQuestions });
    this.held = new LRUCache<string, Held<T>, ReadPolicy<T>>({
      max: maxQuestions,
      // Whether an answer is fresh is decided per question, below; here nothing ever expires by itself.
      fetchMethod: async (key, _old, { context }) => {
        try {
          const value = await context.read();
          this.failures.delete(key);
          return { value, readAt: this.now() };
        } catch (error) {
          if (error instanceof ProviderError) this.failures.set(key, { error, until: this.now() + FAILURE_MS });
          throw error;
        }
      },
      noDeleteOnFetchRejection: true,
      ignoreFetchAbort: true,
    });
  }

  /** @throws ProviderError when there is nothing to give, not even old; `upstream_timeout` when it takes too long */
  async get(policy: ReadPolicy<T>): Promise<CachedRead<T>> {
    const held = this.held.peek(policy.key);
    // After the clock has been set back nobody knows how old it is.
    const old = held && held.readAt <= this.now() + SET_BACK_MS ? held : undefined;
    const age = old ? this.now() - old.readAt : Number.POSITIVE_INFINITY;
    if (old && age <= policy.freshMs) return this.tell(policy, old, null, true);
    const known = this.failures.get(policy.key);
    const isRecent = known && known.until > this.now() && known.until <= this.now() + FAILURE_MS;
    if (isRecent) return this.fallBack(policy, old, known.error);
    const isYoung = known && Math.abs(this.now() - known.until) < YOUNG_MS;
    const failed = isYoung ? known.error : null;
    const refreshing = this.refresh(policy);
    if (old && age <= policy.freshMs + policy.refreshMs) {
      // How it ends is kept in `failures` and told by the next answer; what is withheld by then is not told once more.
      refreshing.catch((error: unknown) => {
        if (!(error instanceof ProviderError)) {
          // Nobody waits for it who would be told: a mistake of this service.
          this.logger.error(
            `What ${policy.key} says could not be asked anew.`,
            error instanceof Error ? error.stack : String(error),
          );
        } else if (WITHHELD.has(error.code)) this.held.delete(policy.key);
      });
      return this.tell(policy, old, failed, true);
    }
    const patienceMs = policy.patience?.(failed) ?? this.patienceMs;
    try {
      return this.tell(policy, await inTime(refreshing, patienceMs, () => tooLate(failed)), null, false);
    } catch (error) {
      if (error instanceof ProviderError) return this.fallBack(policy, old, error);
      throw error;
    }
  }

  private fallBack(policy: ReadPolicy<T>, old: Held<T> | undefined, failure: ProviderError): CachedRead<T> {
    if (WITHHELD.has(failure.code)) {
      this.held.delete(policy.key);
      throw failure;
    }
    if (!old) throw failure;
    return this.tell(policy, old, failure, true);
  }

  private async refresh(policy: ReadPolicy<T>): Promise<Held<T>> {
    const held = await this.held.fetch(policy.key, { context: policy, forceRefresh: true });
    if (!held) throw new Error(`The read of ${policy.key} gave nothing.`);
    return held;
  }

  private tell(
    policy: ReadPolicy<T>,
    held: Held<T>,
    failure: ProviderError | null,
    fromMemory: boolean,
  ): CachedRead<T> {
    const age = Math.max(0, this.now() - held.readAt);
    return {
      value: held.value,
      ageSeconds: Math.floor(age / 1000),
      ttlSeconds: Math.floor((policy.freshMs - age) / 1000),
      fromMemory,
      failure,
    };
  }
}

/** @param known what is known so far of why */
export function tooLate(known: ProviderError | null): ProviderError {
  return new ProviderError('upstream_timeout', {
    message: 'The provider did not answer in time; its answer is still waited for.',
    remedy: 'Ask again in a few seconds.',
    ...(known ? { cause: known } : {}),
  });
}
