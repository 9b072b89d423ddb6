import { describe, expect, it } from 'vitest';
import type { LibraryList, LibraryShape } from '#listening';
import type { ArchivedList } from '../archive/documents.js';
import { listFacts } from '../archive/testing/library.js';
import type { PlaylistBefore } from './backup-before.js';
import { type Turns, readAgain, turnsOf } from './turns.js';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-28T03:15:00Z');

describe('what takes turns', () => {
  const list = (name: string, order: LibraryList['order'], days?: number): LibraryList => ({
    name,
    title: name,
    order,
    ...(days !== undefined && { days }),
    pageSize: 50,
    byOffset: true,
  });
  const shape = (lists: LibraryList[], hasPlaylists = false): LibraryShape => ({
    lists,
    hasPlaylists,
    scopes: [],
    writes: null,
  });
  /** A backup that has these lists. */
  const earlier = (
    known: Record<string, { daysAgo?: number; count?: number }>,
  ): { list: (name: string) => ArchivedList | null } => ({
    list: (name) => {
      const { daysAgo = 0, count = 0 } = known[name] ?? {};
      const facts = listFacts(name, { readAt: new Date(NOW - daysAgo * DAY_MS) });
      return name in known ? { ...facts, json: '', csv: '', count } : null;
    },
  });

  it('has room for what is left of ten calls', () => {
    const lists = [list('tracks', 'newest'), list('audiobooks', 'none'), list('artists', 'none'), list('top', 'chart')];
    const known = earlier({
      artists: { count: 51 },
      audiobooks: { count: 50 },
      tracks: { count: 9_000 },
      top: { count: 200 },
    });
    expect(turnsOf(shape(lists, true), known, NOW)).toEqual({ room: 5, charts: [], overdue: 0, long: ['artists'] });
    expect(turnsOf(shape(lists.slice(0, 1)), known, NOW)).toEqual({ room: 8, charts: [], overdue: 0, long: [] });
  });

  it('are charts that are a week old, first those that are oldest for the time that they tell of', () => {
    const lists = [
      list('ever', 'chart'),
      list('year', 'chart', 365),
      list('month', 'chart', 30),
      list('week', 'chart', 7),
      list('new', 'chart', 7),
      list('tracks', 'newest'),
    ];
    const charts = (known: Parameters<typeof earlier>[0]): string[] =>
      turnsOf(shape(lists), earlier(known), NOW).charts;
    const read = (...ages: number[]): string[] =>
      charts(Object.fromEntries(ages.map((daysAgo, at) => [lists[at]?.name ?? '', { daysAgo }])));
    expect(read(7, 7, 7, 7)).toEqual(['week', 'month', 'ever', 'year']);
    expect(read(200, 90, 7, 6)).toEqual(['ever', 'year', 'month']);
    const overdue = (daysAgo: number) => turnsOf(shape(lists), earlier({ month: { daysAgo } }), NOW).overdue;
    expect([overdue(28.9), overdue(29.1)]).toEqual([0, 1]);
    expect(charts({ week: { daysAgo: 6.51 }, month: { daysAgo: 6.49 }, tracks: { daysAgo: 90 } })).toEqual(['week']);
  });

  it('are in time all charts, the sooner the less time they tell of', () => {
    const lists = [28, 182, 365].flatMap((days) => [
      list(`tracks ${days}`, 'chart', days),
      list(`artists ${days}`, 'chart', days),
    ]);
    const readOn = new Map(lists.map(({ name }) => [name, 0]));
    const oldest = new Map<string, number>();
    for (let day = 7; day < 7 * 200; day += 7) {
      const known = earlier(Object.fromEntries([...readOn].map(([name, on]) => [name, { daysAgo: day - on }])));
      const [name = ''] = turnsOf(shape(lists), known, NOW).charts;
      for (const [other, on] of readOn) oldest.set(other, Math.max(oldest.get(other) ?? 0, day - on));
      readOn.set(name, day);
    }
    for (const { name, days = 0 } of lists) expect(oldest.get(name), name).toBeLessThan(days + 7);
  });
});

