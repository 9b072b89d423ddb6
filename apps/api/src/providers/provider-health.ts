import { ProviderError, type Read } from '#listening';
import { UpstreamError } from '#upstream';

/** What the last reads of a provider came to. */
export interface ProviderHealth {
  /** Null while the reads succeed, and before the first. */
  failure: ProviderError | null;
  /** Since when it is as it is; null before the first read. */
  since: Date | null;
  lastSuccessAt: Date | null;
}

/** A list that is withheld may be asked for once in a blue moon: it is not said to be for longer than it was seen to be. */
const WITHHELD_MS = 5 * 60_000;

/** That the tokens could not be read says nothing of the upstream, and is told for no longer than this. */
const DATABASE_MS = 15_000;

/** Keeps book of a provider's reads, for pages and health checks. */
export class HealthRecord {
  private since: Date | null = null;
  private lastSuccessAt: Date | null = null;
  /** The upstream as a whole fails: the next read of whatever kind that succeeds ends it. */
  private outage: { error: ProviderError; at: number } | null = null;
  /** This cannot be read, and the rest can: only the same read can end it, or that nobody has met it for a while. */
  private readonly withheld = new Map<Read, { error: ProviderError; at: number }>();

  /** @param changed is told whenever it turns from well to failing, from one failure to another, or back */
  constructor(
    private readonly now: () => number,
    private readonly changed: (failure: ProviderError | null) => void,
  ) {}

  get current(): ProviderHealth {
    const { failure, lastSuccessAt } = this;
    return { failure, since: pauseBegan(failure) ?? this.since, lastSuccessAt };
  }

  /** Forgets how reads went: from now on they are of another account. */
  reset(): void {
    this.outage = null;
    this.withheld.clear();
    this.since = null;
  }

  /** What was withheld may be given by now: whoever asks for it next finds out. */
  forgive(): void {
    this.note(() => {
      this.withheld.clear();
    });
  }

  /** Passes a read through and notes how it ended. */
  async watch<T>(read: Read, reading: Promise<T>): Promise<T> {
    try {
      const answer = await reading;
      this.note(() => {
        this.outage = null;
        this.withheld.delete(read);
        this.lastSuccessAt = new Date(this.now());
      });
      return answer;
    } catch (error) {
      if (error instanceof ProviderError) {
        this.note(() => {
          if (WITHHELD.has(error.code)) this.withheld.set(read, { error, at: this.now() });
          else this.outage = { error, at: this.now() };
        });
      }
      throw error;
    }
  }

  private note(outcome: () => void): void {
    const before = this.failure?.code ?? null;
    const isFirst = this.since === null;
    outcome();
    const { failure } = this;
    if (!isFirst && before === (failure?.code ?? null)) return;
    this.since = new Date(this.now());
    if (!isFirst || failure) this.changed(failure);
  }

  private get failure(): ProviderError | null {
    const since = this.now() - WITHHELD_MS;
    const withheld = [...this.withheld.values()].find(({ at }) => at > since);
    return this.upstreamFailure ?? withheld?.error ?? null;
  }

  private get upstreamFailure(): ProviderError | null {
    if (this.outage === null) return null;
    const { error, at } = this.outage;
    // Nobody may read this provider for hours after the database is back.
    const isOver = error.code === 'database_unavailable' && this.now() - at > DATABASE_MS;
    return isOver ? null : error;
  }
}

/** A pause that the upstream wants may have begun before this process; null for everything else. */
function pauseBegan(failure: ProviderError | null): Date | null {
  const cause = failure?.cause;
  return cause instanceof UpstreamError && cause.since !== null ? new Date(cause.since) : null;
}

const WITHHELD: ReadonlySet<string> = new Set(['forbidden', 'insufficient_scope', 'not_supported']);
