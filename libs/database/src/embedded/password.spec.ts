import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeScratchFolder, removeScratchFolder } from '../testing/scratch-folder.js';
import { clusterPassword } from './password.js';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await makeScratchFolder();
  file = join(folder, 'postgres.password');
});
afterEach(() => removeScratchFolder(folder));

describe('clusterPassword', () => {
  it('is one and the same for all who want it at the same moment, and stays so', async () => {
    const passwords = await Promise.all(Array.from({ length: 20 }, () => clusterPassword(folder, false)));
    const kept = (await readFile(file, 'utf8')).trim();
    expect(kept).toMatch(/^[\w-]{32}$/);
    expect(new Set(passwords)).toEqual(new Set([kept]));
    expect(await clusterPassword(folder, true)).toBe(kept);
    expect(await readdir(folder)).toEqual(['postgres.password']);
  });

  it('is not made anew for a cluster that has one', async () => {
    await expect(clusterPassword(folder, true)).rejects.toMatchObject({ code: 'cluster_password' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not take an empty file, as a full disk leaves it, for a password', async () => {
    await writeFile(file, '\n');
    await expect(clusterPassword(folder, false)).rejects.toMatchObject({
      code: 'cluster_password',
      message: expect.stringContaining('is empty') as unknown,
    });
  });
});
