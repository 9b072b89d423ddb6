import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeListeningLog } from '../testing/listening-log.js';
import { makeScratchFolder, removeScratchFolder } from '../testing/scratch-folder.js';
import { prepareBinaries } from './binaries.js';
import { ensureCluster } from './cluster.js';
import type { HoldOptions } from './held-cluster.js';
import { holdCluster } from './held-cluster.js';
import { placeCluster } from './placement.js';
import { isPostmaster, readPidFile } from './postmaster.js';

let folder: string;
let options: HoldOptions;
const log = makeListeningLog();

beforeAll(async () => {
  folder = await makeScratchFolder();
  const placement = await placeCluster(join(folder, 'data'), log);
  const binaries = await prepareBinaries(placement.account, folder, log);
  await ensureCluster(placement, binaries, 'a password', log);
  options = { site: { placement, binaries, log }, password: 'a password' };
});
afterAll(() => removeScratchFolder(folder));

async function serverPid(): Promise<number> {
  return (await readPidFile(options.site.placement.cluster))?.pid ?? 0;
}

describe('holdCluster', () => {
  it('names a server that runs and does not answer, and takes it over once it does', async () => {
    const first = await holdCluster(options);
    const pid = await serverPid();
    process.kill(pid, 'SIGSTOP');
    try {
      await expect(holdCluster({ ...options, patienceMs: 300 })).rejects.toMatchObject({
        code: 'server_unresponsive',
        message: expect.stringContaining(`process ${pid}`) as unknown,
      });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await first.client.query('SELECT 1');
    await first.close();
  });

  it('waits for a server that is being stopped, then starts its own', async () => {
    const first = await holdCluster(options);
    const pid = await serverPid();
    const [second] = await Promise.all([holdCluster(options), first.close()]);
    expect(await serverPid()).not.toBe(pid);
    await second.client.query('SELECT 1');
    await second.close();
  });

  it('stays out of a cluster whose server cannot be seen, as one in another container', async () => {
    const first = await holdCluster(options);
    const pidFile = join(options.site.placement.cluster, 'postmaster.pid');
    const written = await readFile(pidFile, 'utf8');
    const ofNobody = written.replace(/^\d+/, '4194303');
    await writeFile(pidFile, ofNobody);
    await expect(holdCluster({ ...options, patienceMs: 300 })).rejects.toMatchObject({
      code: 'data_dir_in_use',
      message: expect.stringContaining('in another container') as unknown,
    });
    expect(await readFile(pidFile, 'utf8')).toBe(ofNobody);
    await writeFile(pidFile, written);
    await first.client.query('SELECT 1');
    await first.close();
  });

  it('takes over from a server whose parent and lock are gone', async () => {
    const first = await holdCluster(options);
    const pid = await serverPid();
    expect(await isPostmaster(pid, options.site.placement.cluster)).toBe(true);
    expect(await isPostmaster(process.pid, options.site.placement.cluster)).toBe(false);
    await first.close();
    expect(await isPostmaster(pid, options.site.placement.cluster)).toBe(false);
  });
});
