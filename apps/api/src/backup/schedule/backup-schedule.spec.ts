import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { type Database, openDatabase } from '#database';
import { PROVIDERS } from '#providers';
import { migratedDatabase } from '../../../../../test/support/database.js';
import { eventually } from '../../../../../test/support/eventually.js';
import { hourly } from '../../../../../test/support/hourly.js';
import type { RunningProviders } from '../../providers/running-providers.js';
import { PlatformSettings } from '../../settings/platform.settings.js';
import type { Backups } from '../backups.js';
import { BackupSchedule } from './backup-schedule.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const SETTINGS = hourly();
let database: Database;

beforeAll(async () => {
  database = await openDatabase({ databaseUrl: await migratedDatabase(), dataDir: '/nowhere', log: silent });
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => database.close());

const slots = (): Promise<number> => database.prisma.scheduleSlot.count();

it('goes on with what could not be begun, and takes the moment for done when all is', async () => {
  const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
  const begun: string[] = [];
  let isAway = true;
  const backups = {
    beginScheduled: (provider: string): Promise<void> => {
      if (provider === 'lastfm' && isAway) return Promise.reject(new Error('It is away.'));
      begun.push(provider);
      return Promise.resolve();
    },
  } as unknown as Backups;
  const all = PROVIDERS.map((provider) => ({ provider, running: { reads: { library: {} } } }));
  const schedule = new BackupSchedule(
    database,
    backups,
    { all } as unknown as RunningProviders,
    Object.assign(new PlatformSettings(), SETTINGS),
  );
  await schedule.onApplicationBootstrap();
  await database.prisma.$executeRaw`UPDATE schedule_slots SET slot = slot - interval '1 hour'`;
  await eventually(async () => {
    schedule.look();
    expect(begun.length).toBeGreaterThan(2);
    await Promise.resolve();
  });
  expect(begun).not.toContain('lastfm');
  expect(await slots()).toBe(1);
  // Once, however often it is tried.
  expect(warn.mock.calls).toEqual([['A backup of Last.fm is due and cannot be begun yet (It is away.).']]);
  isAway = false;
  await eventually(async () => {
    schedule.look();
    expect(await slots()).toBe(2);
  });
  expect(begun).toContain('lastfm');
  const count = begun.length;
  schedule.look();
  await eventually(async () => {
    schedule.look();
    expect(schedule.missed({ made: null, first: { createdAt: new Date(), trigger: 'owner' } })).toBeNull();
    await Promise.resolve();
  });
  expect(begun).toHaveLength(count);
});

it('begins anew when another schedule was kept since', async () => {
  const schedule = (BACKUP_CRON: string): BackupSchedule =>
    new BackupSchedule(
      database,
      {} as unknown as Backups,
      { all: [] } as unknown as RunningProviders,
      Object.assign(new PlatformSettings(), { ...SETTINGS, BACKUP_CRON }),
    );
  const taken = (minute: string): Promise<unknown> => database.prisma.$queryRaw`
    SELECT count(*)::int AS taken FROM schedule_slots WHERE job LIKE ${`backup ${minute} %`} AND slot > now() - interval '1 minute'`;
  const back = (): Promise<unknown> => database.prisma.$executeRaw`
    UPDATE schedule_slots SET slot = slot - interval '1 day'`;
  await schedule('1 0 1 1 *').onApplicationBootstrap();
  await back();
  await schedule('1 0 1 1 *').onApplicationBootstrap();
  expect(await taken('1')).toEqual([{ taken: 0 }]);
  await schedule('2 0 1 1 *').onApplicationBootstrap();
  await back();
  // As if the clock had been ahead: that says nothing.
  await database.prisma.$executeRaw`INSERT INTO schedule_slots VALUES ('backup 3 0 1 1 *', now() + interval '1 year')`;
  await schedule('2 0 1 1 *').onApplicationBootstrap();
  expect(await taken('2')).toEqual([{ taken: 0 }]);
  await schedule('1 0 1 1 *').onApplicationBootstrap();
  expect(await taken('1')).toEqual([{ taken: 1 }]);
});
