import type { ListeningProvider, NowPlaying } from '../index.js';
import type { ProviderDefinition } from '../index.js';

/**
 * What an upstream can be made to do.
 *
 * - `playing`: a song is on, and there are at least 50 older plays, charts, loved tracks and a profile; of a library, lists
 *   and playlists of several parts.
 * - `paused`, `nothing`, `ad`: what is on instead; the history stays.
 * - `expired`, `revoked`: the agreement of a linked account is over.
 * - `rate_limited`: refuses and says for how long.
 * - `down`: answers every call with its own server fault.
 * - `html`: answers with a page in place of data.
 * - `truncated`: the answer stops in the middle.
 * - `slow`: answers late, but within the time that a call may take.
 * - `hang`: takes the call and never answers.
 */
export const SITUATIONS = [
  'playing',
  'paused',
  'nothing',
  'ad',
  'expired',
  'revoked',
  'rate_limited',
  'down',
  'html',
  'truncated',
  'slow',
  'hang',
] as const;
export type Situation = (typeof SITUATIONS)[number];

/** A provider under examination, with an upstream that does as it is told. */
export interface ContractSubject {
  definition: Pick<
    ProviderDefinition<object, never>,
    'id' | 'source' | 'displayName' | 'color' | 'links' | 'capabilities' | 'library'
  > & {
    /** Null for a provider whose accounts need not agree. */
    linking: object | null;
  };
  provider: ListeningProvider;
  /** From now on the upstream does this. */
  stage: (situation: Situation) => Promise<void>;
  /** Calls that reached the upstream so far. */
  calls: () => Promise<number>;
  /** What is on in the situation `playing`. */
  song: Pick<NowPlaying, 'title' | 'artist'>;
  /** Keys and tokens that the provider was given; they must not turn up anywhere. */
  secrets: readonly string[];
  /** Longer than any read of this provider takes before it gives up, in milliseconds. */
  patienceMs: number;
  close: () => Promise<void>;
}

/** The situations that can occur for a provider with these capabilities. */
export function situationsOf({
  definition: { capabilities, linking },
}: Pick<ContractSubject, 'definition'>): Situation[] {
  return SITUATIONS.filter((situation) => {
    if (situation === 'paused') return capabilities.pause;
    if (situation === 'ad') return capabilities.kinds.includes('ad');
    if (situation === 'expired' || situation === 'revoked') return linking !== null;
    return true;
  });
}

/** One promise that every provider keeps. */
export interface Clause {
  name: string;
  /** Rejects when the provider breaks the promise. */
  check: (subject: ContractSubject) => Promise<void>;
}
