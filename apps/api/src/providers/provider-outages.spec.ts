import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Database, type Notifications, openDatabase, openNotifications } from '#database';
import { ProviderError, type ProviderErrorCode } from '#listening';
import { migratedDatabase } from '../../../../test/support/database.js';
import { eventually } from '../../../../test/support/eventually.js';
import { ProviderOutages } from './provider-outages.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
let database: Database;
let notifications: Notifications;

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await openDatabase({ databaseUrl: await migratedDatabase(), dataDir: '/nowhere', log: silent });
  notifications = openNotifications({ connectionString: database.connectionString, log: silent });
});
afterAll(async () => {
  await notifications.close();
  await database.close();
});
beforeEach(() => database.prisma.providerOutage.deleteMany({}));
afterEach(async () => {
  vi.useRealTimers();
  // What a test has left to write must not come into the next one.
  for (const outages of all.splice(0)) await outages.sync();
});

const all: ProviderOutages[] = [];

/** What a process knows of outages, as it is after its start. */
async function started(): Promise<ProviderOutages> {
  const outages = new ProviderOutages(database, notifications);
  all.push(outages);
  await outages.onModuleInit();
  return outages;
}

const refused = (code: ProviderErrorCode = 'owner_premium_required'): Promise<never> =>
  Promise.reject(new ProviderError(code, { message: 'It is refused.', remedy: 'Pay.' }));

const readWell = (outages: ProviderOutages): Promise<number> => outages.watch('tape', Promise.resolve(1));

async function readRefused(outages: ProviderOutages, code?: ProviderErrorCode): Promise<void> {
  await expect(outages.watch('tape', refused(code))).rejects.toThrow('It is refused.');
}

/** A read that is under way until it is told how it ends. */
function underWay(outages: ProviderOutages) {
  let succeed = (): void => undefined;
  let fail = (): void => undefined;
  const held = new Promise<number>((resolve, reject) => {
    succeed = () => {
      resolve(1);
    };
    fail = () => {
      refused().catch(reject);
    };
  });
  const reading = outages.watch('tape', held).catch(() => 0);
  const end = async (how: () => void): Promise<void> => {
    how();
    await reading;
  };
  return { succeed: () => end(succeed), fail: () => end(fail) };
}

const rows = () => database.prisma.providerOutage.findMany();

/** Lets every query about outages fail, and succeed again. */
const goAway = () => database.prisma.$executeRaw`ALTER TABLE provider_outages RENAME TO provider_outages_away`;
const comeBack = () => database.prisma.$executeRaw`ALTER TABLE provider_outages_away RENAME TO provider_outages`;

describe('an outage', () => {
  it('is known to every process and to the next start, until one of them is let in', async () => {
    const [one, other] = [await started(), await started()];
    await readRefused(one);
    await eventually(() => {
      expect(other.get('tape')).toMatchObject({ error: { code: 'owner_premium_required' } });
      return Promise.resolve();
    });
    expect((await started()).get('tape')).not.toBeNull();
    await readWell(other);
    await eventually(() => {
      expect(one.get('tape')).toBeNull();
      return Promise.resolve();
    });
  });

  it.each(['user_not_registered', 'insufficient_scope', 'forbidden', 'not_supported'] as const)(
    'is over when the app is refused for something else: %s',
    async (code) => {
      const outages = await started();
      await readRefused(outages);
      await readRefused(outages, code);
      expect(outages.get('tape')).toBeNull();
    },
  );

  it.each(['upstream_timeout', 'upstream_error', 'upstream_rate_limited', 'reauthorization_required'] as const)(
    'goes on when nobody knows whether it is over: %s',
    async (code) => {
      const outages = await started();
      await readRefused(outages);
      await readRefused(outages, code);
      expect(outages.get('tape')).not.toBeNull();
    },
  );

  it('is not ended by a good read that was begun before it', async () => {
    const outages = await started();
    const { succeed } = underWay(outages);
    await readRefused(outages);
    await succeed();
    expect(outages.get('tape')).not.toBeNull();
  });

  it('does not begin again by a read that was begun before its end', async () => {
    const outages = await started();
    await readRefused(outages);
    const { fail } = underWay(outages);
    await readWell(outages);
    await fail();
    expect(outages.get('tape')).toBeNull();
  });

  it('that begins and ends at once leaves nothing behind, however long the database takes for each', async () => {
    await database.prisma.$executeRaw`
      CREATE FUNCTION take_long() RETURNS trigger AS 'BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END' LANGUAGE plpgsql`;
    await database.prisma.$executeRaw`
      CREATE TRIGGER take_long BEFORE INSERT ON provider_outages FOR EACH ROW EXECUTE FUNCTION take_long()`;
    try {
      const outages = await started();
      await readRefused(outages);
      await readWell(outages);
      await readRefused(outages);
      await readWell(outages);
      await eventually(async () => {
        const [{ busy } = { busy: true }] = await database.prisma.$queryRaw<{ busy: boolean }[]>`
          SELECT count(*) > 0 AS busy FROM pg_stat_activity
           WHERE pid <> pg_backend_pid() AND state = 'active' AND datname = current_database()`;
        expect(busy).toBe(false);
        expect(await rows()).toEqual([]);
      });
      await outages.sync();
      expect(await rows()).toEqual([]);
      expect(outages.get('tape')).toBeNull();
    } finally {
      await database.prisma.$executeRaw`DROP FUNCTION take_long CASCADE`;
    }
  });
});

