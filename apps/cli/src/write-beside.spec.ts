import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from './fault.js';
import { writeBeside } from './write-beside.js';

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
  beforeRename: () => undefined,
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
      beforeRename: () => {
        throw new Fault('It is there.', 'Name another.');
      },
    };
    await expect(writeBeside(path, Readable.from([Buffer.from('x')]), refused)).rejects.toThrow('It is there.');
    const interrupted = { ...parts, signal: AbortSignal.abort() };
    await expect(writeBeside(path, Readable.from([Buffer.from('x')]), interrupted)).rejects.toThrow('aborted');
    expect(readdirSync(folder)).toEqual(['tracks.csv']);
    expect(readFileSync(path, 'utf8')).toBe('the one before');
  });

  it('has to go where one may write', async () => {
    const nowhere = writeBeside(join(folder, 'none', 'tracks.csv'), Readable.from([Buffer.from('x')]), parts);
    await expect(nowhere).rejects.toMatchObject({ message: expect.stringContaining('(ENOENT)') });
  });
});
