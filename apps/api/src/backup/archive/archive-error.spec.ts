import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ArchiveError, readFailure, writeFailure } from './archive-error.js';

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail.');
}

describe('what a disk refuses', () => {
  it('is told as full when there is no room', async () => {
    const full = await failureOf(writeFile('/dev/full', 'a'));
    const error = writeFailure(full, 'writing lists/tracks.json');
    expect(error).toMatchObject({ code: 'disk_full', cause: full });
    expect(error.message).toBe('The disk is full: writing lists/tracks.json failed (ENOSPC).');
    expect(error.remedy).toMatch(/room/);
  });

  it('is told as a folder that cannot be written', async () => {
    const nowhere = await failureOf(writeFile('/nowhere/at/all', 'a'));
    expect(writeFailure(nowhere, 'writing')).toMatchObject({ code: 'not_writable' });
  });

  it.each([
    ['EDQUOT', 'disk_full'],
    ['EFBIG', 'disk_full'],
    ['EROFS', 'not_writable'],
    ['EACCES', 'not_writable'],
    ['EIO', 'disk_failed'],
  ])('is told for %s as %s', (code, expected) => {
    expect(writeFailure(Object.assign(new Error('refused'), { code }), 'writing').code).toBe(expected);
  });

  it('is told once', () => {
    const error = new ArchiveError('damaged', 'Broken.');
    expect(writeFailure(error, 'writing')).toBe(error);
    expect(readFailure(error, 'file')).toBe(error);
  });
});
