import { randomUUID } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from './error-code.js';

/** Writes a new file that only its owner can read, and returns when its bytes are on the disk; its name may not be yet. */
export async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes a file that only its owner can read, unless there is one: of several processes the first one's stays. It is whole
 * and on the disk, with its name, when this resolves. Rejects with the error of the system call.
 */
export async function makeFileOnce(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeSynced(draft, text);
    // A link, unlike a rename, never replaces the file of another process.
    await link(draft, file).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
    await syncFolder(dirname(file));
  } finally {
    await rm(draft, { force: true });
  }
}

/** Makes what was put into a folder, or taken out of it, outlast a power cut. Rejects with the error of the system call. */
export async function syncFolder(path: string): Promise<void> {
  // Windows does not let a folder be opened, and looks after it by itself.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
