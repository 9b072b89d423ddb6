import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { SERVICE_LOCK } from '../advisory-locks.js';
import { makeListeningLog } from '../testing/listening-log.js';
import { makeScratchFolder, removeScratchFolder } from '../testing/scratch-folder.js';
import { prepareBinaries } from './binaries.js';
import { LOCK_HELD } from './cluster-lock.js';
import { SUPERUSER, ensureCluster } from './cluster.js';
import type { HoldOptions } from './held-cluster.js';
import { holdCluster } from './held-cluster.js';
import { placeCluster } from './placement.js';
import { isPostmaster, readPidFile } from './postmaster.js';
import { ensureServer } from './server.js';

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
      // With no time left too: the driver takes that for all the time in the world.
      for (const patienceMs of [300, 0]) {
        await expect(holdCluster({ ...options, patienceMs })).rejects.toMatchObject({
          code: 'server_unresponsive',
          message: expect.stringContaining(`process ${pid}`) as unknown,
        });
      }
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await first.client.query('SELECT 1');
    await first.close();
  });

  it('does not wait for ever for a server that does not get ready, be it found or started', async () => {
    const first = await holdCluster(options);
    const pid = await serverPid();
    const pidFile = join(options.site.placement.cluster, 'postmaster.pid');
    const written = await readFile(pidFile, 'utf8');
    await writeFile(pidFile, written.replace('ready   ', 'starting'));
    await expect(holdCluster({ ...options, patienceMs: 300 })).rejects.toMatchObject({
      code: 'server_unresponsive',
      message: expect.stringContaining(`process ${pid}, starting`) as unknown,
    });
    await writeFile(pidFile, written);
    await first.close();

    const postgres = join(folder, 'postgres');
    await writeFile(postgres, '#!/bin/sh\nexec sleep 3600\n', { mode: 0o755 });
    const site = { ...options.site, binaries: { ...options.site.binaries, postgres } };
    const error = await holdCluster({ ...options, site, patienceMs: 300 }).catch((thrown: unknown) => thrown);
    const started = /process (\d+)/.exec(String(error))?.[1];
    if (started !== undefined) process.kill(Number(started));
    expect(error).toMatchObject({
      code: 'server_unresponsive',
      message: expect.stringMatching(/process \d+/) as unknown,
    });
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

  it('waits a moment for the lock of a service that has just been killed', async () => {
    const { site, password } = options;
    const { port } = await ensureServer(site, undefined, performance.now() + 60_000);
    const killed = new pg.Client({ host: '127.0.0.1', port, user: SUPERUSER, password, database: 'postgres' });
    await killed.connect();
    await killed.query('SELECT pg_advisory_lock($1, $2)', [...SERVICE_LOCK]);
    // That moment lasts until the test is done with it.
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const next = holdCluster(options);
    const asked = async (): Promise<unknown> => {
      const { rows } = await killed.query(
        `SELECT query_start::text AS at FROM pg_stat_activity
          WHERE query LIKE '%try_advisory_lock%' AND pid <> pg_backend_pid()`,
      );
      return rows;
    };
    await expect.poll(asked).toHaveLength(1);
    vi.advanceTimersByTime(900);
    const before = await asked();
    await expect.poll(asked).not.toEqual(before);
    expect(await asked()).toHaveLength(1);
    await killed.end();
    await (await next).close();
  });

  it('waits, when it is closed, for a server that is being started again, and ends that one', async () => {
    const listening = makeListeningLog();
    const held = await holdCluster({ ...options, site: { ...options.site, log: listening } });
    const pid = await serverPid();
    // 0 would be our own group.
    expect(pid).toBeGreaterThan(0);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => listening.lines.join()).toContain('was lost');
    await held.close();
    expect(listening.lines.at(-1)).toContain('is back');
    expect(await serverPid()).toBe(0);
  });

  it('comes back on its own port, also when another has started the server elsewhere', async () => {
    const listening = makeListeningLog();
    const binaries = { ...options.site.binaries };
    const held = await holdCluster({ ...options, site: { ...options.site, binaries, log: listening } });
    const pid = await serverPid();
    // 0 would be our own group.
    expect(pid).toBeGreaterThan(0);
    binaries.postgres = '/nowhere/postgres';
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => listening.lines.join()).toContain('is not back yet');
    // It may be ended before we have seen that it is ready.
    await ensureServer(options.site, undefined, performance.now() + 60_000).catch(() => undefined);
    binaries.postgres = options.site.binaries.postgres;
    await expect.poll(() => listening.lines.at(-1)).toContain('is back');
    // Ours is what the pool knows.
    expect((await readPidFile(options.site.placement.cluster))?.port).toBe(held.port);
    await held.close();
    expect(await serverPid()).toBe(0);
  });

  it('does not wait for ever for a server that does not end', async () => {
    const listening = makeListeningLog();
    const held = await holdCluster({ ...options, site: { ...options.site, log: listening } });
    const pid = await serverPid();
    process.kill(pid, 'SIGSTOP');
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const closing = held.close();
      const told = (): string[] => {
        vi.advanceTimersByTime(5_000);
        return listening.lines.filter((line) => line.startsWith('warn'));
      };
      const warnings = [expect.stringContaining('ending it at once'), expect.stringContaining('is still there')];
      await expect.poll(told).toEqual(warnings);
      await closing;
    } finally {
      vi.useRealTimers();
      process.kill(pid, 'SIGCONT');
    }
    await expect.poll(() => isPostmaster(pid, options.site.placement.cluster)).toBe(false);
  });

  it('takes over from a server whose parent and lock are gone', async () => {
    const first = await holdCluster(options);
    const pid = await serverPid();
    expect(await isPostmaster(pid, options.site.placement.cluster)).toBe(true);
    expect(await isPostmaster(process.pid, options.site.placement.cluster)).toBe(false);
    // A copy of the folder brings its pid file along.
    expect(await isPostmaster(pid, join(folder, 'copy', 'postgres'))).toBe(false);
    await first.close();
    expect(await isPostmaster(pid, options.site.placement.cluster)).toBe(false);
    // In order: after any other end the next start has to recover.
    const said = await readFile(join(options.site.placement.home, 'postgres.log'), 'utf8');
    expect(said.match(/received \w+ shutdown request/g)?.at(-1)).toBe('received fast shutdown request');
  });
});

