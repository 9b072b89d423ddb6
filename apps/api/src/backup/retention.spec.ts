import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Kept, parseKeep, superfluous } from './retention.js';

const backup = (
  createdAt: Date,
  { account = 'ada', trigger = 'schedule', lists = ['tracks'], lacks = '' } = {},
): Kept => ({
  createdAt,
  trigger,
  account: { id: account },
  summary: {
    counts: Object.fromEntries(lists.map((list) => [list, 1])),
    omissions: [...lacks].map((what) => ({ what, isPassing: true })),
  },
});
const at = (iso: string, more: Parameters<typeof backup>[1] = {}): Kept => backup(new Date(iso), more);
const days = (count: number, hour = '03:15') =>
  Array.from({ length: count }, (_, index) => {
    const date = new Date(`2026-01-01T${hour}:00Z`);
    date.setUTCDate(date.getUTCDate() + index);
    return backup(date);
  });

describe('what is kept of backups', () => {
  it('is read from the setting', () => {
    expect(parseKeep('daily=7,weekly=4,monthly=12')).toEqual({ daily: 7, weekly: 4, monthly: 12 });
    expect(parseKeep('monthly=3')).toEqual({ daily: 0, weekly: 0, monthly: 3 });
  });

  it('has in any case the newest that lacks nothing which may come back', () => {
    const keep = { daily: 1, weekly: 0, monthly: 0 };
    const whole = at('2026-01-02T03:15:00Z');
    const short = [3, 4, 5].map((day) => at(`2026-01-0${day}T03:15:00Z`, { lacks: 'a' }));
    const older = at('2026-01-01T03:15:00Z');
    expect(superfluous([older, whole, ...short], keep, 'UTC')).toEqual([short[1], short[0], older]);
    expect(superfluous([older, whole, ...short, at('2026-01-06T03:15:00Z')], keep, 'UTC')).toHaveLength(5);
  });

  it('has of each thing that may come back the newest that has it, whatever else is never whole', () => {
    const keep = { daily: 1, weekly: 0, monthly: 0 };
    const backups = ['m', 'm', 'mp', 'mpq', 'mpq'].map((lacks, day) => at(`2026-01-0${day + 1}T03:15:00Z`, { lacks }));
    const [oldest, hasAll, hasQ, between] = backups;
    expect(superfluous(backups, keep, 'UTC')).toEqual([between, oldest]);
    expect(superfluous(backups, keep, 'UTC')).not.toContain(hasAll);
    expect(superfluous(backups, keep, 'UTC')).not.toContain(hasQ);
  });

  it('has the one that has most of a list which none has whole', () => {
    const keep = { daily: 1, weekly: 0, monthly: 0 };
    const omissions = [{ what: 'Saved tracks', isPassing: true }];
    const short = (day: number, tracks: number): Kept => ({
      ...at(`2026-01-0${day}T03:15:00Z`),
      summary: { counts: { tracks }, omissions },
    });
    const [less, most, half, last] = [short(1, 19), short(2, 20), short(3, 10), short(4, 5)];
    expect(superfluous([less, most, half, last], keep, 'UTC')).toEqual([half, less]);
  });

  it('are so many days, weeks and months, the newest of each', () => {
    const all = days(365);
    const gone = new Set(superfluous(all, { daily: 7, weekly: 4, monthly: 12 }, 'UTC'));
    const kept = all.filter((each) => !gone.has(each)).map(({ createdAt }) => createdAt.toISOString().slice(0, 10));
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

  it('counts for each account by itself', () => {
    const own = [at('2026-11-20T03:15:00Z'), at('2026-11-19T03:15:00Z')];
    const others = [at('2026-11-22T03:15:00Z', { account: 'grace' }), at('2026-11-21T03:15:00Z', { account: 'grace' })];
    const unknown = { ...at('2026-11-18T03:15:00Z'), account: null };
    const keep = { daily: 1, weekly: 1, monthly: 3 };
    expect(superfluous([...own, ...others, unknown], keep, 'UTC')).toEqual([others[1], own[1]]);
  });

  it('is whatever has a list that none after it has', () => {
    const full = ['tracks', 'albums', 'playlists'];
    const [older, old] = [at('2026-11-17T03:15:00Z', { lists: full }), at('2026-11-18T03:15:00Z', { lists: full })];
    const [less, bare, newest] = [
      at('2026-11-19T03:15:00Z', { lists: ['tracks', 'albums'] }),
      at('2026-11-20T03:15:00Z'),
      at('2026-11-21T03:15:00Z'),
    ];
    const keep = { daily: 1, weekly: 0, monthly: 0 };
    expect(superfluous([older, old, less, bare, newest], keep, 'UTC')).toEqual([bare, older]);
    const whole = at('2026-11-22T03:15:00Z', { lists: full });
    expect(superfluous([old, less, whole], keep, 'UTC')).toEqual([less, old]);
    const unread = { ...at('2026-11-23T03:15:00Z'), summary: null };
    expect(superfluous([whole, unread], keep, 'UTC')).toEqual([]);
  });

  it('is what was made by hand or found in the folder, and that does not count', () => {
    const [old, newest] = [at('2026-11-18T03:15:00Z'), at('2026-11-20T03:15:00Z')];
    const byHand = ['2026-11-21T12:00:00Z', '2026-11-22T12:00:00Z'].map((iso) => at(iso, { trigger: 'owner' }));
    const found = at('2026-11-17T12:00:00Z', { trigger: 'found' });
    const keep = { daily: 1, weekly: 0, monthly: 0 };
    expect(superfluous([...byHand, found, old, newest], keep, 'UTC')).toEqual([old]);
  });

  it('is the newest in any case, and never more than is asked for', () => {
    const dates = fc.array(fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }), {
      minLength: 1,
      maxLength: 60,
    });
    const keeps = fc.record({ daily: fc.nat(9), weekly: fc.nat(9), monthly: fc.nat(9) });
    fc.assert(
      fc.property(dates, keeps, (moments, keep) => {
        const all = moments.map((createdAt) => backup(createdAt));
        const gone = new Set(superfluous(all, keep, 'UTC'));
        const kept = all.filter((each) => !gone.has(each));
        expect(kept.length).toBeLessThanOrEqual(Math.max(1, keep.daily + keep.weekly + keep.monthly + 1));
        const newest = Math.max(...moments.map((moment) => moment.getTime()));
        expect(kept.some(({ createdAt }) => createdAt.getTime() === newest)).toBe(true);
      }),
    );
  });
});
