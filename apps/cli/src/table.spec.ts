import { describe, expect, it } from 'vitest';
import { table } from './table.js';

describe('a table', () => {
  it('has its columns under each other, numbers flush right, and nothing behind the last', () => {
    const rows = [
      ['NAME', 'SIZE', 'STATE'],
      ['a', '12 kB', 'complete'],
      ['longer', '7 B', ''],
    ];
    expect(table(rows, [1])).toEqual(['NAME     SIZE  STATE', 'a       12 kB  complete', 'longer    7 B']);
  });

  it('of nothing is nothing', () => {
    expect(table([])).toEqual([]);
  });
});
