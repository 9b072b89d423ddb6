import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { makeListeningLog } from '../testing/listening-log.js';
import { makeScratchFolder, removeScratchFolder } from '../testing/scratch-folder.js';
import type { Binaries } from './binaries.js';
import { prepareBinaries } from './binaries.js';
import { clusterLock } from './cluster-lock.js';
import { ensureCluster } from './cluster.js';
import type { Placement } from './placement.js';
import { placeCluster } from './placement.js';

let folder: string;
let placement: Placement;
let binaries: Binaries;
let copies: string;
const log = makeListeningLog();

beforeAll(async () => {
  copies = await makeScratchFolder();
});
afterAll(() => removeScratchFolder(copies));

beforeEach(async () => {
  folder = await makeScratchFolder();
  placement = await placeCluster(join(folder, 'data'), log);
  binaries = await prepareBinaries(placement.account, copies, log);
});
afterEach(() => removeScratchFolder(folder));

describe('ensureCluster', () => {
  it('makes one cluster for two who want it at the same moment, and leaves nothing beside it', async () => {
    await Promise.all([1, 2].map(() => ensureCluster(placement, binaries, 'a password', log)));
    expect(await readdir(placement.home)).toEqual(['postgres']);
    await ensureCluster(placement, binaries, 'a password', log);
  });

  it('puts nothing in the place of a folder that is no database', async () => {
    await mkdir(placement.cluster);
    await writeFile(join(placement.cluster, 'letters.txt'), 'dear Ada');
    await expect(ensureCluster(placement, binaries, 'a password', log)).rejects.toMatchObject({
      code: 'data_dir_unusable',
      message: expect.stringContaining('is in the way') as unknown,
    });
    expect(await readdir(placement.home)).toEqual(['postgres']);
    expect(await readFile(join(placement.cluster, 'letters.txt'), 'utf8')).toBe('dear Ada');
  });

  it.each([
    ['what initdb says', '/bin/ls', /unrecognized option|invalid option|illegal option/],
    ['that it cannot be run', '/nowhere/initdb', /could not be run \(ENOENT\)/],
  ])('tells %s when it fails, and leaves nothing of it, nor the password', async (_, initdb, told) => {
    await expect(ensureCluster(placement, { ...binaries, initdb }, 'a password', log)).rejects.toMatchObject({
      code: 'cluster_init_failed',
      message: expect.stringMatching(told) as unknown,
    });
    expect(await readdir(placement.home)).toEqual([]);
  });
});

describe('clusterLock', () => {
  it('is had by one alone, until that one ends', async () => {
    await mkdir(placement.cluster);
    const words = await clusterLock(placement);
    if (words === 'held' || words.length === 0) throw new Error('expected the words of flock');
    const [program = '', ...args] = words;
    const holder = spawn(program, [...args, 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
    holder.stdin.write('locked');
    await once(holder.stdout, 'data');
    expect(await clusterLock(placement)).toBe('held');
    holder.stdin.end();
    await once(holder, 'close');
    expect(await clusterLock(placement)).toEqual(words);
  });

  it('is done without where there is no flock', async () => {
    await mkdir(placement.cluster);
    vi.stubEnv('PATH', '/nowhere');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await clusterLock(placement)).toEqual([]);
  });
});
