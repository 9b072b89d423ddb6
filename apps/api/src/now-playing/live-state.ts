import { Inject, Injectable } from '@nestjs/common';
import { type JsonBytes, encodeJson } from '../answer/json-answer.js';
import { SET_BACK_MS } from '../answer/read-cache.js';
import { ProviderGeneration } from '../providers/provider-generation.js';
import type { CurrentlyPlaying } from './now-playing.dto.js';

/** What plays as this process tells it. Swapped whole, never changed. */
export interface Live {
  bytes: JsonBytes;
  document: CurrentlyPlaying;
  /** The provider that has answered; null when none has. */
  provider: string | null;
  /** The ProviderGeneration under which it was read. */
  generation: number;
  /** When the upstream was asked, in milliseconds since 1970 by the clock of this machine. */
  checkedAt: number;
  /** Until when it is told as it is, by the same clock. */
  freshUntil: number;
}

/** Holds what plays, and who looks at it. */
@Injectable()
export class LiveState {
  private held: Live | null = null;
  private lastLook: number | null = null;
  private viewers = 0;
  private readonly changed: ((live: Live) => void)[] = [];
  private readonly waiting = new Set<(isSet: boolean) => void>();

  constructor(@Inject(ProviderGeneration) private readonly generation: Pick<ProviderGeneration, 'current'>) {}

  /**
   * Null while nothing is known, when what is known is of another provider or account, and when the clock has been set back:
   * nobody knows then how old it is.
   */
  get current(): Live | null {
    const { held } = this;
    if (!held || held.generation < this.generation.current) return null;
    return held.checkedAt > Date.now() + SET_BACK_MS ? null : held;
  }

  /** The same, as long as it needs no asking. */
  get fresh(): Live | null {
    const { current } = this;
    return current && current.freshUntil > Date.now() ? current : null;
  }

  /** Encodes a document once for all who want it; the bytes stay the same objects while they say the same. */
  set(next: Omit<Live, 'bytes'>): void {
    const before = this.held;
    const text = JSON.stringify(next.document);
    const isSame = before !== null && JSON.stringify(before.document) === text;
    const live = { ...next, bytes: isSame ? before.bytes : encodeJson(next.document) };
    this.held = live;
    for (const end of this.waiting) end(true);
    if (!isSame) for (const changed of this.changed) changed(live);
  }

  /** What this provider has said is not told any more. */
  drop(provider: string): void {
    if (this.held?.provider === provider) this.held = null;
  }

  /** What there is has to be asked anew before it is told again. */
  expire(): void {
    if (this.held) this.held = { ...this.held, freshUntil: 0 };
  }

  /** @param changed is called with everything that differs from what was told before */
  onChange(changed: (live: Live) => void): void {
    this.changed.push(changed);
  }

  /** Waits for something to be set. @returns false when nothing was in that time */
  next(patienceMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isSet: boolean): void => {
        clearTimeout(timer);
        this.waiting.delete(end);
        resolve(isSet);
      };
      const timer = setTimeout(end, patienceMs, false);
      this.waiting.add(end);
    });
  }

  /** Somebody looks just now. @returns how long nobody had, in milliseconds */
  look(): number {
    const now = Date.now();
    const gap = now - (this.lastLookAt ?? Number.NEGATIVE_INFINITY);
    this.lastLook = now;
    return gap;
  }

  /** Somebody looks from now on, until the returned function is called. */
  watch(): () => void {
    this.viewers += 1;
    return () => {
      this.viewers -= 1;
      this.lastLook = Date.now();
    };
  }

  /** When somebody looked last at this process, in milliseconds since 1970; null for never. */
  get lastLookAt(): number | null {
    return this.viewers > 0 ? Date.now() : this.lastLook;
  }
}
