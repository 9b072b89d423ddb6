import { LRUCache } from 'lru-cache';

const WINDOW_MS = 60_000;
/** Wrong tokens in a minute from one address, after which it is not heard any more. */
const PER_ADDRESS = 10;
/** The same from all together, after which no wrong one is told from a flood. The right one is: nobody locks the owner out. */
const IN_TOTAL = 100;
const MOST_ADDRESSES = 10_000;

interface Window {
  failures: number;
  endsAt: number;
}

/** Counts wrong logins, and says when there have been too many. */
export class AttemptLimit {
  private readonly byAddress = new LRUCache<string, Window>({ max: MOST_ADDRESSES });
  private total: Window = { failures: 0, endsAt: 0 };

  constructor(private readonly now: () => number) {}

  /** When this address may try again; null when it may now. */
  blockedUntil(address: string): Date | null {
    const own = this.open(this.byAddress.get(address));
    return own.failures >= PER_ADDRESS ? new Date(own.endsAt) : null;
  }

  /** @returns when wrong ones are looked at again; null while they are not too many in all */
  noteFailure(address: string): Date | null {
    const own = this.open(this.byAddress.get(address));
    this.byAddress.set(address, { ...own, failures: own.failures + 1 });
    const all = this.open(this.total);
    this.total = { ...all, failures: all.failures + 1 };
    return all.failures >= IN_TOTAL ? new Date(all.endsAt) : null;
  }

  private open(window: Window | undefined): Window {
    const now = this.now();
    return window && window.endsAt > now ? window : { failures: 0, endsAt: now + WINDOW_MS };
  }
}
