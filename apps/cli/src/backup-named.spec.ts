import { describe, expect, it } from 'vitest';
import { type Backup, parseBackups } from './backup.js';
import { backupNamed, idLength, jobNamed } from './backup-named.js';

function known(...ids: readonly (readonly [id: string, state: string])[]): readonly Backup[] {
  const items = ids.map(([id, state]) => ({
    ...{ id, state, name: `tape_${id.slice(-1)}`, provider: 'tape', createdAt: '2026-11-21T03:15:00.000Z' },
  }));
  return parseBackups({ items })?.items ?? [];
}

const ITEMS = known(
  ['aaaa1111-0000-0000-0000-000000000001', 'running'],
  ['aaaa2222-0000-0000-0000-000000000002', 'failed'],
  ['bbbb3333-0000-0000-0000-000000000003', 'complete_with_omissions'],
  ['bbbb3333-1000-0000-0000-000000000004', 'complete'],
);

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
    expect(() => backupNamed(ITEMS.slice(0, 2), 'latest')).toThrow('There is no backup yet');
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
