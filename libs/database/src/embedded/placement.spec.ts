import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseError } from '../database-error.js';
import { openDatabase } from '../open-database.js';
import { makeListeningLog } from '../testing/listening-log.js';
import { exists } from './exists.js';
import type { Placement } from './placement.js';
import { placeCluster } from './placement.js';

let closed: string;
let dataDir: string;
const log = makeListeningLog();
const root = process.getuid?.() === 0;

beforeEach(async () => {
  // Mode 0700, like /root.
  closed = await mkdtemp(join(tmpdir(), 'tonearm-closed-'));
  dataDir = join(closed, 'data');
});
afterEach(async () => {
  const { home } = await placeCluster(dataDir, log);
  if (home !== dataDir) await rm(home, { recursive: true });
  await rm(closed, { recursive: true });
});

describe('a DATA_DIR in a folder that only its owner can enter', () => {
  it('works, as root with the cluster elsewhere, and nothing is opened to others', async () => {
    for (const count of [0, 1]) {
      const database = await openDatabase({ dataDir, log });
      expect(await database.prisma.upstreamBlock.count()).toBe(count);
      await database.prisma.upstreamBlock.create({
        data: { upstream: `row ${count}`, blockedUntil: new Date(0), reason: 'a test' },
      });
      await database.close();
    }
    expect((await stat(closed)).mode & 0o777).toBe(0o700);
    expect((await stat(join(dataDir, 'postgres.password'))).mode & 0o777).toBe(0o600);

    const { home, cluster, account } = await placeCluster(dataDir, log);
    expect((await stat(cluster)).mode & 0o777).toBe(0o700);
    expect((await stat(cluster)).uid).toBe(account?.uid ?? process.getuid?.());
    expect(home).toMatch(root ? /^\/var\/lib\/tonearm\/data-[0-9a-f]{16}$/ : new RegExp(`^${dataDir}$`));
    const location = join(dataDir, 'postgres.location');
    expect(root ? (await readFile(location, 'utf8')).split('\n')[0] : await exists(location)).toBe(root ? home : false);
  });

  it('begins anew after the folder was deleted, and throws nothing away', async () => {
    const first = await placeCluster(dataDir, log);
    await pretendCluster(first);
    await rm(dataDir, { recursive: true });

    const second = await placeCluster(dataDir, log);
    expect(second.cluster).toBe(first.cluster);
    expect(await exists(second.cluster)).toBe(false);
    const kept = (await readdir(second.home)).filter((name) => name.startsWith('postgres.deserted-'));
    expect(kept).toHaveLength(root ? 1 : 0);
  });

  it('stays where it was first put, also when a start was killed before it had made anything there', async () => {
    const { home } = await placeCluster(dataDir, log);
    expect((await stat(home)).mode & 0o777).toBe(root ? 0o711 : 0o700);
    await chmod(closed, 0o711);
    // What was made in DATA_DIR now, the start after this one would look for elsewhere.
    expect((await placeCluster(dataDir, log)).home).toBe(home);
  });

  it('never begins anew beside a cluster that has become unreachable', async () => {
    await chmod(closed, 0o711);
    await pretendCluster(await placeCluster(dataDir, log));
    await chmod(closed, 0o700);

    const again = await placeCluster(dataDir, log).then(
      ({ home }) => home,
      (error: unknown) => (error instanceof DatabaseError ? error.code : error),
    );
    await chmod(closed, 0o711);
    expect(again).toBe(root ? 'data_dir_unusable' : dataDir);
  });

  it('is one database alone: a copy of the folder says so, and a folder that was moved takes it along', async () => {
    await pretendCluster(await placeCluster(dataDir, log));
    const { home } = await placeCluster(dataDir, log);
    const [copy, moved] = [join(closed, 'copy'), join(closed, 'moved')];
    await cp(dataDir, copy, { recursive: true });
    const copied = await placeCluster(copy, log).then(
      (placement) => placement.home,
      (error: unknown) => (error instanceof DatabaseError ? error.code : error),
    );
    expect(copied).toBe(root ? 'data_dir_unusable' : copy);
    await rm(copy, { recursive: true });

    await rename(dataDir, moved);
    expect((await placeCluster(moved, log)).home).toBe(root ? home : moved);
    // By the old path too, where somebody has left a link.
    await symlink(moved, dataDir);
    expect((await placeCluster(dataDir, log)).home).toBe(root ? home : moved);
    await rm(dataDir);
    // Whoever begins anew there has a database of their own, and leaves that one alone.
    const another = await placeCluster(dataDir, log);
    expect(another.home).not.toBe((await placeCluster(moved, log)).home);
    expect(await exists(join((await placeCluster(moved, log)).cluster, 'PG_VERSION'))).toBe(true);
    if (root) await rm(home, { recursive: true });
    await rm(moved, { recursive: true });
  });

  it('says so when the folder that it names is gone', async () => {
    await mkdir(dataDir);
    const location = join(dataDir, 'postgres.location');
    await writeFile(location, '/nowhere/at/all\n');
    await expect(placeCluster(dataDir, log)).rejects.toMatchObject({
      code: 'data_dir_unusable',
      message: expect.stringContaining('/nowhere/at/all') as unknown,
    });
    await rm(location);
  });
});

describe('a DATA_DIR that is there already', () => {
  it('is opened to nobody', async () => {
    await mkdir(dataDir, { mode: 0o700 });
    await placeCluster(dataDir, log);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  });

  it.runIf(root)('has its database run by whoever it belongs to, and not by root', async () => {
    await chmod(closed, 0o711);
    const placement = await placeCluster(dataDir, log);
    const { cluster } = placement;
    const account = { uid: 54_321, gid: 54_322 };
    await pretendCluster({ ...placement, account });
    expect((await placeCluster(dataDir, log)).account).toEqual(account);
    await chown(cluster, 0, 0);
    await expect(placeCluster(dataDir, log)).rejects.toMatchObject({
      code: 'data_dir_unusable',
      message: expect.stringContaining('belongs to root') as unknown,
    });
    await rm(cluster, { recursive: true });
  });
});

/** A folder that passes for a cluster, with the right owner. */
async function pretendCluster({ cluster, account }: Placement): Promise<void> {
  await mkdir(cluster, { mode: 0o700 });
  await writeFile(join(cluster, 'PG_VERSION'), '18\n');
  if (account) await chown(cluster, account.uid, account.gid);
}
