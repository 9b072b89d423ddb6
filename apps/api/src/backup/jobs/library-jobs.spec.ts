import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, type Notifications, openDatabase, openNotifications } from '#database';
import { migratedDatabase } from '../../../../../test/support/database.js';
import { LibraryJobs } from './library-jobs.js';

const WORKER = '00000000-0000-4000-8000-000000000000';
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
let database: Database;
let notifications: Notifications;
let jobs: LibraryJobs;

beforeAll(async () => {
  database = await openDatabase({ databaseUrl: await migratedDatabase(), dataDir: '/nowhere', log: silent });
  notifications = openNotifications({ connectionString: database.connectionString, log: silent });
  jobs = new LibraryJobs(database, notifications, 'backups');
});
afterAll(async () => {
  await notifications.close();
  await database.close();
});
beforeEach(async () => {
  await database.prisma.backup.deleteMany({});
  await database.prisma.restore.deleteMany({});
});

/** Whether a job is taken on whose moments lie so far from now. */
async function isDue(state: 'queued' | 'running' | 'paused', days: number, courtesyMs = 0): Promise<boolean> {
  const moment = new Date(Date.now() + days * 86_400_000);
  const data = {
    provider: 'tape',
    name: 'one',
    trigger: 'owner',
    state,
    createdAt: moment,
    leaseUntil: moment,
    resumeAt: moment,
  };
  await database.prisma.backup.create({ data });
  return (await jobs.claim(WORKER, ['tape'], () => Promise.resolve(courtesyMs))) !== null;
}

describe('a job', () => {
  it.each([
    ['queued', 365, true],
    ['running', 365, true],
    ['paused', 365, true],
    ['paused', 14.7, false],
    ['paused', 0.01, false],
    ['running', 0.0001, false],
    ['paused', -0.01, true],
  ] as const)('that is %s with moments %d days ahead is due: %s', async (state, days, due) => {
    expect(await isDue(state, days)).toBe(due);
  });

  it('that has just been asked for is left to others for a while, though its moment seems to come yet', async () => {
    expect(await isDue('queued', 0.0001, 5_000)).toBe(false);
  });

  it('that a clock that was ahead has paused is told to wait for the one that is under way', async () => {
    const resumeAt = new Date(Date.now() + 365 * 86_400_000);
    const { id } = await database.prisma.backup.create({
      data: { provider: 'tape', name: 'one', trigger: 'owner', state: 'paused', resumeAt },
    });
    await database.prisma.restore.create({
      data: { backupId: id, backupName: 'two', provider: 'tape', account: {}, wanted: {}, state: 'running' },
    });
    expect(await jobs.obstructed()).toEqual(new Set([id]));
  });
});
