import { describe, expect, it } from 'vitest';
import { type Backup, parseBackups } from './backup.js';
import { backupNamed, idLength, jobNamed, ofProvider } from './backup-named.js';
import { Fault } from './fault.js';

function known(...ids: readonly (readonly [id: string, state: string, provider?: string])[]): readonly Backup[] {
  const items = ids.map(([id, state, provider = 'tape']) => ({
    ...{ id, state, name: `${provider}_${id.slice(-1)}`, provider, createdAt: '2026-11-21T03:15:00.000Z' },
  }));
  return parseBackups({ items })?.items ?? [];
}

const ITEMS = known(
  ['aaaa1111-0000-0000-0000-000000000001', 'running'],
  ['aaaa2222-0000-0000-0000-000000000002', 'failed'],
  ['bbbb3333-0000-0000-0000-000000000003', 'complete_with_omissions'],
  ['bbbb3333-1000-0000-0000-000000000004', 'complete'],
);
const OF_LEND = known(['cccc0000-0000-0000-0000-000000000005', 'complete', 'lend']);

function faultOf(look: () => unknown): Fault {
  try {
    look();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('It was found.');
}

describe('the backup that somebody means', () => {
  it.each([
    ['latest', 3],
    ['tape_1', 1],
    ['aaaa2', 2],
    ['AAAA2', 2],
    ['bbbb3333-1', 4],
    ['bbbb3333-0000-0000-0000-000000000003', 3],
  ])('%s', (reference, number) => {
    expect(backupNamed(ITEMS, reference).name).toBe(`tape_${number}`);
  });

  it.each([
    ['aaaa', 'ids of 2 backups begin so'],
    ['cccc', 'No backup is called "cccc"'],
    ['', 'No backup is called ""'],
    ['tape', 'No backup is called "tape"'],
  ])('is not guessed: “%s”', (reference, message) => {
    expect(() => backupNamed(ITEMS, reference)).toThrow(message);
  });

  it('is none for an empty word, even if there is but one', () => {
    expect(() => backupNamed(ITEMS.slice(0, 1), '')).toThrow('No backup');
    expect(() => backupNamed(ITEMS.slice(0, 2), 'latest')).toThrow('The first backup is under way');
    expect(() => backupNamed(ITEMS.slice(1, 2), 'latest')).toThrow('There is no backup yet');
    const failed = known(['dddd0000-0000-0000-0000-000000000006', 'failed', 'lend']);
    expect(() => backupNamed([...ITEMS.slice(0, 1), ...failed], 'latest', 'lend')).toThrow('There is no backup yet');
    expect(() => backupNamed(ITEMS, 'x'.repeat(99))).toThrow(`No backup is called "${'x'.repeat(80)}".`);
  });

  it('is the latest of a provider, if one is named', () => {
    expect(backupNamed([...OF_LEND, ...ITEMS], 'latest').provider).toBe('lend');
    expect(backupNamed([...OF_LEND, ...ITEMS], 'latest', 'tape').name).toBe('tape_3');
    expect(backupNamed(ITEMS, 'tape_1', 'tape').name).toBe('tape_1');
    expect(faultOf(() => backupNamed(ITEMS, 'latest', 'tap'))).toMatchObject({
      message: 'There is no backup of "tap" yet. Did you mean tape?',
      remedy: expect.stringMatching(/^There are backups of tape; .+ --provider .+/),
    });
    expect(faultOf(() => backupNamed([...ITEMS, ...OF_LEND], 'latest', 'shellac')).remedy).toContain('lend, tape');
    expect(() => backupNamed([], 'latest', 'tape')).toThrow('There is no backup yet');
    expect(ofProvider([...ITEMS, ...OF_LEND], 'lend')).toEqual(OF_LEND);
    expect(ofProvider(OF_LEND, undefined)).toEqual(OF_LEND);
    expect(() => ofProvider(OF_LEND, 'tape')).toThrow('There is no backup of "tape" yet.');
  });

  it('is not taken for one of another provider', () => {
    for (const reference of ['tape_1', 'aaaa1']) {
      expect(faultOf(() => backupNamed(ITEMS, reference, 'lend'))).toMatchObject({
        message: 'tape_1 is a backup of tape, not of "lend".',
        remedy: expect.stringContaining('latest'),
      });
    }
  });

  it('is a restore by its id alone, or the latest whatever has come of it', () => {
    expect(jobNamed(ITEMS, 'latest', 'restore').id).toMatch(/1$/);
    expect(jobNamed(ITEMS, 'aaaa2', 'restore').id).toMatch(/2$/);
    expect(() => jobNamed(ITEMS, 'tape_1', 'restore')).toThrow('No restore is called "tape_1"');
    expect(() => jobNamed(ITEMS, 'bbbb', 'restore')).toThrow('ids of 2 restores begin so');
    expect(() => jobNamed([], 'latest', 'restore')).toThrow('No restore');
  });

  it('is told by as much of the id as is needed', () => {
    expect(idLength([])).toBe(8);
    expect(idLength(ITEMS.slice(0, 3))).toBe(8);
    expect(idLength(ITEMS)).toBe(10);
  });
});