describe('what is read again', () => {
  const closed = (ids: string, facts: Partial<PlaylistBefore> = {}): Map<string, PlaylistBefore> =>
    new Map(
      [...ids].map((id) => [
        id,
        { version: 'v1', owner: 'owner', standing: 'closed', told: 'It is closed.', lack: null, ...facts },
      ]),
    );
  const read = (
    before: ReadonlyMap<string, PlaylistBefore>,
    {
      account = 'somebody-else',
      at = NOW,
      hasMoved = false,
      room = 1,
      charts = [],
      overdue = 0,
      long = [],
    }: Partial<Turns> & { account?: string; at?: number; hasMoved?: boolean } = {},
  ): string[] => [...readAgain(before, { account, at, hasMoved, room, charts, overdue, long })];

  it.each([1, 5, 7])('is one closed playlist, and each has its day when a backup is made every %d days', (days) => {
    const names = Array.from({ length: 60 }, (_, number) =>
      read(closed('dacbe'), { at: NOW + number * days * DAY_MS }),
    );
    expect(new Set(names.map(({ length }) => length))).toEqual(new Set([1]));
    expect([...new Set(names.flat())].sort()).toEqual([...'abcde'].map((id) => `playlist:${id}`));
  });

  it('is the same playlist all day, in whatever order they are', () => {
    expect(read(closed('ebcad'), { at: NOW + 3_600_000 })).toEqual(read(closed('dacbe')));
  });

  it('is nothing of what is open, or one’s own', () => {
    expect(read(closed('b'))).toEqual(['playlist:b']);
    expect(read(closed('b', { standing: 'good' }))).toEqual([]);
    expect(read(closed('b', { standing: 'doubtful' }))).toEqual([]);
    expect(read(closed('b', { owner: 'somebody-else' }))).toEqual([]);
  });

  it('is of charts as many as there is room for', () => {
    const charts = ['one', 'two', 'three'];
    expect(read(closed(''), { charts })).toEqual(['one']);
    expect(read(closed(''), { charts, room: 2 })).toEqual(['one', 'two']);
    expect(read(closed(''), { charts, room: 7 })).toEqual(charts);
  });

  it.each([1, 7, 26])('is never more than there is room for, and each has its turn, every %d days', (days) => {
    const parts = { charts: ['one'], long: ['artists', 'audiobooks'] };
    const names = new Set<string>();
    for (let turn = 0; turn < 60; turn += 1) {
      const now = read(closed('ab'), { ...parts, at: NOW + turn * days * DAY_MS, room: 2 });
      expect(now).toHaveLength(2);
      for (const name of now) names.add(name);
    }
    expect([...names].sort()).toEqual(['artists', 'audiobooks', 'one', 'playlist:a', 'playlist:b']);
  });

  it('is a chart that is overdue in any case, and in the place that is left what the lots say', () => {
    const parts = { charts: ['one', 'two', 'three'], overdue: 2, long: ['artists', 'audiobooks'], room: 2 };
    const others = new Set<string>();
    for (let day = 0; day < 60; day += 1) {
      const [first, other = '', ...more] = read(closed('a'), { ...parts, at: NOW + day * DAY_MS });
      expect([first, more]).toEqual(['one', []]);
      others.add(other);
    }
    expect([...others].sort()).toEqual(['artists', 'audiobooks', 'playlist:a', 'two']);
    expect(read(closed(''), { ...parts, long: [], room: 3 })).toEqual(['one', 'two', 'three']);
  });

  it('is everything of what has had weeks to change, and has, and of closed playlists one', () => {
    const parts = { charts: ['one', 'two', 'three'], long: ['artists'], hasMoved: true };
    expect(read(closed('b'), parts)).toEqual(['one', 'two', 'three', 'playlist:b', 'artists']);
    expect(read(closed('bcd'), parts)).toHaveLength(5);
  });
});
