import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { CLAUSES } from './clauses.js';
import { brokenBy, subjectOf } from './faithful.js';
import { LIBRARY_SABOTAGES } from './library-sabotages.js';
import { SABOTAGES, swallow } from './sabotages.js';

const WAYS = { ...SABOTAGES, ...LIBRARY_SABOTAGES };

describe('the contract holds for a faithful provider', () => {
  it.each(CLAUSES.map(({ name, check }) => [name, check] as const))('%s', async (_, check) => {
    await check(subjectOf());
  });
});

describe('every clause catches the provider that breaks it', () => {
  it('has broken providers for each', () => {
    expect(Object.keys(WAYS).sort()).toEqual(CLAUSES.map(({ name }) => name).sort());
  });

  it.each(
    Object.entries(WAYS).flatMap(([name, ways]) =>
      Object.entries(ways).map(([what, way]) => [name, what, way] as const),
    ),
  )('%s: %s', async (name, _, way) => {
    const clause = CLAUSES.find((one) => one.name === name);
    assert(clause);
    await expect(clause.check(brokenBy(way))).rejects.toThrow();
  });

  it('and a provider that swallows one fault breaks that clause, not all of them', async () => {
    const broken: string[] = [];
    for (const { name, check } of CLAUSES) await check(subjectOf(swallow('html'))).catch(() => broken.push(name));
    expect(broken).toContain('html: every read rejects with upstream_error');
    expect(broken).not.toContain('down: every read rejects with upstream_error');
  });
});