describe('a server that cannot be started', () => {
  /** The site with another program in the place of Postgres. */
  async function withProgram(lines: readonly string[]): Promise<HoldOptions> {
    const postgres = join(folder, 'hindered');
    await writeFile(postgres, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
    return { ...options, site: { ...options.site, binaries: { ...options.site.binaries, postgres } } };
  }

  it('is started again when the reason passes', async () => {
    const turns = join(folder, 'turns');
    await mkdir(turns);
    // The account of Postgres counts in it.
    await chmod(turns, 0o777);
    const hindrances = [
      ['could not create any TCP/IP sockets', 1],
      ['lock file "postmaster.pid" already exists', 1],
      ['pre-existing shared memory block is still in use', 1],
      ['another has the lock', LOCK_HELD],
    ];
    const hindered = hindrances.map(
      ([said, status], turn) => `mkdir '${turns}/${turn}' 2>/dev/null && { echo '${said}'; exit ${status}; }`,
    );
    const held = await holdCluster(await withProgram([...hindered, `exec '${options.site.binaries.postgres}' "$@"`]));
    expect(await readdir(turns)).toHaveLength(hindrances.length);
    await held.close();
  });

  it('is told of when the program is not there, also where there is no flock to say so', async () => {
    vi.stubEnv('PATH', '/nowhere');
    onTestFinished(() => void vi.unstubAllEnvs());
    const site = { ...options.site, binaries: { ...options.site.binaries, postgres: '/nowhere/postgres' } };
    await expect(holdCluster({ ...options, site })).rejects.toMatchObject({
      code: 'server_start_failed',
      message: expect.stringContaining('ENOENT') as unknown,
    });
  });
});
