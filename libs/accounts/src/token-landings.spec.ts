import { mkdir, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SPOOL_FOLDER } from './landing-spool.js';
import { type CuttableProxy, startCuttableProxy } from './testing/cuttable-proxy.js';
import { Crash } from './testing/crash.js';
import { type Workshop, makeLog, openWorkshop } from './testing/room.js';
import { openedRow } from './testing/row.js';

let shop: Workshop;
let proxy: CuttableProxy;
let folder: string;

beforeAll(async () => {
  shop = await openWorkshop();
  proxy = await startCuttableProxy(shop.database.connectionString);
  folder = join(shop.dataDir, SPOOL_FOLDER);
});
afterAll(async () => {
  await shop.close();
  await proxy.close();
});
beforeEach(async () => {
  await shop.prisma.accountGrant.deleteMany();
  shop.server.authority.rotation = 'rotate-strict';
});
afterEach(async () => {
  proxy.mend();
  await rm(folder, { recursive: true, force: true });
});

const spooled = (): Promise<string[]> => readdir(folder).catch(() => []);
const eventually = (check: () => unknown) => expect.poll(check, { timeout: 10_000, interval: 10 });

/** Loses the database after the upstream has answered. @param dies whether the process ends with its tokens on the disk */
async function refreshedWithoutDatabase(dies: boolean, meanwhile: () => Promise<void> = () => Promise.resolve()) {
  const prisma = await shop.ownPool(proxy.connectionString);
  const accounts = await shop.process({
    prisma,
    failpoint: async (name) => {
      if (name === 'before-commit') {
        proxy.cut();
        await meanwhile();
      }
      if (name === 'after-commit' && dies) throw new Crash(name);
    },
  });
  const link = await shop.link(accounts);
  await shop.endAccess();
  const token = await accounts.refresher.accessToken(link.id).catch((error: unknown) => {
    if (error instanceof Crash) return 'crashed';
    throw error;
  });
  return { ...link, accounts, token };
}

