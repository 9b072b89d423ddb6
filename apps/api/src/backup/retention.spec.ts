import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKeep, superfluous } from './retention.js';

const at = (iso: string) => ({ createdAt: new Date(iso) });
const days = (count: number, hour = '03:15') =>
  Array.from({ length: count }, (_, index) => {
    const date = new Date(`2026-01-01T${hour}:00Z`);
    date.setUTCDate(date.getUTCDate() + index);
    return { createdAt: date };
  });

describe('what is kept of backups', () => {
  it('is read from the setting', () => {
    expect(parseKeep('daily=7,weekly=4,monthly=12')).toEqual({ daily: 7, weekly: 4, monthly: 12 });
    expect(parseKeep('monthly=3')).toEqual({ daily: 0, weekly: 0, monthly: 3 });
  });

  it('are so many days, weeks and months, the newest of each', () => {
    const all = days(365);
    const gone = new Set(superfluous(all, { daily: 7, weekly: 4, monthly: 12 }, 'UTC'));
    const kept = all.filter((backup) => !gone.has(backup)).map(({ createdAt }) => createdAt.toISOString().slice(0, 10));
    expect(kept).toEqual([
      '2026-01-31',
      '2026-02-28',
      '2026-03-31',
      '2026-04-30',
      '2026-05-31',
      '2026-06-30',
      '2026-07-31',
      '2026-08-31',
      '2026-09-30',
      '2026-10-31',
      '2026-11-30',
      '2026-12-13',
      '2026-12-20',
      '2026-12-25',
      '2026-12-26',
      '2026-12-27',
      '2026-12-28',
      '2026-12-29',
      '2026-12-30',
      '2026-12-31',
    ]);
  });

  it('begins its days where the owner lives', () => {
    const [early, late] = [at('2026-03-29T21:30:00Z'), at('2026-03-29T22:30:00Z')];
    const keep = { daily: 2, weekly: 0, monthly: 0 };
    expect(superfluous([early, late], keep, 'UTC')).toEqual([early]);
    expect(superfluous([early, late], keep, 'Europe/Stockholm')).toEqual([]);
  });

  it('is the newest in any case, and never more than is asked for', () => {
    const dates = fc.array(fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }), {
      minLength: 1,
      maxLength: 60,
    });
    const keeps = fc.record({ daily: fc.nat(9), weekly: fc.nat(9), monthly: fc.nat(9) });
    fc.assert(
      fc.property(dates, keeps, (moments, keep) => {
        const all = moments.map((createdAt) => ({ createdAt }));
        const gone = new Set(superfluous(all, keep, 'UTC'));
        const kept = all.filter((backup) => !gone.has(backup));
        expect(kept.length).toBeLessThanOrEqual(Math.max(1, keep.daily + keep.weekly + keep.monthly + 1));
        const newest = Math.max(...moments.map((moment) => moment.getTime()));
        expect(kept.some(({ createdAt }) => createdAt.getTime() === newest)).toBe(true);
      }),
    );
  });
});
