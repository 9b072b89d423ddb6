import {
  type CircuitBreakerPolicy,
  CircuitState,
  ExponentialBackoff,
  type IBreaker,
  circuitBreaker,
  handleWhen,
  noJitterGenerator,
} from 'cockatiel';
import { UpstreamError } from './upstream-error.js';

const WORTH_ANOTHER_TRY: ReadonlySet<string> = new Set(['timeout', 'unreachable', 'faulty']);
/** An open circuit lets one call try again after `openMs`; that doubles up to so many times. */
const LONGEST_TIMES = 8;

/** Whether a call has failed by what is likely gone soon. Not when the upstream has said when to come again. */
export function isWorthAnotherTry(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && WORTH_ANOTHER_TRY.has(error.kind) && error.retryAt === null;
}

/** How often calls may fail, and how long none is sent then. */
export interface CircuitLimits {
  /** This many failures in a row open the circuit. */
  failuresToOpen: number;
  /** An open circuit lets one call try again after this time; doubles up to eight times that. */
  openMs: number;
}

/** Failures in a row of all parts of an upstream together. */
export interface Streak {
  failures: number;
}

/**
 * Counts the failures in a row of one part. Where nothing else is good either, the first one of a part that is asked late
 * says as much as several; a part that does not fail is not held to account for others.
 */
class PartBreaker implements IBreaker {
  state: unknown = null;
  private failures = 0;

  constructor(
    private readonly threshold: number,
    private readonly all: Streak,
  ) {}

  success(): void {
    this.failures = 0;
  }

  failure(): boolean {
    this.failures += 1;
    return Math.max(this.failures, this.all.failures) >= this.threshold;
  }
}

/** Keeps calls from a part of an upstream that has failed several times in a row, for a while. */
export class Circuit {
  private readonly policy: CircuitBreakerPolicy;
  private failed = 'nobody knows.';
  /** How often it has opened in a row. */
  private times = 0;
  private opensUntil = 0;

  /**
   * @param all shared by all parts of the upstream
   * @param now milliseconds since 1970
   */
  constructor(
    { failuresToOpen, openMs }: CircuitLimits,
    private readonly all: Streak,
    now: () => number,
  ) {
    this.policy = circuitBreaker(
      handleWhen((error) => isWorthAnotherTry(error) || this.leavesTrialOpen(error)),
      {
        breaker: new PartBreaker(failuresToOpen, all),
        halfOpenAfter: new ExponentialBackoff({
          generator: noJitterGenerator,
          initialDelay: openMs,
          maxDelay: openMs * LONGEST_TIMES,
        }),
      },
    );
    this.policy.onBreak(() => {
      this.opensUntil = now() + openMs * Math.min(2 ** this.times, LONGEST_TIMES);
      this.times += 1;
    });
    this.policy.onReset(() => {
      this.times = 0;
    });
  }

  /** Whether the last calls have all failed, and none has been good since. */
  get isOpen(): boolean {
    return this.policy.state !== CircuitState.Closed;
  }

  /** When it lets a call through again, in milliseconds since 1970; in the past while that one is under way. */
  get retryAt(): number {
    return this.opensUntil;
  }

  /** How the last call that counted has failed, in words. */
  get lastFailure(): string {
    return this.failed;
  }

  /** @throws BrokenCircuitError while it is open; what the call throws otherwise */
  async pass<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.policy.execute(async () => {
      try {
        const answer = await call();
        this.all.failures = 0;
        return answer;
      } catch (error) {
        if (isWorthAnotherTry(error)) {
          this.failed = error.message;
          this.all.failures += 1;
        }
        throw error;
      }
    }, signal);
  }

  /** The one call that it let through, given up by its caller: nobody knows yet whether the upstream is well. */
  private leavesTrialOpen(error: unknown): boolean {
    const aborted = error instanceof UpstreamError && error.kind === 'aborted';
    return aborted && this.policy.state === CircuitState.HalfOpen;
  }
}
