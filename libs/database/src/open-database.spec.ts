import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exists } from './embedded/exists.js';
import { readPidFile } from './embedded/postmaster.js';
import type { Database } from './open-database.js';
import { openDatabase } from './open-database.js';
import { makeListeningLog } from './testing/listening-log.js';
import { openScratchDatabase } from './testing/scratch-database.js';
import { makeScratchFolder, removeScratchFolder } from './testing/scratch-folder.js';

let folder: string;
let dataDir: string;
const log = makeListeningLog();

beforeAll(async () => {
  folder = await makeScratchFolder();
  dataDir = join(folder, 'not', 'there', 'yet');
});
afterAll(() => removeScratchFolder(folder));

/** Opens the database, and closes it again however `use` ends. */
async function opened(use: (database: Database) => Promise<void>): Promise<void> {
  const database = await openDatabase({ dataDir, log });
  try {
    await use(database);
  } finally {
    await database.close();
  }
}

function block(upstream: string): { upstream: string; blockedUntil: Date; reason: string } {
  return { upstream, blockedUntil: new Date(0), reason: 'a test' };
}

async function withPassword(password: string, use: () => Promise<void>): Promise<void> {
  const file = join(dataDir, 'postgres.password');
  const right = await readFile(file, 'utf8');
  await writeFile(file, `${password}\n`);
  try {
    await use();
  } finally {
    await writeFile(file, right, { mode: 0o600 });
  }
}

async function postmasterPid(): Promise<number> {
  return (await readPidFile(join(dataDir, 'postgres')))?.pid ?? 0;
}

