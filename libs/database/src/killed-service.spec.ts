import { execFile } from 'node:child_process';
import { chmod, cp, readdir, readlink, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { placeCluster } from './embedded/placement.js';
import { readPidFile } from './embedded/postmaster.js';
import { openDatabase } from './open-database.js';
import { makeListeningLog } from './testing/listening-log.js';
import { makeScratchFolder, removeScratchFolder } from './testing/scratch-folder.js';
import type { BuiltDatabase, ServiceProcess } from './testing/service-process.js';
import { buildDatabase, startService } from './testing/service-process.js';

let built: BuiltDatabase;
let folder: string;
let dataDir: string;
const running: ServiceProcess[] = [];
const log = makeListeningLog();

beforeAll(async () => {
  built = await buildDatabase();
});
afterAll(() => built.remove());

beforeEach(async () => {
  folder = await makeScratchFolder();
  dataDir = join(folder, 'data');
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.kill()));
  await removeScratchFolder(folder);
});

function start(): ServiceProcess {
  const service = startService(built.entry, dataDir);
  running.push(service);
  return service;
}

// Two that make a cluster at once take long on a busy machine.
const soon = { timeout: 30_000, interval: 5 };

describe('a service that is killed', () => {
  it('has kept every row that it acknowledged, and its server is taken over', async () => {
    const service = start();
    await expect.poll(() => service.lines.length, soon).toBeGreaterThan(30);
    await service.kill();
    const left = await readPidFile(join(dataDir, 'postgres'));
    expect(left?.status).toBe('ready');

    const database = await openDatabase({ dataDir, log });
    expect((await readPidFile(join(dataDir, 'postgres')))?.pid).toBe(left?.pid);
    const rows = await database.prisma.upstreamBlock.findMany({ select: { upstream: true } });
    await database.close();

    const kept = new Set(rows.map(({ upstream }) => upstream));
    const acknowledged = service.lines.filter((line) => line.startsWith('acknowledged'));
    expect(acknowledged.map((line) => line.replace('acknowledged ', 'row-')).filter((row) => !kept.has(row))).toEqual(
      [],
    );
    // Closing ends the server although it was another process' child.
    expect(await readPidFile(join(dataDir, 'postgres'))).toBeUndefined();
  });

  it.each([
    ['initdb', (names: string[]) => names.some((name) => name.startsWith('postgres.init-'))],
    ['the start of Postgres', (names: string[]) => names.includes('postgres')],
  ])('leaves a folder that the next start can use when killed during %s', async (_, reached) => {
    const service = start();
    await expect.poll(() => readdir(dataDir).then(reached, () => false), soon).toBe(true);
    await service.kill();
    const database = await openDatabase({ dataDir, log });
    await database.ping();
    await database.close();
  });

  it.each([
    ['was moved away', (moved: string) => rename(dataDir, moved)],
    [
      'was moved away and copied back',
      async (moved: string): Promise<void> => {
        await rename(dataDir, moved);
        await cp(moved, dataDir, { recursive: true, preserveTimestamps: true });
        await promisify(execFile)('chown', ['-R', `--reference=${moved}/postgres`, `${dataDir}/postgres`]);
      },
    ],
  ])('has left a server that spoils nothing when its folder %s', async (_, move) => {
    const service = start();
    await expect.poll(() => service.lines.length, soon).toBeGreaterThan(30);
    await service.kill();
    const left = (await readPidFile(join(dataDir, 'postgres')))?.pid ?? 0;
    const moved = join(folder, 'moved');
    await move(moved);

    const row = { upstream: 'new', blockedUntil: new Date(0), reason: 'a test' };
    const database = await openDatabase({ dataDir, log });
    // Ended, though whoever inherits it may not have collected it.
    await expect(readlink(`/proc/${left}/cwd`)).rejects.toMatchObject({ code: 'ENOENT' });
    await database.prisma.upstreamBlock.create({ data: row });
    await database.close();

    const both = await openDatabase({ dataDir, log });
    expect(await both.prisma.upstreamBlock.count({ where: row })).toBe(1);
    await both.close();
    const before = await openDatabase({ dataDir: moved, log });
    const acknowledged = service.lines.filter((line) => line.startsWith('acknowledged')).length;
    expect(await before.prisma.upstreamBlock.count()).toBeGreaterThanOrEqual(acknowledged);
    await before.close();
  });

  it.each([
    ['a folder', 0o711],
    ['a folder that, as root, it cannot keep its database in', 0o700],
  ])('has left a server that is ended when %s was deleted', async (_, mode) => {
    await chmod(folder, mode);
    const service = start();
    await expect.poll(() => service.lines.length, soon).toBeGreaterThan(30);
    await service.kill();
    const { home, cluster } = await placeCluster(dataDir, log);
    const left = (await readPidFile(cluster))?.pid ?? 0;
    expect(left).toBeGreaterThan(0);
    await rename(dataDir, join(folder, 'deleted'));
    await removeScratchFolder(join(folder, 'deleted'));

    const database = await openDatabase({ dataDir, log });
    await expect(readlink(`/proc/${left}/cwd`)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await database.prisma.upstreamBlock.count()).toBe(0);
    await database.close();
    await removeScratchFolder(home);
  });

  it('wins alone against another that starts on the same empty folder at the same moment', async () => {
    const services = [start(), start()];
    const said = (): string[] =>
      services.flatMap(({ lines }) => lines.filter((line) => !line.startsWith('acknowledged'))).sort();
    await expect.poll(said, soon).toEqual(['failed data_dir_in_use', 'open']);

    const winner = services.find(({ lines }) => lines.includes('open'));
    const before = winner?.lines.length ?? 0;
    await expect.poll(() => winner?.lines.length, soon).toBeGreaterThan(before + 20);
    await winner?.kill();
    await (await openDatabase({ dataDir, log })).close();
  });
});

describe('a service that has closed its database', () => {
  it('can end at once', async () => {
    const script = fileURLToPath(new URL('testing/opening.mjs', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, built.entry, dataDir]);
    expect(stdout).toBe('[]');
  });
});
