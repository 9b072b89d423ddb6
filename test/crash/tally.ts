import { POINTS } from './messages.js';
import type { Trial } from './trial.js';
import { ROTATIONS, type Rotation } from './upstream.js';

/** The sums of one mode. */
interface Sums {
  rounds: number;
  kills: number;
  killsBy: Map<string, number>;
  stalls: number;
  exchanges: number;
  overlaps: number;
  deadUses: number;
  /** Usable tokens that are gone where they need not be. */
  lost: number;
  /** Tokens that died in the unavoidable window, and are flagged. */
  flagged: number;
  violations: number;
}

/** Adds up rounds, mode by mode. */
export class Tally {
  private readonly modes = new Map<Rotation, Sums>(ROTATIONS.map((rotation) => [rotation, noSums()]));

  add({ plan, record, verdict: { violations, isLost, isFlagged } }: Trial): void {
    const sums = this.modes.get(plan.rotation);
    if (!sums) throw new Error(`No such mode: ${plan.rotation}`);
    sums.rounds += 1;
    if (violations.length > 0) sums.violations += 1;
    if (record === null) return;
    const { deaths, ledger } = record;
    sums.kills += deaths.length;
    const { deed } = plan;
    const where = deed.kind === 'point' ? [deed.at, deed.again] : deed.kind === 'moment' ? ['random'] : [deed.kind];
    deaths.forEach((_, index) => {
      const name = where[index] ?? 'random';
      sums.killsBy.set(name, (sums.killsBy.get(name) ?? 0) + 1);
    });
    if (deed.kind === 'stall' || deed.kind === 'late') sums.stalls += 1;
    sums.exchanges += ledger.exchanges.length;
    sums.overlaps += ledger.overlaps;
    sums.deadUses += ledger.deadUses;
    if (isFlagged) sums.flagged += 1;
    if (isLost && violations.length > 0) sums.lost += 1;
  }

  get violations(): number {
    return [...this.modes.values()].reduce((sum, { violations }) => sum + violations, 0);
  }

  /** As a table in Markdown. */
  toString(): string {
    const deaths = [...POINTS, 'random', 'late'];
    const head = ['mode', 'rounds', 'kills', ...deaths, 'stalls', 'token requests', 'overlaps', 'dead uses', 'lost'];
    const rows = [...this.modes].map(([mode, sums]) => [
      mode,
      sums.rounds,
      sums.kills,
      ...deaths.map((name) => sums.killsBy.get(name) ?? 0),
      sums.stalls,
      sums.exchanges,
      sums.overlaps,
      sums.deadUses,
      sums.lost,
      sums.flagged,
      sums.violations,
    ]);
    const all = [...head, 'flagged', 'rounds with violations'];
    return [all, all.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  }
}

function noSums(): Sums {
  return {
    rounds: 0,
    kills: 0,
    killsBy: new Map(),
    stalls: 0,
    exchanges: 0,
    overlaps: 0,
    deadUses: 0,
    lost: 0,
    flagged: 0,
    violations: 0,
  };
}