describe('openDatabase without a URL', () => {
  it('makes a durable, local database with a password that only its owner can read', async () => {
    await opened(async ({ prisma, connectionString, embedded }) => {
      await prisma.upstreamBlock.create({ data: block('first') });

      expect(embedded).toBe(true);
      const file = join(dataDir, 'postgres.password');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      const password = (await readFile(file, 'utf8')).trim();
      expect(connectionString).toContain(password);
      expect(log.lines.join('\n')).not.toContain(password);

      const settings = await prisma.$queryRaw`
        SELECT name, setting FROM pg_settings ORDER BY name`;
      expect(settings).toEqual(
        expect.arrayContaining([
          { name: 'fsync', setting: 'on' },
          { name: 'synchronous_commit', setting: 'on' },
          { name: 'full_page_writes', setting: 'on' },
          { name: 'data_checksums', setting: 'on' },
          { name: 'listen_addresses', setting: '127.0.0.1' },
          { name: 'server_encoding', setting: 'UTF8' },
        ]),
      );
      const rules = await prisma.$queryRaw`SELECT DISTINCT auth_method FROM pg_hba_file_rules`;
      expect(rules).toEqual([{ auth_method: 'scram-sha-256' }]);
    });
  });

  it('keeps our environment, which holds secrets, from the server, and our Ctrl-C', async () => {
    vi.stubEnv('SPOTIFY_CLIENT_SECRET', 'a-secret-in-the-environment');
    await opened(async () => {
      const pid = await postmasterPid();
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => 'no /proc here');
      expect(environment).not.toBe('');
      expect(environment).not.toContain('a-secret-in-the-environment');
      // The terminal sends it to a whole group; we end the server in order.
      const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => `0 (no /proc here) S 1 ${pid}`);
      const [, , group] = status.replace(/^.*\) /, '').split(' ');
      expect(Number(group)).toBe(pid);
    });
    vi.unstubAllEnvs();
  });

  it('keeps what is in a statement out of a log that only its owner can read', async () => {
    await opened(async ({ prisma }) => {
      await expect(prisma.$executeRawUnsafe(`SELECT 'a secret in a statement'::int`)).rejects.toThrow('a secret');
      const file = join(dataDir, 'postgres.log');
      expect(await readFile(file, 'utf8')).not.toContain('a secret');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    });
  });

  it('stops the server when it is closed, and keeps the rows', async () => {
    expect(await postmasterPid()).toBe(0);
    await opened(async ({ prisma }) => {
      expect(await prisma.upstreamBlock.count()).toBe(1);
    });
  });

  it('can be closed twice', async () => {
    const database = await openDatabase({ dataDir, log });
    await Promise.all([database.close(), database.close()]);
    await database.close();
  });

  it('keeps a second service out, and the first one unharmed', async () => {
    await opened(async ({ prisma, ping }) => {
      const pid = await postmasterPid();
      // Only who has the lock may say that nobody is at it any more.
      const unfinished = join(dataDir, 'postgres.init-Ab12Cd');
      await mkdir(unfinished);
      await expect(openDatabase({ dataDir, log })).rejects.toMatchObject({
        code: 'data_dir_in_use',
        message: expect.stringMatching(new RegExp(`process ${process.pid}.*${dataDir}`)) as unknown,
      });
      expect(await exists(unfinished)).toBe(true);
      await rm(unfinished, { recursive: true });
      // One that brings another password, as a copy of the folder in the same place does, is kept out no less gently.
      await withPassword('another', async () => {
        await expect(openDatabase({ dataDir, log })).rejects.toMatchObject({ code: 'cluster_password' });
      });
      await ping();
      await prisma.upstreamBlock.create({ data: block('second') });
      expect(await postmasterPid()).toBe(pid);
      const holding = (): Promise<unknown> => prisma.$queryRaw`
        SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE 'tonearm service%'`;
      await expect.poll(holding).toEqual([{ n: 1 }]);
    });
  });

  it('starts a server that was killed again, each time, on the same port, and locks the folder again', async () => {
    await opened(async ({ prisma, ping }) => {
      for (const time of ['first', 'second']) {
        const killed = await postmasterPid();
        // 0 would be our own group.
        expect(killed).toBeGreaterThan(0);
        process.kill(killed, 'SIGKILL');
        await expect.poll(postmasterPid).not.toBe(killed);
        await expect.poll(() => ping().then(() => time, String)).toBe(time);
      }
      expect(await prisma.upstreamBlock.count()).toBe(2);
      await expect(openDatabase({ dataDir, log })).rejects.toMatchObject({ code: 'data_dir_in_use' });
    });
    expect(await postmasterPid()).toBe(0);
  });

  it('takes the lock again when only its connection was cut', async () => {
    await opened(async ({ prisma }) => {
      const pid = await postmasterPid();
      const cut = prisma.$queryRaw`
        SELECT count(pg_terminate_backend(pid))::int AS cut FROM pg_stat_activity
         WHERE application_name LIKE 'tonearm service%'`;
      expect(await cut).toEqual([{ cut: 1 }]);
      const holders = (): Promise<unknown> => prisma.$queryRaw`
        SELECT count(*)::int AS holders FROM pg_locks WHERE locktype = 'advisory' AND granted`;
      await expect.poll(holders).toEqual([{ holders: 1 }]);
      expect(await postmasterPid()).toBe(pid);
    });
  });

  it('cleans up what a killed initdb has left', async () => {
    const left = join(dataDir, 'postgres.init-Ab12Cd');
    await mkdir(join(left, 'cluster'), { recursive: true });
    await writeFile(join(left, 'cluster', 'PG_VERSION'), '18\n');
    await opened(async ({ prisma }) => {
      expect(await prisma.upstreamBlock.count()).toBe(2);
      expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.log', 'postgres.password']);
    });
  });

  it('does not take the process that has a dead server’s id for the server', async () => {
    const cluster = join(dataDir, 'postgres');
    const { uid, gid } = await stat(cluster);
    // Of the server's user: Postgres itself would wait for its end.
    const other = spawn('cat', { uid, gid, cwd: '/', stdio: ['pipe', 'ignore', 'ignore'] });
    await once(other, 'spawn');
    await writeFile(join(cluster, 'postmaster.pid'), `${other.pid}\n${cluster}\n1\n1\n\n127.0.0.1\n\nready   \n`);
    await opened(({ ping }) => ping());
    expect(other.exitCode).toBeNull();
    other.stdin.end();
    await once(other, 'close');
  });

  it('says so when the cluster is from another Postgres, and leaves it alone', async () => {
    const version = join(dataDir, 'postgres', 'PG_VERSION');
    await writeFile(version, '12\n');
    await expect(openDatabase({ dataDir, log })).rejects.toMatchObject({ code: 'cluster_version' });
    await writeFile(version, '18\n');
  });

  it('shows what Postgres said when it cannot start, and keeps its log until that is long', async () => {
    const settings = join(dataDir, 'postgres', 'postgresql.auto.conf');
    const logFile = join(dataDir, 'postgres.log');
    await writeFile(logFile, 'x'.repeat(1_048_577));
    for (const wrong of ['one_wrong_setting', 'other_wrong_setting']) {
      await writeFile(settings, `${wrong} = 'x'\n`);
      await expect(openDatabase({ dataDir, log })).rejects.toMatchObject({
        code: 'server_start_failed',
        message: expect.stringContaining(wrong) as unknown,
      });
    }
    const kept = await readFile(logFile, 'utf8');
    expect(kept).toMatch(/one_wrong_setting[^]*other_wrong_setting/);
    expect(kept).not.toContain('xxx');
    await writeFile(settings, '');
  });

  it('says so when the password does not fit, or is gone', async () => {
    await withPassword('another', async () => {
      await expect(openDatabase({ dataDir, log })).rejects.toMatchObject({ code: 'cluster_password' });
      expect(await postmasterPid()).toBe(0);
      const file = join(dataDir, 'postgres.password');
      await rm(file);
      await expect(openDatabase({ dataDir, log })).rejects.toMatchObject({
        code: 'cluster_password',
        message: expect.stringContaining('missing') as unknown,
      });
      expect(await exists(file)).toBe(false);
    });
    await opened(({ ping }) => ping());
  });

  it('says so when DATA_DIR cannot be a folder', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const dangling = join(folder, 'dangling');
    await symlink(join(folder, 'a disk that is away'), dangling);
    const itself = join(folder, 'itself');
    await symlink(itself, itself);
    for (const dataDir of [file, dangling, itself, join(folder, 'x'.repeat(300))]) {
      await expect(openDatabase({ dataDir, log })).rejects.toMatchObject({ code: 'data_dir_unusable' });
    }
  });
});