describe('an outage that the database was not there to be told of', () => {
  it('is written down when it is back', async () => {
    const outages = await started();
    await goAway();
    try {
      await readRefused(outages);
      await expect(outages.sync()).rejects.toThrow();
      expect(outages.get('tape')).not.toBeNull();
    } finally {
      await comeBack();
    }
    await outages.sync();
    expect((await started()).get('tape')).not.toBeNull();
  });

  it('is probed by this process all the same', async () => {
    const outages = await started();
    await goAway();
    try {
      await readRefused(outages);
      await expect(outages.sync()).rejects.toThrow();
      expect(await outages.claimProbe('tape', false)).toBe(false);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 34 * 60_000 });
      expect(await outages.claimProbe('tape', false)).toBe(true);
      expect(await outages.claimProbe('tape', false)).toBe(false);
    } finally {
      await comeBack();
    }
  });

  it('is forgotten when nobody else knows it any more', async () => {
    const outages = await started();
    await readRefused(outages);
    await outages.sync();
    await database.prisma.providerOutage.deleteMany({});
    await outages.sync();
    expect(outages.get('tape')).toBeNull();
  });
});

describe('a probe', () => {
  it('is taken on by one process, when it is due', async () => {
    const [one, other] = [await started(), await started()];
    await readRefused(one);
    await one.sync();
    expect(await one.claimProbe('tape', false)).toBe(false);
    await database.prisma.$executeRaw`UPDATE provider_outages SET probe_at = now()`;
    const claims = await Promise.all([one.claimProbe('tape', false), other.claimProbe('tape', false)]);
    expect(claims.sort()).toEqual([false, true]);
  });

  it('at a start is not sent within a minute of another, and is after that', async () => {
    const outages = await started();
    await readRefused(outages);
    await outages.sync();
    expect(await outages.claimProbe('tape', true)).toBe(false);
    await database.prisma.$executeRaw`UPDATE provider_outages SET asked_at = now() - interval '61 s'`;
    expect(await outages.claimProbe('tape', true)).toBe(true);
    expect(await outages.claimProbe('tape', true)).toBe(false);
  });
});

describe('an outage that a clock has noted which was a year ahead', () => {
  const year = 365 * 86_400_000;

  it('is probed at once, by one process', async () => {
    const [one, other] = [await started(), await started()];
    await readRefused(one);
    await one.sync();
    await database.prisma.$executeRaw`UPDATE provider_outages SET probe_at = probe_at + interval '1 year'`;
    const claims = await Promise.all([one.claimProbe('tape', false), other.claimProbe('tape', false)]);
    expect(claims.sort()).toEqual([false, true]);
  });

  it('counts as not asked about at a start', async () => {
    const outages = await started();
    await readRefused(outages);
    await outages.sync();
    await database.prisma.$executeRaw`UPDATE provider_outages SET asked_at = asked_at + interval '1 year'`;
    expect(await outages.claimProbe('tape', false)).toBe(false);
    expect(await outages.claimProbe('tape', true)).toBe(true);
  });

  it('is probed by the process that alone knows it', async () => {
    const outages = await started();
    await goAway();
    try {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + year });
      await readRefused(outages);
      await expect(outages.sync()).rejects.toThrow();
      vi.useRealTimers();
      expect(await outages.claimProbe('tape', false)).toBe(true);
      expect(await outages.claimProbe('tape', false)).toBe(false);
    } finally {
      await comeBack();
    }
  });

  it('is over for all when the app is let in', async () => {
    const outages = await started();
    await readRefused(outages);
    await outages.sync();
    await database.prisma.$executeRaw`UPDATE provider_outages SET since = since + interval '1 year'`;
    await readWell(outages);
    await outages.sync();
    expect(await rows()).toEqual([]);
    expect(outages.get('tape')).toBeNull();
  });
});