describe('tokens that come while the database is away', () => {
  it('are given to who asked, and wait on the disk, sealed and for their owner alone', async () => {
    const { token, id } = await refreshedWithoutDatabase(false);
    const [name = ''] = await spooled();
    expect(name).toContain(id);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    const text = await readFile(join(folder, name), 'utf8');
    expect(shop.server.authority.secrets).toContain(token);
    for (const secret of shop.server.authority.secrets) expect(text).not.toContain(secret);
    expect(shop.log.lines.join()).not.toContain('canary');
  });

  it('reach it by themselves when it is back', async () => {
    const { id, family, accounts, token } = await refreshedWithoutDatabase(false);
    proxy.mend();
    await eventually(spooled).toEqual([]);
    const row = await openedRow(shop, accounts, id);
    expect(row).toMatchObject({ status: 'ok', version: 1, leaseUntil: null });
    expect(shop.server.authority.living(family)).toEqual([row.refreshToken]);
    expect(await accounts.refresher.accessToken(id)).toBe(token);
    await accounts.close();
  });

  it('outlive the process, and are brought in by the next start before any refresh', async () => {
    const { id, family, accounts, token } = await refreshedWithoutDatabase(true);
    expect(token).toBe('crashed');
    await accounts.close();
    const fresh = await shop.process();
    await fresh.schedule.tick();
    expect(await spooled()).toEqual([]);
    const row = await openedRow(shop, fresh, id);
    expect(row.status).toBe('ok');
    expect(shop.server.authority.living(family)).toEqual([row.refreshToken]);
    expect(shop.server.authority.requestsFor(family)).toBe(1);
  });

  it('still come in after another process has tried the old token and given up', async () => {
    const { id, family, accounts } = await refreshedWithoutDatabase(true);
    await accounts.close();
    await shop.endLeases();
    shop.server.authority.rotation = 'rotate';
    shop.server.authority.forget((await openedRow(shop, accounts, id)).refreshToken ?? '');
    const elsewhere = await shop.process({ dataDir: join(shop.dataDir, 'elsewhere'), encryptionKey: await ownKey() });
    await elsewhere.schedule.tick();
    expect(await openedRow(shop, accounts, id)).toMatchObject({ status: 'needs_consent', statusReason: 'in_doubt' });
    const back = await shop.process();
    const row = await openedRow(shop, back, id);
    expect(row).toMatchObject({ status: 'ok', inDoubt: false });
    expect(shop.server.authority.isAlive(row.refreshToken ?? '')).toBe(true);
    expect(shop.server.authority.requestsFor(family)).toBe(1);
  });

  it('wait while another process is at it, and are dropped when that has brought others', async () => {
    const { id, accounts } = await refreshedWithoutDatabase(true);
    await accounts.close();
    await shop.prisma.accountGrant.update({
      where: { id },
      data: { fence: { increment: 1 }, leaseUntil: new Date(Date.now() + 60_000) },
    });
    const fresh = await shop.process();
    expect(await spooled()).toHaveLength(1);
    await shop.prisma.accountGrant.update({
      where: { id },
      data: { version: { increment: 1 }, leaseUntil: null, attemptState: 'done' },
    });
    const before = await openedRow(shop, fresh, id);
    await shop.process();
    expect(await spooled()).toEqual([]);
    expect(await openedRow(shop, fresh, id)).toEqual(before);
  });

  it('do not bring a forgotten grant back', async () => {
    const { id, accounts } = await refreshedWithoutDatabase(true);
    await accounts.close();
    const fresh = await shop.prisma.accountGrant.deleteMany({ where: { id } });
    expect(fresh.count).toBe(1);
    await shop.process();
    expect(await spooled()).toEqual([]);
    expect(await shop.prisma.accountGrant.count()).toBe(0);
  });

  it('that do not open are left where they are, and hold nothing up', async () => {
    const { id, accounts } = await refreshedWithoutDatabase(true);
    await accounts.close();
    const [name = ''] = await spooled();
    const text = await readFile(join(folder, name), 'utf8');
    await writeFile(join(folder, `00000000-0000-4000-8000-000000000000.1.sealed`), text);
    const fresh = await shop.process();
    expect(await spooled()).toEqual(['00000000-0000-4000-8000-000000000000.1.sealed']);
    expect((await openedRow(shop, fresh, id)).version).toBe(1);
    expect(shop.log.lines.join()).toContain('does not open and is left alone');
  });

  it('that cannot be brought in are told of once, and those that another process has taken away not at all', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, '1.1.sealed'), '');
    const log = makeLog();
    const fresh = await shop.process({ log });
    const place = { table: SPOOL_FOLDER, row: '2', column: 'landing', provider: '' };
    await writeFile(join(folder, '2.1.sealed'), `\n${fresh.vault.seal('{}', place)}`);
    // A name that is there to be listed, and nothing to be read behind it.
    await symlink(join(folder, 'nowhere'), join(folder, '3.1.sealed'));
    await fresh.schedule.tick();
    await fresh.schedule.tick();
    expect(log.lines.filter((line) => line.includes('.sealed'))).toEqual([
      expect.stringContaining('1.1.sealed in DATA_DIR does not open and is left alone'),
      'error: 2.1.sealed in DATA_DIR holds no tokens and is left alone.',
    ]);
  });

  it('are kept in memory when the disk refuses them too', async () => {
    const { id, accounts } = await refreshedWithoutDatabase(false, () => writeFile(folder, 'no folder'));
    expect(shop.log.lines.join()).toContain('are in memory alone');
    await rm(folder);
    proxy.mend();
    await eventually(async () => (await openedRow(shop, accounts, id)).version).toBe(1);
    await accounts.close();
  });
});

it('a provider is told when the tokens cannot be read for want of the database', async () => {
  const prisma = await shop.ownPool(proxy.connectionString);
  const accounts = await shop.process({ prisma });
  await shop.link(accounts);
  proxy.cut();
  const credentials = accounts.credentials({ provider: 'tapes', clientId: 'client-one' }, 'Tapes');
  await expect(credentials.accessToken({ scopes: [] })).rejects.toMatchObject({
    code: 'database_unavailable',
    remedy: expect.stringContaining('DATABASE_URL'),
  });
});

async function ownKey(): Promise<string> {
  return (await readFile(join(shop.dataDir, 'encryption.key'), 'utf8')).trim();
}
