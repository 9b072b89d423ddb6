import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Kept, parseKeep, superfluous } from './retention.js';

const backup = (
  createdAt: Date,
  {
    account = 'ada',
    trigger = 'schedule',
    lists = { tracks: 1 },
    lacking = '',
  }: { account?: string; trigger?: string; lists?: Record<string, number>; lacking?: string } = {},
): Kept => ({
  createdAt,
  trigger,
  account: { id: account },
  summary: { counts: lists, lacking: lacking.split(' ') },
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

  const newestOnly = { daily: 1, weekly: 0, monthly: 0 };
  /** Of one day after another. */
  const inTurn = (...all: Parameters<typeof backup>[1][]): Kept[] =>
    all.map((more, day) => at(`2026-01-0${day + 1}T03:15:00Z`, more));

  it('has of each list the newest that has all of it', () => {
    const backups = inTurn({}, {}, ...[1, 2, 3].map(() => ({ lacking: 'tracks' })));
    const [older, , short, shorter] = backups;
    expect(superfluous(backups, newestOnly, 'UTC')).toEqual([shorter, short, older]);
    expect(superfluous([...backups, at('2026-01-06T03:15:00Z')], newestOnly, 'UTC')).toHaveLength(5);
  });

  it('has it of each list by itself, whatever else is never whole', () => {
    const lists = { albums: 1, tracks: 1, shows: 1 };
    const backups = inTurn(
      ...['tracks', 'tracks', 'tracks albums', 'tracks albums shows', 'tracks albums shows'].map((lacking) => {
        return { lists, lacking };
      }),
    );
    const [oldest, , , between] = backups;
    // The fullest of the tracks is the newest.
    expect(superfluous(backups, newestOnly, 'UTC')).toEqual([between, oldest]);
  });

  it('has of a list that none has whole the one that has most', () => {
    const backups = inTurn(...[19, 20, 10, 5].map((tracks) => ({ lists: { tracks }, lacking: 'tracks' })));
    const [less, , half] = backups;
    expect(superfluous(backups, newestOnly, 'UTC')).toEqual([half, less]);
  });

  it('has what is whole also when it is closed by now, and was short or closed between', () => {
    const [whole, short, closed] = [
      { lists: { tracks: 100, albums: 1 } },
      { lists: { tracks: 101, albums: 1 }, lacking: 'tracks' },
      { lists: { albums: 1 } },
    ];
    expect(superfluous(inTurn(whole, short, closed), newestOnly, 'UTC')).toEqual([]);
    expect(superfluous(inTurn(whole, closed, short), newestOnly, 'UTC')).toHaveLength(1);
    expect(superfluous(inTurn(closed, whole, closed, closed), newestOnly, 'UTC')).toHaveLength(2);
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
    const full = { tracks: 1, albums: 1, playlists: 1 };
    const [older, old] = [at('2026-11-17T03:15:00Z', { lists: full }), at('2026-11-18T03:15:00Z', { lists: full })];
    const [less, bare, newest] = [
      at('2026-11-19T03:15:00Z', { lists: { tracks: 1, albums: 1 } }),
      at('2026-11-20T03:15:00Z'),
      at('2026-11-21T03:15:00Z'),
    ];
    expect(superfluous([older, old, less, bare, newest], newestOnly, 'UTC')).toEqual([bare, older]);
    const whole = at('2026-11-22T03:15:00Z', { lists: full });
    expect(superfluous([old, less, whole], newestOnly, 'UTC')).toEqual([less, old]);
    const unread = { ...at('2026-11-23T03:15:00Z'), summary: null };
    expect(superfluous([whole, unread], newestOnly, 'UTC')).toEqual([]);
  });

  it('is what was made by hand or found in the folder, and that does not count', () => {
    const [old, newest] = [at('2026-11-18T03:15:00Z'), at('2026-11-20T03:15:00Z')];
    const byHand = ['2026-11-21T12:00:00Z', '2026-11-22T12:00:00Z'].map((iso) => at(iso, { trigger: 'owner' }));
    const found = at('2026-11-17T12:00:00Z', { trigger: 'found' });
    expect(superfluous([...byHand, found, old, newest], newestOnly, 'UTC')).toEqual([old]);
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
