import { ProviderError, type Read } from '#listening';
import { UpstreamError } from '#upstream';
import { isOfReadAlone } from './lasting-failure.js';

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

/** What plays is the provider's main job; that alone says of it how it is when other reads fail. */
const MAIN: Read = 'nowPlaying';
/** What was good so lately says more of the upstream than one kind of read that fails beside it. */
const GOOD_MS = 60_000;
/** Longer than the longest pause between two looks at what plays. */
const MAIN_MS = 6 * 60_000;

/** That the tokens could not be read says nothing of the upstream, and is told for no longer than this. */
const DATABASE_MS = 15_000;

/** Pauses between asking an upstream that refuses the key or the user: it would refuse whatever is asked. The last one stays. */
const REFUSED_PAUSES_MS = [4_000, 8_000, 16_000, 32_000, 60_000] as const;

const LONGEST_REFUSAL_MS = REFUSED_PAUSES_MS[4];

/** Keeps book of a provider's reads, for pages and health checks. */
export class HealthRecord {
  private since: Date | null = null;
  private lastSuccessAt: Date | null = null;
  /** The upstream as a whole fails, as far as is known. */
  private outage: { read: Read; error: ProviderError; at: number } | null = null;
  /** As the settings are, nothing is answered, and asking all the same can make it worse. */
  private refusal: { error: ProviderError; until: number; times: number } | null = null;
  /** This cannot be read, and the rest can: only the same read can end it, or that nobody has met it for a while. */
  private readonly withheld = new Map<Read, { error: ProviderError; at: number }>();
  /** This kind of read alone fails, and how; the rest is well. */
  private readonly failingParts = new Map<Read, string>();

  /**
   * @param changed is told whenever it turns from well to failing, from one failure to another, or back
   * @param partChanged is told the same of one kind of read that fails while the rest is well
   */
  constructor(
    private readonly now: () => number,
    private readonly changed: (failure: ProviderError | null) => void,
    private readonly partChanged: (read: Read, failure: ProviderError | null) => void,
  ) {}

  get current(): ProviderHealth {
    const { failure, lastSuccessAt } = this;
    return { failure, since: pauseBegan(failure) ?? this.since, lastSuccessAt };
  }

  /** Why nothing should be asked for a while; null when there is no reason. */
  get refused(): ProviderError | null {
    if (!this.refusal) return null;
    const left = this.refusal.until - this.now();
    // A clock that was set back makes no pause longer.
    return left > 0 && left <= LONGEST_REFUSAL_MS ? this.refusal.error : null;
  }

  /** Forgets how reads went: from now on they are of another account. */
  reset(): void {
    this.outage = null;
    this.refusal = null;
    this.withheld.clear();
    this.failingParts.clear();
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
        if (!this.isOfMain(read)) this.outage = null;
        this.refusal = null;
        this.withheld.delete(read);
        this.lastSuccessAt = new Date(this.now());
      });
      if (this.failingParts.delete(read)) this.partChanged(read, null);
      return answer;
    } catch (error) {
      if (error instanceof ProviderError) {
        if (error.code === 'provider_not_configured') this.pause(error);
        if (this.isOfPart(read, error)) {
          if (this.failingParts.get(read) !== error.code) this.partChanged(read, error);
          this.failingParts.set(read, error.code);
        } else {
          this.note(() => {
            if (isWithheld(error)) this.withheld.set(read, { error, at: this.now() });
            else this.outage = { read, error, at: this.now() };
          });
        }
      }
      throw error;
    }
  }

  /** Whether what has failed is taken for that kind of read alone: the rest was seen to be well, or the main read says more. */
  isOfPart(read: Read, error: ProviderError): boolean {
    if (!isOfReadAlone(error) || read === MAIN) return false;
    const good = this.lastSuccessAt?.getTime() ?? Number.NEGATIVE_INFINITY;
    return this.isWithin(GOOD_MS, good) || this.isOfMain(read);
  }

  /** Whether it is the main read that fails, for which another one that is good is no sign. */
  private isOfMain(read: Read): boolean {
    const { outage } = this;
    return outage?.read === MAIN && read !== MAIN && isOfReadAlone(outage.error) && this.isWithin(MAIN_MS, outage.at);
  }

  private isWithin(ms: number, at: number): boolean {
    const ago = this.now() - at;
    return ago >= 0 && ago < ms;
  }

  private pause(error: ProviderError): void {
    // What was asked before is part of the same refusal.
    if (this.refused) return;
    const times = (this.refusal?.times ?? 0) + 1;
    const pause = REFUSED_PAUSES_MS[Math.min(times, REFUSED_PAUSES_MS.length) - 1] ?? REFUSED_PAUSES_MS[0];
    this.refusal = { error, until: this.now() + pause, times };
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

/** Whether this read is not given, and others may be: only the same read can end that. */
export function isWithheld({ code }: ProviderError): boolean {
  return WITHHELD.has(code);
}
