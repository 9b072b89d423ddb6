import type { Crew } from './crew.js';
import { type Verdict, judge } from './judge.js';
import type { Plan } from './plan.js';
import { type RoundRecord, playRound } from './round.js';

/** How a round went. */
export interface Trial {
  plan: Plan;
  /** Null when it did not come to its end. */
  record: RoundRecord | null;
  verdict: Verdict;
}

/** Plays and judges a round, and leaves the crew with a link that works. */
export async function tryOut(crew: Crew, plan: Plan): Promise<Trial> {
  await crew.turnTo(plan.rotation);
  try {
    const record = await playRound(crew, plan);
    if (record.last.some(({ code }) => code !== 'ok')) await crew.link();
    return { plan, record, verdict: judge(record) };
  } catch (error) {
    await crew.restore();
    return { plan, record: null, verdict: { violations: [String(error)], isLost: false, isFlagged: false } };
  }
}
