import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScratchFolder, removeScratchFolder } from '../testing/scratch-folder.js';
import { type PidFile, readPidFile, removeStalePidFile } from './postmaster.js';

let cluster: string;
let file: string;

beforeEach(async () => {
  cluster = await makeScratchFolder();
  file = join(cluster, 'postmaster.pid');
});
afterEach(() => removeScratchFolder(cluster));

async function written(text: string): Promise<PidFile> {
  await writeFile(file, text);
  const read = await readPidFile(cluster);
  if (read === undefined) throw new Error('expected a pid file');
  return read;
}

describe('readPidFile', () => {
  it('reads what a server has written, also when it has not written all of it', async () => {
    const text = `123\n${cluster}\n1700000000\n5432\n\n127.0.0.1\n  1 2\nready   \n`;
    expect(await written(text)).toEqual({ pid: 123, port: 5432, status: 'ready', text });
    expect(await written('123\n')).toEqual({ pid: 123, port: 0, status: '', text: '123\n' });
  });

  it.each(['', '\n', '0\n', '-123\n', 'postgres\n'])('finds no server in %j', async (text) => {
    await writeFile(file, text);
    expect(await readPidFile(cluster)).toBeUndefined();
  });
});

describe('removeStalePidFile', () => {
  it('takes the file away', async () => {
    await removeStalePidFile(cluster, await written('123\n'));
    expect(await readdir(cluster)).toEqual([]);
    // Another service was faster.
    await removeStalePidFile(cluster, { pid: 123, port: 0, status: '', text: '123\n' });
    expect(await readdir(cluster)).toEqual([]);
  });

  it('leaves that of a server which has started since it was read', async () => {
    const stale = await written('123\n');
    await written('456\n');
    await removeStalePidFile(cluster, stale);
    expect(await readdir(cluster)).toEqual(['postmaster.pid']);
    expect(await readFile(file, 'utf8')).toBe('456\n');
  });
});
