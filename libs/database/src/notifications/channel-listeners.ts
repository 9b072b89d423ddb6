import type { DatabaseLog } from '../database-log.js';
import { errorText } from '../error-code.js';

/** Who listens to which channel. */
export interface ChannelListeners {
  /** Those that somebody listens to. */
  channels: () => ReadonlySet<string>;
  /** Returns a function that removes it again; idempotent. */
  add: (channel: string, heard: (payload: string | null) => void) => () => void;
  /** Calls everybody who listens to the channel, until `closing`. Does not throw: what a listener throws is logged. */
  tell: (channel: string, payload: string | null) => void;
}

interface Listener {
  heard: (payload: string | null) => void;
}

/**
 * Nobody listens yet.
 * @param closing nobody is told anything once it is aborted
 * @param changed is called when `channels()` has
 */
export function makeChannelListeners(log: DatabaseLog, closing: AbortSignal, changed: () => void): ChannelListeners {
  const byChannel = new Map<string, Set<Listener>>();

  const remove = (channel: string, listener: Listener): void => {
    const listeners = byChannel.get(channel);
    if (!listeners?.delete(listener) || listeners.size > 0) return;
    byChannel.delete(channel);
    changed();
  };

  return {
    channels: () => new Set(byChannel.keys()),
    add: (channel, heard) => {
      // An object of its own: the same function may listen twice, and each ends for itself.
      const listener = { heard };
      const others = byChannel.get(channel);
      if (others) others.add(listener);
      else {
        byChannel.set(channel, new Set([listener]));
        changed();
      }
      return () => {
        remove(channel, listener);
      };
    },
    tell: (channel, payload) => {
      const listeners = byChannel.get(channel);
      // Of a copy, because a listener may add others; whom one of them ends is not called any more.
      for (const listener of [...(listeners ?? [])]) {
        if (closing.aborted || !listeners?.has(listener)) continue;
        try {
          listener.heard(payload);
        } catch (error) {
          log.warn(`A listener to notifications on ${channel} failed: ${errorText(error)}`);
        }
      }
    },
  };
}
