import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { type Backup, BackupStore } from './backup-store.js';

/** How often one that is watched is looked at. */
const LOOK_EVERY_MS = 500;
/** Without news a comment keeps the connection. */
const HEARTBEAT_MS = 15_000;

const ENDED: ReadonlySet<string> = new Set(['complete', 'complete_with_omissions', 'failed']);

/** Tells how a backup gets on. */
@Injectable()
export class BackupEvents implements BeforeApplicationShutdown {
  private readonly stopping = new AbortController();

  constructor(private readonly store: BackupStore) {}

  /** Nobody who listens keeps the service from stopping. */
  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }

  /**
   * Server-sent events: the backup at once, again with every change, and a last time when it has ended.
   *
   * @param describe what a backup is in an answer
   * @param left ends it
   */
  async *of(id: string, describe: (backup: Backup) => object, left: AbortSignal): AsyncGenerator<string> {
    const signal = AbortSignal.any([left, this.stopping.signal]);
    let told = '';
    let toldAt = 0;
    while (!signal.aborted) {
      const backup = await this.store.get(id);
      if (backup === null) {
        yield 'event: removed\ndata: {}\n\n';
        return;
      }
      const text = JSON.stringify(describe(backup));
      if (text !== told) {
        yield `data: ${text}\n\n`;
        [told, toldAt] = [text, Date.now()];
      } else if (Date.now() - toldAt > HEARTBEAT_MS) {
        yield ':\n\n';
        toldAt = Date.now();
      }
      if (ENDED.has(backup.state)) return;
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
