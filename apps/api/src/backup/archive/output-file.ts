import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { writeFailure } from './archive-error.js';
import type { ArchivedFile } from './documents.js';

/** So much is written at once. */
const CHUNK = 64 * 1024;

/** A new file that counts and hashes what is written. */
export class OutputFile {
  private readonly hash = createHash('sha256');
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private bytes = 0;

  private constructor(
    private readonly handle: FileHandle,
    /** Within the backup. */
    private readonly path: string,
  ) {}

  static async create(folder: string, path: string): Promise<OutputFile> {
    try {
      return new OutputFile(await open(`${folder}/${path}`, 'wx', 0o600), path);
    } catch (error) {
      throw writeFailure(error, `creating ${path}`);
    }
  }

  async write(content: string | Buffer): Promise<void> {
    const chunk = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    this.hash.update(chunk);
    this.waiting.push(chunk);
    this.waitingBytes += chunk.length;
    this.bytes += chunk.length;
    if (this.waitingBytes >= CHUNK) await this.flush();
  }

  /** What has been written. Nothing can be added after. */
  async end(): Promise<ArchivedFile> {
    await this.flush();
    return { path: this.path, bytes: this.bytes, sha256: this.hash.digest('hex') };
  }

  /** Until then a power cut may take it. */
  async sync(): Promise<void> {
    try {
      await this.handle.sync();
    } catch (error) {
      throw writeFailure(error, `writing ${this.path}`);
    }
  }

  async close(): Promise<void> {
    try {
      await this.handle.close();
    } catch (error) {
      throw writeFailure(error, `writing ${this.path}`);
    }
  }

  private async flush(): Promise<void> {
    const chunk = Buffer.concat(this.waiting, this.waitingBytes);
    this.waiting = [];
    this.waitingBytes = 0;
    try {
      // Unlike write(), it goes on after a part of it was taken.
      await this.handle.writeFile(chunk);
    } catch (error) {
      throw writeFailure(error, `writing ${this.path}`);
    }
  }
}
