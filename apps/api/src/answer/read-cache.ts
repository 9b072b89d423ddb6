import { LRUCache } from 'lru-cache';
import { ProviderError } from '#listening';

/** Longest that a public read waits for an upstream. */
export const PATIENCE_MS = 2_500;

/** What a read gave, and how old it is. */
export interface Held<T> {
  value: T;
  /** Milliseconds since 1970. */
  readAt: number;
}

export interface CachedRead<T> extends Held<T> {
  /** Whole seconds since it was read. */
  ageSeconds: number;
  /** Why this is older than it should be; null while it is fresh, or being refreshed without trouble. */
  failure: ProviderError | null;
}

export interface ReadPolicy<T> {
  /** Names the question: everything that the answer depends on. */
  key: string;
  /** As long as this the answer is given without asking again. */
  freshMs: number;
  /** As long as this after that the old answer is given while a new one is fetched. */
  refreshMs: number;
  read: () => Promise<T>;
}

/**
 * Answers questions from memory, with one read under way per question however many ask. What the upstream fails to tell
 * anew is told from memory, with its age.
 */
export class ReadCache<T extends object> {
  private readonly held: LRUCache<string, Held<T>, ReadPolicy<T>>;
  private readonly failures = new Map<string, ProviderError>();

  constructor(
    private readonly now: () => number,
    private readonly patienceMs = PATIENCE_MS,
    maxQuestions = 1_000,
  ) {
    this.held = new LRUCache<string, Held<T>, ReadPolicy<T>>({
      max: maxQuestions,
      // Whether an answer is fresh is decided per question, below; here nothing ever expires by itself.
      fetchMethod: async (key, _old, { context }) => {
        try {
          const value = await context.read();
          this.failures.delete(key);
          return { value, readAt: this.now() };
        } catch (error) {
          if (error instanceof ProviderError) this.failures.set(key, error);
          throw error;
        }
      },
      noDeleteOnFetchRejection: true,
      ignoreFetchAbort: true,
      dispose: (_held, key, reason) => {
        if (reason === 'evict' || reason === 'delete') this.failures.delete(key);
      },
    });
  }

  /** @throws ProviderError when there is nothing to give, not even old; `upstream_timeout` when it takes too long */
  async get(policy: ReadPolicy<T>): Promise<CachedRead<T>> {
    const old = this.held.peek(policy.key);
    const age = old ? this.now() - old.readAt : Number.POSITIVE_INFINITY;
    if (old && age <= policy.freshMs) return this.tell(policy.key, old, true);
    const refreshing = this.refresh(policy);
    if (old && age <= policy.freshMs + policy.refreshMs) {
      // How it ends is kept in `failures` and told by the next answer.
      refreshing.catch(() => undefined);
      return this.tell(policy.key, old, false);
    }
    try {
      return this.tell(policy.key, await this.inTime(refreshing), true);
    } catch (error) {
      if (!old || !(error instanceof ProviderError)) throw error;
      return { ...this.tell(policy.key, old, false), failure: error };
    }
  }

  private async refresh(policy: ReadPolicy<T>): Promise<Held<T>> {
    const held = await this.held.fetch(policy.key, { context: policy, forceRefresh: true });
    if (!held) throw new Error(`The read of ${policy.key} gave nothing.`);
    return held;
  }

  private tell(key: string, held: Held<T>, fresh: boolean): CachedRead<T> {
    const ageSeconds = Math.max(0, Math.floor((this.now() - held.readAt) / 1000));
    return { ...held, ageSeconds, failure: fresh ? null : (this.failures.get(key) ?? null) };
  }

  private async inTime<R>(reading: Promise<R>): Promise<R> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new ProviderError('upstream_timeout', {
            message: 'The provider did not answer in time; its answer is still waited for.',
            remedy: 'Ask again in a few seconds.',
          }),
        );
      }, this.patienceMs);
    });
    try {
      return await Promise.race([reading, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
