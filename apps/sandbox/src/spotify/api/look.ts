import type { JsonObject } from '../../json.js';
import type { ApiMode } from '../switches.js';

/** How answers look: where they say to be, and which fields they have. */
export interface Look {
  /** The Web API as the client addressed it, without a slash at its end. */
  base: string;
  /** The folder of pictures as the client can reach it. */
  art: string;
  /** Whether the fields are there that development mode lost in 2026. */
  isFull: boolean;
  /** Whether the person has an id that never changes, beside the name. */
  hasAccountId: boolean;
  /** Whether playlists say `items` and `item`. */
  saysItem: boolean;
  /** Whether playlists say `tracks` and `track`. */
  saysTrack: boolean;
}

/** The look of a mode. `origin`: the sandbox as the client addressed it. */
export function lookOf(mode: ApiMode, origin: string): Look {
  return {
    base: `${origin}/spotify/v1`,
    art: `${origin}/art`,
    isFull: mode !== 'dev2026',
    hasAccountId: mode !== 'legacy',
    saysItem: mode !== 'legacy',
    saysTrack: mode !== 'dev2026',
  };
}

/** The fields when `condition` holds, and none otherwise. */
export function fieldsIf(condition: boolean, fields: JsonObject): JsonObject {
  return condition ? fields : {};
}
