import type { Answer } from '../../faults/answer.js';
import type { Person } from '../person.js';
import type { ApiMode } from '../switches.js';
import type { Look } from './look.js';
import type { Playback } from './playback.js';
import type { World } from './world.js';

/** A call of the Web API by somebody with a good token. */
export interface Ask {
  world: World;
  mode: ApiMode;
  look: Look;
  /** Parts of the path, by the name that the endpoint has for them. */
  parts: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** Parsed JSON; undefined when there is none that can be read. */
  body: unknown;
  scopes: readonly string[];
  /** Whose token it is; the listener for an app that acts for itself. */
  person: Person;
  /** What plays; null when nothing does. */
  playback: Playback | null;
  /** The account is new: nothing was ever played. */
  isNew: boolean;
}

/** An endpoint of the Web API. */
export interface Endpoint {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/v1/`; a part in braces stands for any text. */
  path: string;
  /** Scopes of which the token must have every one; what depends on more than the path is checked by the answer. */
  scopes: readonly string[];
  answer: (ask: Ask) => Answer;
}

/** The name of an endpoint in scenarios and ledgers: its path, and the method before it when it is not GET. */
export function endpointName({ method, path }: Pick<Endpoint, 'method' | 'path'>): string {
  return method === 'GET' ? path : `${method.toLowerCase()} ${path}`;
}
