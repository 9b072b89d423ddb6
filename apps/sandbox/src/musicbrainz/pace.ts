/** One call a second is allowed, seen over this time. */
const windowMs = 10_000;
const allowed = 10;

/** Who asks too often is refused until they have slowed down: refused calls count, too. */
export interface Pace {
  /** Notes a call. @returns whether it is one too many */
  exceeds(nowMs: number): boolean;
  forget(): void;
}

/** A pace without a past. */
export function createPace(): Pace {
  let calls: number[] = [];
  return {
    exceeds: (nowMs) => {
      calls = [...calls.filter((at) => at > nowMs - windowMs), nowMs].slice(-allowed - 1);
      return calls.length > allowed;
    },
    forget: () => {
      calls = [];
    },
  };
}
