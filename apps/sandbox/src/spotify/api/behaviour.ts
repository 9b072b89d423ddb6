import type { Answer, Deliver } from '../../faults/answer.js';
import type { World } from './world.js';
import type { Playback } from './playback.js';

/** How the Web API differs from normal under a scenario; each part that is left out is as usual. */
export interface ApiBehaviour {
  /** What plays; null for nothing. */
  playback?: (usual: Playback, world: World) => Playback | null;
  /** The account is new: nothing was ever played. */
  isNew?: boolean;
  /** What the API says; `usual` makes what it would have said. */
  reply?: (usual: () => Answer) => Answer;
  /** How that reaches the client. */
  deliver?: Deliver;
}
