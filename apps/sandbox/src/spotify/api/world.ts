import type { Listener } from '../../listening/listener.js';
import type { Discography } from '../library/discography.js';
import type { Library } from '../library/library.js';
import type { Talk } from '../library/talk.js';

/** What the Web API knows at the moment of a call. */
export interface World {
  listener: Listener;
  discography: Discography;
  talk: Talk;
  library: Library;
  /** Epoch milliseconds. */
  nowMs: number;
}
