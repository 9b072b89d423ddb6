import { describe, expect, it } from 'vitest';
import { parseSummary } from './backup-row.js';

describe('what has come of a backup', () => {
  const omission = (isPassing: boolean) => ({ what: 'Saved tracks', reason: 'It may lack something.', isPassing });
  const lacking = (written: object): unknown =>
    parseSummary({ bytes: 1, counts: { tracks: 9, albums: 2 }, ...written })?.lacking;

  it('tells which lists may lack something', () => {
    expect(lacking({ lacking: ['tracks'], omissions: [omission(true)] })).toEqual(['tracks']);
    expect(lacking({ lacking: [], omissions: [omission(true)] })).toEqual([]);
  });

  it('as the version before has written it, of each list, unless what it lacks is closed', () => {
    expect(lacking({ omissions: [omission(true)] })).toEqual(['tracks', 'albums']);
    expect(lacking({ omissions: [omission(false)] })).toEqual([]);
    expect(lacking({})).toEqual([]);
  });
});
