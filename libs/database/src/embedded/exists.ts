import { lstat } from 'node:fs/promises';
import { errorCode } from '../error-code.js';

/** Whether there is anything at `path`, be it a broken link. Throws when that cannot be told (`EACCES`). */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
