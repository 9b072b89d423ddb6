import { ArchiveError, readFailure } from './archive-error.js';
import { openOwnFile } from './own-file.js';

const LINE_FEED = 0x0a;
/** A line is an entry. What is longer is none of ours, and would fill the memory. */
const LONGEST_LINE = 16 * 1024 * 1024;

/**
 * The lines of a file. Node's own reader of lines takes more than the line feed for an end, and titles have such characters.
 *
 * @param file within the backup
 * @param heard sees every byte before its line comes
 */
export async function* lines(folder: string, file: string, heard?: (chunk: Buffer) => void): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of chunks(folder, file)) {
    heard?.(chunk);
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      yield restBytes === 0
        ? chunk.toString('utf8', start, end)
        : Buffer.concat([...rest, chunk.subarray(start, end)]).toString('utf8');
      rest = [];
      restBytes = 0;
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
    restBytes += chunk.length - start;
    if (restBytes > LONGEST_LINE) throw new ArchiveError('damaged', `${file} has a line that is too long.`);
  }
  if (restBytes > 0) yield Buffer.concat(rest).toString('utf8');
}

/** The bytes of a file of a backup. */
export async function* chunks(folder: string, file: string): AsyncGenerator<Buffer> {
  const handle = await openOwnFile(folder, file);
  try {
    for await (const chunk of handle.createReadStream()) if (Buffer.isBuffer(chunk)) yield chunk;
  } catch (error) {
    throw readFailure(error, file);
  }
}
