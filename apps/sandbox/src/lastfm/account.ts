import type { Track } from '../listening/catalogue.js';
import type { Listener } from '../listening/listener.js';
import type { LovedTrack } from '../listening/loved.js';
import { historyOf, type History } from './history.js';

/** The one account of the sandbox, in its canonical casing. */
export const accountName = 'Ada';

/** What Last.fm knows of somebody at one moment. */
export interface Account {
  name: string;
  /** Whose listening it is. */
  listener: Listener;
  nowSeconds: number;
  nowPlaying: Track | null;
  history: History;
  loved: readonly LovedTrack[];
  /** Send a list of one as that one, without a list around it. */
  singleAsObject: boolean;
  /** Send the shape of `extended=1` always. */
  alwaysExtended: boolean;
}

/** The account of a listener at `nowMs`: the running song plays, all before it are history. */
export function accountAt(listener: Listener, name: string, nowMs: number): Account {
  const current = listener.playAt(nowMs);
  return {
    name,
    listener,
    nowSeconds: Math.floor(nowMs / 1000),
    nowPlaying: current.track,
    history: historyOf(listener, current.number),
    loved: listener.loved,
    singleAsObject: false,
    alwaysExtended: false,
  };
}
