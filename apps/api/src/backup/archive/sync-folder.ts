import { open } from 'node:fs/promises';

/** Makes what was put into a folder, or taken out of it, outlast a power cut. */
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
