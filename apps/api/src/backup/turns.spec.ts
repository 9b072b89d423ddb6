import { describe, expect, it } from 'vitest';
import type { ArchivedList, Manifest } from './archive/documents.js';
import { listFacts } from './archive/testing/library.js';
import type { PlaylistBefore } from './backup-before.js';
import { type Turns, readAgain, turnsOf } from './turns.js';

describe('what is read again', () => {
  const DAY_MS = 86_400_000;
  const NOW = Date.parse('2026-11-28T03:15:00Z');
  const closed = (ids: string, facts: Partial<PlaylistBefore> = {}): Map<string, PlaylistBefore> =>
    new Map([...ids].map((id) => [id, { version: 'v1', owner: 'owner', closed: 'It is closed.', ...facts }]));
  const daysAgo = (days: number): Date => new Date(NOW - days * DAY_MS);
  /** A backup that has these lists, read so many days ago. */
  const backupWith = (
    days: Record<string, number>,
    { order = 'chart', startedAt = daysAgo(1) }: { order?: ArchivedList['order']; startedAt?: Date } = {},
  ): Pick<Manifest, 'lists' | 'startedAt'> => ({
    lists: Object.entries(days).map(([name, ago]) => ({
      ...listFacts(name, { order, readAt: daysAgo(ago) }),
      json: '',
      csv: '',
      count: 0,
    })),
    startedAt,
  });
  const NO_CHARTS = backupWith({});
  const read = (
    earlier: Pick<Manifest, 'lists' | 'startedAt'>,
    before: ReadonlyMap<string, PlaylistBefore>,
    { account = 'somebody-else', at = NOW, room = 1, long = [] }: Partial<Turns & { account: string; at: number }> = {},
  ): string[] => [...readAgain(earlier, before, { account, at, room, long })];

  it.each([1, 5, 7])('is one closed playlist, and each has its day when a backup is made every %d days', (days) => {
    const names = Array.from({ length: 60 }, (_, number) =>
      read(NO_CHARTS, closed('dacbe'), { at: NOW + number * days * DAY_MS }),
    );
    expect(new Set(names.map(({ length }) => length))).toEqual(new Set([1]));
    expect([...new Set(names.flat())].sort()).toEqual([...'abcde'].map((id) => `playlist:${id}`));
  });

  it('is the same playlist all day, in whatever order they are', () => {
    expect(read(NO_CHARTS, closed('ebcad'), { at: NOW + 3_600_000 })).toEqual(read(NO_CHARTS, closed('dacbe')));
  });

  it('is nothing of what is open, one’s own, or not a chart', () => {
    expect(read(NO_CHARTS, closed('b'))).toEqual(['playlist:b']);
    expect(read(NO_CHARTS, closed('b', { closed: null }))).toEqual([]);
    expect(read(NO_CHARTS, closed('b', { owner: 'somebody-else' }))).toEqual([]);
    expect(read(backupWith({ tracks: 90 }, { order: 'newest' }), closed(''))).toEqual([]);
    expect(read(backupWith({ artists: 90 }, { order: 'none' }), closed(''))).toEqual([]);
  });

  it('is of charts as many as there is room for, those first that were read longest ago, when that is a week', () => {
    const charts = backupWith({ one: 7, two: 9, three: 8, four: 6, five: 9 });
    expect(read(charts, closed(''))).toEqual(['two']);
    expect(read(charts, closed(''), { room: 3 })).toEqual(['two', 'five', 'three']);
    expect(read(charts, closed(''), { room: 7 })).toEqual(['two', 'five', 'three', 'one']);
    expect(read(backupWith({ one: 7, two: 7 }), closed(''))).toEqual(['one']);
  });

  it('is never more than there is room for, also with closed playlists', () => {
    for (let day = 0; day < 20; day += 1) {
      const now = { at: NOW + day * DAY_MS, room: 3 };
      const startedAt = new Date(now.at - DAY_MS);
      expect(read(backupWith({ one: 7, two: 9, three: 8, four: 9 }, { startedAt }), closed('abc'), now)).toHaveLength(
        3,
      );
    }
  });

  it.each([1, 2, 5])('is in time each chart and each closed playlist, every %d days', (days) => {
    const ages: Record<string, number> = { one: 0, two: 0, three: 0, four: 0, five: 0, six: 0 };
    const turns = new Map<string, number>();
    for (let turn = 1; turn <= 120; turn += 1) {
      const now = turn * days;
      const earlier = backupWith(ages, { startedAt: daysAgo(days - now) });
      const [name, ...others] = read(earlier, closed('abc'), { at: NOW + now * DAY_MS });
      if (name === undefined || others.length > 0) throw new Error('There is always something closed.');
      turns.set(name, (turns.get(name) ?? 0) + 1);
      if (name in ages) ages[name] = -now;
    }
    const playlists = [...'abc'].map((id) => `playlist:${id}`);
    expect([...turns.keys()].sort()).toEqual([...Object.keys(ages), ...playlists].sort());
    for (const count of turns.values()) expect(count).toBeGreaterThanOrEqual(3);
  });

  it('is also of long lists, each in its turn', () => {
    const charts = backupWith({ one: 7, two: 9 });
    expect(read(charts, closed(''), { long: ['artists'], room: 3 }).sort()).toEqual(['artists', 'one', 'two']);
    const names = new Set<string>();
    for (let day = 0; day < 20; day += 1) {
      const now = { at: NOW + day * DAY_MS, room: 2, long: ['artists', 'audiobooks'] };
      const today = read(backupWith({ one: 7 }, { startedAt: new Date(now.at - DAY_MS) }), closed('b'), now);
      expect(today).toHaveLength(2);
      for (const name of today) names.add(name);
    }
    expect([...names].sort()).toEqual(['artists', 'audiobooks', 'one', 'playlist:b']);
  });

  it('is every chart, and a closed playlist, when the backup before is of last week', () => {
    const ages = { one: 6.999, two: 6.999, three: 13, four: 2 };
    const lastWeek = backupWith(ages, { startedAt: daysAgo(6.9995) });
    expect(read(lastWeek, closed('b'))).toEqual(['three', 'one', 'two', 'playlist:b']);
    expect(read(backupWith(ages, { startedAt: daysAgo(6) }), closed(''))).toEqual(['three']);
  });

  it('has room for what is left of ten calls', () => {
    const list = (name: string, order: ArchivedList['order']) => ({
      name,
      title: name,
      order,
      pageSize: 50,
      byOffset: true,
    });
    const shape = (lists: ReturnType<typeof list>[], hasPlaylists: boolean) => ({
      lists,
      hasPlaylists,
      scopes: [],
      writes: null,
    });
    const counts: Record<string, number> = { artists: 51, audiobooks: 50, tracks: 9_000, top: 200 };
    const earlier = {
      list: (name: string) =>
        backupWith({ [name]: 1 }).lists.map((one) => ({ ...one, count: counts[name] ?? 0 }))[0] ?? null,
    };
    const lists = [list('tracks', 'newest'), list('audiobooks', 'none'), list('artists', 'none'), list('top', 'chart')];
    expect(turnsOf(shape(lists, true), earlier)).toEqual({ room: 5, long: ['artists'] });
    expect(turnsOf(shape(lists.slice(0, 1), false), earlier)).toEqual({ room: 8, long: [] });
  });
});
