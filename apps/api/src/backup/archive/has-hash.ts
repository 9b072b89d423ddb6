import { createHash } from 'node:crypto';
import { ArchiveError } from './archive-error.js';
import type { ArchivedFile } from './documents.js';
import { chunks } from './lines.js';

/** Whether a file is what the manifest says. */
export async function hasHash(folder: string, file: ArchivedFile): Promise<boolean> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of chunks(folder, file.path)) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    if (error instanceof ArchiveError) return false;
    throw error;
  }
  return bytes === file.bytes && hash.digest('hex') === file.sha256;
}
