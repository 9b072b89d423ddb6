import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { Fault, codeOf } from './fault.js';

/**
 * Writes a file that is there as a whole or not at all.
 *
 * @param brokenOff what it means when the content ends before its end
 * @param beforeRename the last moment to refuse
 * @returns how many bytes it has
 * @throws Fault
 */
export async function writeBeside(
  path: string,
  content: Readable,
  {
    signal,
    brokenOff,
    beforeRename,
  }: { signal: AbortSignal; brokenOff: (error: unknown) => Fault; beforeRename: () => void },
): Promise<number> {
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
  const file = await attempt(path, () => open(beside, 'wx'));
  try {
    let bytes = 0;
    for await (const chunk of chunksOf(content, signal, brokenOff)) {
      await attempt(path, () => writeAll(file, chunk));
      bytes += chunk.length;
    }
    await attempt(path, () => file.sync());
    await file.close();
    beforeRename();
    await attempt(path, () => rename(beside, path));
    return bytes;
  } catch (error) {
    content.destroy();
    await file.close();
    await rm(beside, { force: true });
    throw error;
  }
}

async function* chunksOf(
  content: Readable,
  signal: AbortSignal,
  brokenOff: (error: unknown) => Fault,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of content) {
      signal.throwIfAborted();
      if (chunk instanceof Uint8Array) yield chunk;
    }
  } catch (error) {
    throw signal.aborted ? error : brokenOff(error);
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.length;) {
    written += (await file.write(chunk, written)).bytesWritten;
  }
}

async function attempt<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw new Fault(
      `${path} cannot be written (${codeOf(error) ?? 'unknown reason'}).`,
      'Name a file with --out in a folder that you may write to, on a disk with room.',
    );
  }
}
