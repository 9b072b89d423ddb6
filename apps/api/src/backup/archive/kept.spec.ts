import { describe, expect, it } from 'vitest';
import { keptJson, keptOmissions, keptText } from './kept.js';

describe('what is kept of a backup in the database', () => {
  it('has no sign that a database refuses, and is of some length', () => {
    expect(keptText('a\u0000b\ud800c 😀')).toBe('ab\ufffdc 😀');
    expect(keptText('é'.repeat(1_000_000))).toHaveLength(2_000);
    // A sign of two halves that is cut is none any more.
    expect(keptText(`${'a'.repeat(1_999)}😀`)).toBe(`${'a'.repeat(1_999)}\ufffd`);
  });

  it('has none of them anywhere in what is kept as JSON', () => {
    const told = { name: 'a\u0000', sample: [{ what: '\udc00 😀', count: 2, reason: null }] };
    expect(JSON.parse(keptJson(told))).toEqual({ name: 'a', sample: [{ what: '\ufffd 😀', count: 2, reason: null }] });
  });

  it('names so many omissions, and counts the rest', () => {
    const few = [{ what: 'shows\u0000', reason: 'Not agreed to.', remedy: 'Agree.', isPassing: false }];
    expect(keptOmissions(few)).toEqual([
      { what: 'shows', reason: 'Not agreed to.', remedy: 'Agree.', isPassing: false },
    ]);
    const many = Array.from({ length: 200_000 }, (_, at) => ({
      what: `p${at}`,
      reason: 'closed',
      remedy: null,
      isPassing: at === 150_000,
    }));
    const kept = keptOmissions(many);
    expect(kept).toHaveLength(1_000);
    // One that may come back is among them.
    expect(kept.at(-1)).toMatchObject({ what: 'and 199001 more', isPassing: true });
    expect(keptOmissions(many.slice(0, 2_000)).at(-1)).toMatchObject({ isPassing: false });
    expect(keptOmissions(kept)).toEqual(kept);
  });
});
