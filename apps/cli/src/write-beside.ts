import { randomBytes } from 'node:crypto';
import { type Stats, lstatSync, realpathSync, statSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { Fault, codeOf } from './fault.js';

/**
 * Writes a file that is there as a whole or not at all.
 *
 * @param brokenOff what it means when the content ends before its end
 * @param refuse whether it may not be, asked at first and at the last moment
 * @returns how many bytes it has
 * @throws Fault
 */
export async function writeBeside(
  path: string,
  content: Readable,
  { signal, brokenOff, refuse }: { signal: AbortSignal; brokenOff: (error: unknown) => Fault; refuse: () => void },
): Promise<number> {
  let beside: string | null = null;
  let file: FileHandle | null = null;
  // It may break off before it is read. Whoever reads it then is told; until then nobody would be there to hear it.
  content.on('error', () => undefined);
  try {
    refuse();
    const target = fileAt(path);
    const part = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.part`);
    const opened = await attempt(path, () => open(part, 'wx'));
    [beside, file] = [part, opened];
    let bytes = 0;
    for await (const chunk of chunksOf(content, signal, brokenOff)) {
      await attempt(path, () => writeAll(opened, chunk));
      bytes += chunk.length;
    }
    await attempt(path, () => opened.sync());
    await opened.close();
    refuse();
    await attempt(path, () => rename(part, target));
    return bytes;
  } catch (error) {
    // Of an answer that nobody reads the connection stays open, and the program with it.
    content.destroy();
    await file?.close();
    if (beside !== null) await rm(beside, { force: true });
    throw error;
  }
}

/**
 * Where a file is written that is to be at a path: what a link leads to is written, and not the link.
 *
 * @throws Fault when something is there that no file may take the place of
 */
export function fileAt(path: string): string {
  if (path.endsWith(sep)) throw new Fault(`${path} is no folder that is there.`, 'Make it first, or name a file.');
  if (!isThere(path)) return path;
  const kind = looked(path, statSync);
  if (kind?.isFile() === true) return realpathSync(path);
  const what = kind === undefined ? 'a link to nothing' : kind.isDirectory() ? 'a folder' : 'a device or a pipe';
  throw new Fault(
    `${path} is ${what}, and no file.`,
    'Name a file with --out, or a hyphen: what goes to the standard output can be sent anywhere.',
  );
}

/** Also a link to nothing is there. Below a file nothing is; that nothing can be written there is told later. @throws Fault */
export function isThere(path: string): boolean {
  return looked(path, lstatSync) !== undefined;
}

/** Also one that a link leads to. @throws Fault */
export function isFolder(path: string): boolean {
  return looked(path, statSync)?.isDirectory() === true;
}

/** Nothing can be written where nobody may look, as in a folder of others, behind links in a circle, or by too long a name. */
function looked(
  path: string,
  look: (path: string, options: { throwIfNoEntry: false }) => Stats | undefined,
): Stats | undefined {
  try {
    return look(path, { throwIfNoEntry: false });
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return undefined;
    throw unwritable(path, error);
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
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): Fault {
  return new Fault(
    `${path} cannot be written (${codeOf(error) ?? 'unknown reason'}).`,
    'Name a file with --out in a folder that you may write to, on a disk with room.',
  );
}
