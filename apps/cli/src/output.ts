import { fstatSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { Fault, codeOf } from './fault.js';

/** Where text and files go to. */
export type Output = Writable & Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>;

/** A file or a device. Node takes a write for done when a full disk has taken a part of it, and says nothing. */
class FileOutput extends Writable {
  constructor(private readonly file: number) {
    super();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    try {
      for (let written = 0; written < chunk.length;) written += writeSync(this.file, chunk, written);
    } catch (error) {
      done(error instanceof Error ? error : new Error('unknown reason'));
      return;
    }
    done();
  }
}

/** The standard output, of which everything is written or an error comes. */
export function standardOutput(): Output {
  const { stdout } = process;
  const kind = fstatSync(stdout.fd);
  return stdout.isTTY || kind.isFIFO() || kind.isSocket() ? stdout : new FileOutput(stdout.fd);
}

/** What becomes of an output that takes no more; null when its reader has enough and went away. */
export function outputFault(error: unknown): Fault | null {
  const code = codeOf(error) ?? 'unknown reason';
  if (code === 'EPIPE') return null;
  return new Fault(
    `The output cannot be written (${code}).`,
    'What is there of it is not whole: send it to where there is room and try again.',
  );
}
