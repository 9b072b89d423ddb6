import type { DatabaseLog } from '../database-log.js';
import { errorText } from '../error-code.js';

/** Who listens to which channel. */
export interface ChannelListeners {
  /** Those that somebody listens to. */
  channels: () => readonly string[];
  add: (channel: string, heard: () => void) => void;
  /** Calls everybody who listens to the channel, until `closing`. Does not throw: what a listener throws is logged. */
  tell: (channel: string) => void;
}

/**
 * Nobody listens yet.
 * @param closing nobody is told anything once it is aborted
 * @param changed is called when `channels()` has
 */
export function makeChannelListeners(log: DatabaseLog, closing: AbortSignal, changed: () => void): ChannelListeners {
  const byChannel = new Map<string, (() => void)[]>();
  return {
    channels: () => [...byChannel.keys()],
    add: (channel, heard) => {
      const others = byChannel.get(channel);
      if (others) others.push(heard);
      else {
        byChannel.set(channel, [heard]);
        changed();
      }
    },
    tell: (channel) => {
      // Of a copy, because a listener may add others.
      for (const heard of [...(byChannel.get(channel) ?? [])]) {
        if (closing.aborted) return;
        try {
          heard();
        } catch (error) {
          log.warn(`A listener to notifications on ${channel} failed: ${errorText(error)}`);
        }
      }
    },
  };
}