describe('openDatabase with a URL', () => {
  let server: Database;
  let databaseUrl: string;

  beforeAll(async () => {
    server = await openScratchDatabase();
    await server.prisma.$executeRawUnsafe('CREATE DATABASE music');
    databaseUrl = server.connectionString.replace(/[^/]*$/, 'music');
  });
  afterAll(() => server.close());

  /** What is connected to that database. */
  async function connected(): Promise<unknown[]> {
    const rows = await server.prisma.$queryRaw<{ name: string }[]>`
      SELECT DISTINCT application_name AS name FROM pg_stat_activity WHERE datname = 'music'`;
    return rows.map(({ name }) => name);
  }

  it('keeps the connections of its pool alone, and none when it is closed', async () => {
    const database = await openDatabase({ databaseUrl, dataDir: '/nowhere', log });
    expect(database.embedded).toBe(false);
    await database.ping();
    await expect.poll(connected).toEqual(['tonearm']);
    await Promise.all([database.close(), database.close()]);
    await expect.poll(connected).toEqual([]);
  });

  it('says so when the user may make no tables', async () => {
    await server.prisma.$executeRawUnsafe(`CREATE ROLE guest LOGIN PASSWORD 's3cret'`);
    await server.prisma.$executeRawUnsafe('CREATE DATABASE house');
    const asGuest = server.connectionString.replace(/\/\/[^@]*@/, '//guest:s3cret@').replace(/[^/]*$/, 'house');
    await expect(openDatabase({ databaseUrl: asGuest, dataDir: '/nowhere', log })).rejects.toMatchObject({
      code: 'database_refused',
      message: expect.stringContaining('permission denied for schema public') as unknown,
      remedy: expect.stringContaining('OWNER TO') as unknown,
    });
  });

  it('says so when the tables belong to somebody else, and keeps no connection', async () => {
    await (await openDatabase({ databaseUrl, dataDir: '/nowhere', log })).close();
    await server.prisma.$executeRawUnsafe(`CREATE ROLE reader LOGIN PASSWORD 's3cret'`);
    const asReader = databaseUrl.replace(/\/\/[^@]*@/, '//reader:s3cret@');
    await expect(openDatabase({ databaseUrl: asReader, dataDir: '/nowhere', log })).rejects.toMatchObject({
      code: 'database_refused',
      message: expect.stringContaining('permission denied') as unknown,
    });
    await expect.poll(connected).toEqual([]);
  });
});
