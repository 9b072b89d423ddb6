import { CronTime } from 'cron';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DueSlots } from './due-slots.js';

const at = (iso: string): Date => new Date(iso);
const NIGHTLY = '15 3 * * *';

describe('the slots of a schedule', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('are of the time zone of the owner, whichever the machine has', () => {
    const noon = at('2026-11-21T12:00:00Z');
    expect(new DueSlots(NIGHTLY, 'Asia/Tokyo').next(noon)).toEqual(at('2026-11-21T18:15:00Z'));
    expect(new DueSlots(NIGHTLY, 'America/New_York').next(noon)).toEqual(at('2026-11-22T08:15:00Z'));
    expect(new DueSlots(NIGHTLY, 'UTC').next(at('2026-11-21T03:15:00Z'))).toEqual(at('2026-11-22T03:15:00Z'));
  });

  it.each(['*/7 * * * *', '*/15 2-3 * * *', NIGHTLY, '0 4 * * 0'])(
    'of %s are the same, however they are looked for',
    (cron) => {
      const slots = new DueSlots(cron, 'Europe/Stockholm');
      const moments = fc.date({
        min: at('2026-10-24T20:00:00Z'),
        max: at('2026-10-25T06:00:00Z'),
        noInvalidDate: true,
      });
      fc.assert(
        fc.property(moments, fc.nat(600 * 60_000), (after, lengthMs) => {
          const now = new Date(after.getTime() + lengthMs);
          const all: Date[] = [];
          for (let slot = slots.next(after); slot <= now; slot = slots.next(slot)) all.push(slot);
          expect(slots.last(after, now)).toEqual(all.at(-1) ?? null);
          expect(slots.count(after, now, 1_000)).toBe(all.length);
        }),
        { numRuns: 10 },
      );
    },
  );

  it.each([
    [NIGHTLY, 'Europe/Berlin', '2026-10-24T20:00:00Z', ['2026-10-25T02:15:00Z', '2026-10-26T02:15:00Z']],
    ['0 2 * * *', 'America/New_York', '2026-10-31T20:00:00Z', ['2026-11-01T07:00:00Z', '2026-11-02T07:00:00Z']],
    ['0 2 * * *', 'Europe/London', '2026-10-24T23:59:00Z', ['2026-10-25T02:00:00Z', '2026-10-26T02:00:00Z']],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T20:00:00Z', ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z']],
    // What the clock leaves out in spring is made up for when it has jumped.
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T20:00:00Z', ['2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z']],
    ['15 3 1 * *', 'Europe/Berlin', '2026-10-01T12:00:00Z', ['2026-11-01T02:15:00Z', '2026-12-01T02:15:00Z']],
  ])('of %s in %s come once where the clock is changed', (cron, timezone, after, expected) => {
    const slots = new DueSlots(cron, timezone);
    const first = slots.next(at(after));
    expect([first, slots.next(first)]).toEqual(expected.map(at));
  });

  it('go on where half an hour comes twice', () => {
    const slots = new DueSlots('*/15 * * * *', 'Australia/Lord_Howe');
    const [after, now] = [at('2026-04-04T15:00:00Z'), at('2026-04-04T16:00:00Z')];
    expect(slots.next(after).getTime()).toBeGreaterThan(after.getTime());
    expect(slots.last(at('2026-04-04T10:00:00Z'), now)).toEqual(now);
  });

  it.each([
    ['* * * * *', '2026-11-21T12:00:00Z'],
    [NIGHTLY, '2026-11-21T03:15:00Z'],
    ['15 3 1 1 *', '2026-01-01T03:15:00Z'],
  ])('of %s are found in some tens of steps after years', (cron, last) => {
    const steps = vi.spyOn(CronTime.prototype, 'getNextDateFrom');
    const slots = new DueSlots(cron, 'UTC');
    const [after, now] = [at('2020-01-01T00:00:30Z'), at('2026-11-21T12:00:00Z')];
    expect(slots.last(after, now)).toEqual(at(last));
    expect(steps.mock.calls.length).toBeLessThanOrEqual(50);
    slots.many(after, now);
    expect(steps.mock.calls.length).toBeLessThanOrEqual(110);
    steps.mockClear();
    slots.many(after, now);
    slots.last(after, now);
    expect(steps).not.toHaveBeenCalled();
  });

  it('are missed when more than the one that may be under way was due, and counted to fifty', () => {
    const slots = new DueSlots(NIGHTLY, 'UTC');
    const [began, made] = [at('2026-01-01T12:00:00Z'), at('2026-11-21T04:00:00Z')];
    expect(slots.missed(made, began, at('2026-11-22T03:14:59Z'))).toBeNull();
    expect(slots.missed(made, began, at('2026-11-22T03:15:00Z'))).toBeNull();
    expect(slots.missed(made, began, at('2026-11-23T03:15:00Z'))).toEqual({ count: '2', since: made });
    expect(slots.missed(made, began, at('2027-01-10T03:15:00Z'))).toEqual({ count: '50', since: made });
    expect(slots.missed(made, began, at('2027-01-11T03:15:00Z'))).toEqual({ count: 'More than 50', since: made });
  });

  it('count from the one for which the first was begun while none is made', () => {
    const slots = new DueSlots(NIGHTLY, 'UTC');
    const [began, first] = [at('2026-11-01T12:00:00Z'), at('2026-11-21T03:15:04Z')];
    const after = slots.before(first, began);
    expect(slots.missed(after, began, at('2026-11-22T03:14:59Z'))).toBeNull();
    expect(slots.missed(after, began, at('2026-11-22T03:15:00Z'))).toMatchObject({ count: '2' });
    expect(slots.missed(slots.before(began, began), began, at('2026-11-02T03:15:00Z'))).toBeNull();
    expect(slots.missed(slots.before(first, first), first, at('2026-11-22T03:15:00Z'))).toBeNull();
  });

  it('are not missed before the schedule began', () => {
    const slots = new DueSlots(NIGHTLY, 'UTC');
    const [made, began] = [at('2026-11-01T12:00:00Z'), at('2026-11-21T12:00:00Z')];
    expect(slots.missed(made, began, at('2026-11-21T12:00:16Z'))).toBeNull();
    expect(slots.missed(made, began, at('2026-11-22T12:00:00Z'))).toBeNull();
    expect(slots.missed(made, began, at('2026-11-23T12:00:00Z'))).toEqual({ count: '2', since: began });
  });
});
