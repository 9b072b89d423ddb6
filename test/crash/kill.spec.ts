import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fraction } from '../../apps/sandbox/src/listening/random.js';
import { migratedDatabase } from '../support/database.js';
import { buildService } from './build-service.js';
import { Crew } from './crew.js';
import { type Deed, PROMPT, type Plan, describePlan } from './plan.js';
import { tryOut } from './trial.js';
import type { Rotation } from './upstream.js';

const SEED = 7;
/** How long the upstream waits before it acts, when a process is killed by chance. */
const LATE_MS = 20;
const CALLERS = 50;

const closing: (() => Promise<void>)[] = [];
let crew: Crew;

beforeAll(async () => {
  const service = await buildService();
  closing.unshift(() => service.remove());
  crew = await Crew.open(service.entry, await migratedDatabase());
  closing.unshift(() => crew.close());
});
afterAll(async () => {
  for (const close of closing) await close();
});

/** Plays a round in which nothing may be lost that can be kept. @returns whether the grant was flagged */
async function play(plan: Plan): Promise<boolean> {
  const { verdict } = await tryOut(crew, plan);
  expect(verdict.violations, describePlan(plan)).toEqual([]);
  return verdict.isFlagged;
}

const prompt = (rotation: Rotation, deed: Deed, way: Plan['way'] = 'token'): Plan => ({
  rotation,
  pace: PROMPT,
  way,
  deed,
});

describe('three processes with one link', () => {
  it(`ask for a token ${CALLERS} times at once: one request`, async () => {
    const { upstream, replicas } = crew;
    await crew.turnTo('rotate-strict');
    await crew.ready();
    await upstream.begin({ scenario: 'slow', ms: 100 });
    await crew.endAccess('token');
    const callers = Array.from({ length: CALLERS }, (_, index) => index);
    const answers = await Promise.all(
      replicas.flatMap((replica, at) =>
        callers.filter((caller) => caller % replicas.length === at).map(() => crew.ask(replica, 'token')),
      ),
    );
    const [token, ...others] = new Set(answers.map((answer) => answer.token));
    expect(others).toEqual([]);
    expect(await upstream.takes(token ?? '')).toBe(true);
    expect(await upstream.ledger()).toMatchObject({ exchanges: [{ issued: true }], overlaps: 0, deadUses: 0 });
  });

  it('read with a token that the upstream has ended: one request', async () => {
    await play(prompt('rotate-strict', { kind: 'nothing' }, 'read'));
  });
});

describe('a process that is killed while it refreshes', () => {
  it('loses nothing where refresh tokens stay', async () => {
    await play(prompt('none', { kind: 'point', at: 'after-send', again: null }));
  });

  it('loses nothing where the old one works until the new one is used', async () => {
    await play(prompt('rotate', { kind: 'point', at: 'after-response', again: null }, 'read'));
  });

  it('loses nothing where the old one works for a while', async () => {
    await play(prompt('rotate-grace', { kind: 'point', at: 'before-commit', again: null }));
  });

  it('loses nothing where the old one dies at once, before it is sent and after the new one is stored', async () => {
    await play(prompt('rotate-strict', { kind: 'point', at: 'claim-before-send', again: 'after-commit' }));
  });

  it('leaves a flag and all tokens where the old one has died and nobody else has the new one', async () => {
    expect(await play(prompt('rotate-strict', { kind: 'point', at: 'before-commit', again: null }))).toBe(true);
  });

  it('loses nothing that was written to the disk because another had taken over', async () => {
    await play(prompt('rotate-strict', { kind: 'late', isKilled: true }));
  });

  it(`loses nothing that can be kept, at a moment that seed ${SEED} draws`, async () => {
    const deed = { kind: 'moment', who: 'claimer', afterMs: fraction(SEED, 'moment') * LATE_MS * 2 } as const;
    await play({ ...prompt('rotate-strict', deed), pace: { scenario: 'late-commit', ms: LATE_MS } });
  });
});

describe('a process that stands still while others refresh', () => {
  it.each([
    ['rotate', 'before-commit', true],
    ['rotate-strict', 'before-commit', false],
    ['rotate-strict', 'claim-before-send', false],
  ] as const)('takes nothing from them afterwards, with %s at %s', async (rotation, at, further) => {
    await play(prompt(rotation, { kind: 'stall', at, further }));
  });
});
