import { spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from './fault.js';
import { isFolder, writeBeside } from './write-beside.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tonearm-test-'));
  path = join(folder, 'tracks.csv');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const parts = {
  signal: new AbortController().signal,
  brokenOff: () => new Fault('It broke off.', 'Try again.'),
  refuse: () => undefined,
};

async function* breaking(): AsyncGenerator<Buffer> {
  yield await Promise.resolve(Buffer.from('the first half'));
  throw new Error('gone');
}

describe('a file that is fetched', () => {
  it('is there when it is whole', async () => {
    writeFileSync(path, 'the one before, which is longer');
    const content = Readable.from([Buffer.from('a,b\n'), Buffer.from('1,2\n')]);
    expect(await writeBeside(path, content, parts)).toBe(8);
    expect(readdirSync(folder)).toEqual(['tracks.csv']);
    expect(readFileSync(path, 'utf8')).toBe('a,b\n1,2\n');
  });

  it('leaves what was there as it was when it breaks off, is refused or interrupted', async () => {
    writeFileSync(path, 'the one before');
    await expect(writeBeside(path, Readable.from(breaking()), parts)).rejects.toThrow('It broke off.');
    const refused = {
      ...parts,
      refuse: () => {
        throw new Fault('It is there.', 'Name another.');
      },
    };
    const unread = Readable.from([Buffer.from('x')]);
    await expect(writeBeside(path, unread, refused)).rejects.toThrow('It is there.');
    expect(unread.readableDidRead).toBe(false);
    const seen: string[][] = [];
    const refusedLate = {
      ...parts,
      refuse: () => {
        seen.push(readdirSync(folder).sort());
        if (seen.length === 2) refused.refuse();
      },
    };
    const content = Readable.from([Buffer.from('x')]);
    await expect(writeBeside(path, content, refusedLate)).rejects.toThrow('It is there.');
    expect(seen).toEqual([['tracks.csv'], [expect.stringMatching(/^\.tracks\.csv\.\w+\.part$/), 'tracks.csv']]);
    const interrupted = { ...parts, signal: AbortSignal.abort() };
    await expect(writeBeside(path, Readable.from([Buffer.from('x')]), interrupted)).rejects.toThrow('aborted');
    expect(readdirSync(folder)).toEqual(['tracks.csv']);
    expect(readFileSync(path, 'utf8')).toBe('the one before');
  });

  it('has to go where one may write, and nobody waits for its content otherwise', async () => {
    const content = Readable.from([Buffer.from('x')]);
    const nowhere = writeBeside(join(folder, 'none', 'tracks.csv'), content, parts);
    await expect(nowhere).rejects.toMatchObject({ message: expect.stringContaining('(ENOENT)') });
    expect(content.destroyed).toBe(true);
  });

  it('says so when it breaks off before it is read, and leaves nothing behind', async () => {
    const content = new Readable({ read: () => undefined });
    const written = writeBeside(path, content, parts);
    content.destroy(new Error('gone'));
    await expect(written).rejects.toThrow('It broke off.');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('goes into no folder that is missing, nor below a file', async () => {
    writeFileSync(path, '');
    const below = writeBeside(join(path, 'x.csv'), Readable.from([Buffer.from('x')]), parts);
    await expect(below).rejects.toMatchObject({ message: expect.stringContaining('(ENOTDIR)') });
    const missing = writeBeside(`${folder}/none/`, Readable.from([Buffer.from('x')]), parts);
    await expect(missing).rejects.toThrow('no folder that is there');
  });

  it('goes nowhere where nobody can look, and says which error that is', async () => {
    symlinkSync('circle', join(folder, 'circle'));
    for (const [name, code] of [
      ['circle', 'ELOOP'],
      ['circle/x.csv', 'ELOOP'],
      ['x'.repeat(300), 'ENAMETOOLONG'],
    ] as const) {
      const there = join(folder, name);
      const fault = { name: 'Fault', message: `${there} cannot be written (${code}).` };
      await expect(writeBeside(there, Readable.from([Buffer.from('x')]), parts)).rejects.toMatchObject(fault);
      expect(() => isFolder(there)).toThrow(fault.message);
    }
    expect(isFolder(folder)).toBe(true);
    expect(isFolder(path)).toBe(false);
  });

  it('takes the place of nothing but a file', async () => {
    const pipe = join(folder, 'pipe');
    spawnSync('mkfifo', [pipe]);
    symlinkSync(join(folder, 'none'), join(folder, 'dangling'));
    mkdirSync(path);
    for (const name of ['pipe', 'dangling', 'tracks.csv']) {
      const written = writeBeside(join(folder, name), Readable.from([Buffer.from('x')]), parts);
      await expect(written, name).rejects.toThrow('and no file.');
    }
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['dangling', 'pipe', 'tracks.csv']);
  });

  it('is written where a link leads to, and the link stays', async () => {
    mkdirSync(join(folder, 'elsewhere'));
    writeFileSync(join(folder, 'elsewhere', 'tracks.csv'), 'the one before');
    symlinkSync(join('elsewhere', 'tracks.csv'), path);
    await writeBeside(path, Readable.from([Buffer.from('a,b\n')]), parts);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'elsewhere', 'tracks.csv'), 'utf8')).toBe('a,b\n');
  });
});
