import { fraction } from '../../apps/sandbox/src/listening/random.js';
import type { Way } from './crew.js';
import { POINTS, type Point } from './messages.js';
import { type Pace, ROTATIONS, type Rotation } from './upstream.js';

/**
 * What is done to the processes while they refresh.
 *
 * - `nothing`.
 * - `point`: the one that refreshes is killed at a point, and then perhaps the one that takes over (`again`).
 * - `moment`: at a moment, the one that has just claimed is killed, or any one.
 * - `stall`: the one that refreshes stands still at a point until others have taken over, and have perhaps refreshed once
 *   more (`further`). Then it goes on.
 * - `late`: as `stall`, but it goes on while another has claimed and not yet sent; its tokens wait on the disk, and it is
 *   killed there or not.
 */
export type Deed =
  | { kind: 'nothing' }
  | { kind: 'point'; at: Point; again: Point | null }
  | { kind: 'moment'; who: 'claimer' | number; afterMs: number }
  | { kind: 'stall'; at: StallPoint; further: boolean }
  | { kind: 'late'; isKilled: boolean };

/** Points at which nothing of the one who stands there is under way. */
export const STALL_POINTS = ['claim-before-send', 'after-response', 'before-commit'] as const;
export type StallPoint = (typeof STALL_POINTS)[number];

/** One round. */
export interface Plan {
  rotation: Rotation;
  pace: Pace;
  way: Way;
  deed: Deed;
}

/** Nothing is slow. */
export const PROMPT: Pace = { scenario: 'normal', ms: 0 };

const LONGEST_PACE_MS = 60;
/** From a claim to its landing, beside what the upstream takes. */
const LONGEST_MOMENT_MS = 25;

/** Rounds of one mode in a row, so that what a round leaves behind meets the next one. */
const ROUNDS_OF_A_MODE = 10;

/** A round as the seed has it: the same seed and number always give the same. */
export function planOf(seed: number, round: number): Plan {
  const roll = (name: string): number => fraction(seed, 'crash', round, name);
  const among = <T>(name: string, list: readonly [T, ...T[]]): T =>
    list[Math.floor(roll(name) * list.length)] ?? list[0];
  const pace: Pace = {
    scenario: among('pace', ['normal', 'late-commit', 'slow']),
    ms: Math.floor(roll('pace ms') * LONGEST_PACE_MS),
  };
  return {
    rotation: ROTATIONS[Math.floor(round / ROUNDS_OF_A_MODE) % ROTATIONS.length] ?? 'none',
    pace,
    way: roll('way') < 0.25 ? 'read' : 'token',
    deed: deedOf(roll, among, pace.scenario === 'normal' ? 0 : pace.ms),
  };
}

function deedOf(
  roll: (name: string) => number,
  among: <T>(name: string, list: readonly [T, ...T[]]) => T,
  paceMs: number,
): Deed {
  const kind = roll('kind');
  if (kind < 0.05) return { kind: 'nothing' };
  if (kind < 0.45) return { kind: 'point', at: among('point', POINTS), again: null };
  if (kind < 0.55) return { kind: 'point', at: among('point', POINTS), again: among('again', POINTS) };
  if (kind < 0.85) {
    const who = roll('who') < 0.75 ? 'claimer' : Math.floor(roll('which') * 3);
    return { kind: 'moment', who, afterMs: roll('moment') * (LONGEST_MOMENT_MS + paceMs) };
  }
  if (kind < 0.95) return { kind: 'stall', at: among('point', STALL_POINTS), further: roll('further') < 0.5 };
  return { kind: 'late', isKilled: roll('killed') < 0.5 };
}

/** In words, for people. */
export function describePlan({ rotation, pace, way, deed }: Plan): string {
  const pacing = pace.scenario === 'normal' ? 'prompt' : `${pace.scenario} ${pace.ms} ms`;
  return `${rotation}, ${pacing}, asked by ${way}: ${JSON.stringify(deed)}`;
}
