/** The time of the listening, which can be set ahead of the clock on the wall. */
export interface ListeningClock {
  offsetMs: number;
  /** Epoch milliseconds. */
  now(): number;
}

/** A clock that runs as `wallClock` does. */
export function createListeningClock(wallClock: () => number): ListeningClock {
  const clock: ListeningClock = { offsetMs: 0, now: () => wallClock() + clock.offsetMs };
  return clock;
}
