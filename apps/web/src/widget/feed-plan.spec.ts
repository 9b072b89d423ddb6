import { beforeEach, describe, expect, it } from 'vitest';
import { FeedPlan } from './feed-plan.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
let plan: FeedPlan;

beforeEach(() => {
  // In the middle: nothing is spread.
  plan = new FeedPlan(() => 0.5);
  plan.start(0);
});

/** Opens the stream whenever it is due, and asks, without an answer from anybody. @returns when it did */
function alone(until: number): { opened: number[]; asked: number[] } {
  const opened: number[] = [];
  const asked: number[] = [];
  for (let now = 0; now <= until; now = Math.min(plan.openAt, plan.pollAt)) {
    if (plan.openAt <= now) {
      opened.push(now);
      plan.streamOpens(now);
    }
    if (plan.pollAt <= now) {
      asked.push(now);
      plan.asks();
      plan.isNotAnswered(now);
    }
  }
  return { opened, asked };
}

describe('at the start', () => {
  it('opens the stream at once, and asks only when it does not speak soon', () => {
    expect(plan.openAt).toBe(0);
    plan.streamOpens(0);
    expect(plan.pollAt).toBe(2.5 * SECOND);
    plan.streamLives(SECOND, null);
    expect(plan.pollAt).toBe(61 * SECOND);
    expect(plan.openAt).toBe(Infinity);
  });

  it('knows nothing any more of the stream before the page was hidden', () => {
    alone(10 * MINUTE);
    plan.streamLives(10 * MINUTE, null);
    plan.stop();
    expect(plan.isLive).toBe(false);
    plan.start(20 * MINUTE);
    plan.streamOpens(20 * MINUTE);
    expect(plan.openAt).toBe(20 * MINUTE + 15 * SECOND);
    alone(40 * MINUTE);
    plan.stop();
    plan.start(50 * MINUTE);
    plan.streamOpens(50 * MINUTE);
    expect(plan.openAt).toBe(50 * MINUTE + 15 * SECOND);
  });

  it('does nothing before, and nothing after its end', () => {
    plan.stop();
    for (const idle of [plan, new FeedPlan(() => 0.5)])
      expect([idle.openAt, idle.pollAt]).toEqual([Infinity, Infinity]);
  });
});

describe('while the service is away', () => {
  it('leaves longer and longer pauses, and never gives up', () => {
    const { opened, asked } = alone(30 * MINUTE);
    const pauses = (moments: number[]): number[] => moments.slice(1).map((moment, at) => moment - (moments[at] ?? 0));
    expect(pauses(opened)).toEqual(
      [15, 30, 60, 120, 240, 300, 300, 300, 300].slice(0, opened.length - 1).map((s) => s * SECOND),
    );
    expect(opened.length).toBeGreaterThan(7);
    expect(pauses(asked).slice(0, 5)).toEqual([5, 10, 20, 30, 30].map((s) => s * SECOND));
    expect(Math.max(...pauses(asked))).toBe(30 * SECOND);
  });

  it('opens the stream soon after the first answer, though the pause was long', () => {
    alone(10 * MINUTE);
    plan.isAnswered(10 * MINUTE, true, null);
    expect(plan.openAt).toBe(10 * MINUTE + 1.5 * SECOND);
    expect(plan.unanswered).toBe(0);
  });

  it('does not ask at the same moment as all others', () => {
    const moments = [0, 0.999].map((random) => {
      const other = new FeedPlan(() => random);
      other.start(0);
      other.streamOpens(0);
      other.isNotAnswered(0);
      return [other.openAt, other.pollAt];
    });
    expect(moments[0]).toEqual([11_250, 3_750]);
    expect(moments[1]?.[0]).toBeGreaterThan(18_700);
    expect(moments[1]?.[1]).toBeGreaterThan(6_200);
  });
});

describe('without a stream', () => {
  it('asks each five seconds', () => {
    plan.streamOpens(0);
    plan.asks();
    expect(plan.pollAt).toBe(Infinity);
    const { openAt } = plan;
    plan.isAnswered(3 * SECOND, true, 4 * SECOND);
    expect(plan.pollAt).toBe(8 * SECOND);
    // Each answer would open it anew, which the pauses are there to avoid.
    expect(plan.openAt).toBe(openAt);
  });
});

describe('with a stream that has spoken', () => {
  beforeEach(() => {
    plan.streamOpens(0);
    plan.streamLives(0, null);
  });

  it('asks when a song is over and nothing follows, and then each minute', () => {
    plan.streamLives(0, 30 * SECOND);
    expect(plan.pollAt).toBe(34 * SECOND);
    plan.asks();
    plan.isAnswered(34 * SECOND, false, 30 * SECOND);
    expect(plan.pollAt).toBe(94 * SECOND);
    expect(plan.openAt).toBe(Infinity);
  });

  it('asks once about a song that should be over already: the clock here may be fast', () => {
    plan.streamLives(MINUTE, 30 * SECOND);
    expect(plan.pollAt).toBe(64 * SECOND);
  });

  it('opens it again when an answer knows more and the stream does not follow', () => {
    plan.isAnswered(MINUTE, true, null);
    expect(plan.openAt).toBe(65 * SECOND);
    plan.streamLives(62 * SECOND, null);
    expect(plan.openAt).toBe(Infinity);
    plan.isNotAnswered(2 * MINUTE);
    expect(plan.openAt).toBe(125 * SECOND);
  });

  it('asks soon when it breaks, and opens it unless the browser has', () => {
    plan.streamBreaks(50 * SECOND);
    expect(plan.pollAt).toBe(51.25 * SECOND);
    expect(plan.openAt).toBe(65 * SECOND);
    // A browser that tries again and again says so each time.
    plan.isNotAnswered(62 * SECOND);
    plan.streamBreaks(63 * SECOND);
    expect(plan.pollAt).toBe(67 * SECOND);
    plan.streamLives(64 * SECOND, null);
    expect([plan.openAt, plan.unanswered]).toEqual([Infinity, 0]);
  });
});
