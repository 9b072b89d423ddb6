import type { FailpointName } from '#accounts';
import { pick } from '../../apps/sandbox/src/testing/pick.js';

/** The moments of a refresh, in their order. */
export const POINTS = [
  'claim-before-send',
  'after-send',
  'after-response',
  'before-commit',
  'after-commit',
] as const satisfies readonly FailpointName[];

/** One of them. */
export type Point = (typeof POINTS)[number];

/**
 * What a replica is told.
 *
 * - `stop`: when it comes by this point next, it stands there and waits (null: at none).
 * - `die`: when it comes by this point next, it kills itself.
 * - `go`: it goes on from where it stands.
 */
export type Order = { kind: 'stop'; at: Point | null } | { kind: 'die'; at: Point } | { kind: 'go' };

/**
 * What a replica tells.
 *
 * - `ready`: it listens.
 * - `understood`: it has taken an order for a point.
 * - `claimed`: it has claimed the grant, under this name.
 * - `stands`: it has come to the point, and waits.
 */
export type Report =
  { kind: 'ready' } | { kind: 'understood' } | { kind: 'claimed'; owner: string } | { kind: 'stands'; at: Point };

/** @throws TypeError when it is none */
export function orderIn(message: unknown): Order {
  const [kind, at] = [pick(message, 'kind'), pointIn(pick(message, 'at'))];
  if (kind === 'go') return { kind };
  if (kind === 'stop') return { kind, at };
  if (kind === 'die' && at !== null) return { kind, at };
  throw new TypeError(`Not an order: ${JSON.stringify(message)}`);
}

/** @throws TypeError when it is none */
export function reportIn(message: unknown): Report {
  const [kind, at, owner] = [pick(message, 'kind'), pointIn(pick(message, 'at')), pick(message, 'owner')];
  if (kind === 'ready' || kind === 'understood') return { kind };
  if (kind === 'claimed' && typeof owner === 'string') return { kind, owner };
  if (kind === 'stands' && at !== null) return { kind, at };
  throw new TypeError(`Not a report: ${JSON.stringify(message)}`);
}

function pointIn(value: unknown): Point | null {
  return POINTS.find((point) => point === value) ?? null;
}
