import { type BeforeApplicationShutdown, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { UpstreamError } from '#upstream';
import { reasonOf } from '../../logging.js';
import type { Archive } from '../archive/archive.js';
import { ArchiveError } from '../archive/archive-error.js';
import { libraryIsrcs } from './library-isrcs.js';
import { type MusicBrainzClient, MusicBrainzRefusal } from './musicbrainz-client.js';
import type { RecordingIds } from './recording-ids.js';

/** MusicBrainz allows one call a second. */
export const MUSICBRAINZ_PACE_MS = 1_100;
/** How often it is looked whether there is something to ask. */
const LOOK_EVERY_MS = 5_000;
const ISRCS_AT_ONCE = 200;
/** Pauses after failures in a row; the last one from then on. */
const PAUSES_MS = [10_000, 30_000, 60_000, 5 * 60_000, 15 * 60_000, 60 * 60_000] as const;

export interface MusicBrainzParts {
  ids: RecordingIds;
  client: MusicBrainzClient;
  /** The files of a backup. @throws ArchiveError */
  open: (name: string) => Promise<Archive>;
  /** Between two calls of whichever process. */
  paceMs: number;
}

/**
 * Asks MusicBrainz for the ISRCs that backups have, one after another, in whatever time that takes. All that it knows lies
 * in the database: it can end at any moment, and go on in any process.
 */
export class MusicBrainzWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('MusicBrainz');
  private readonly worker = randomUUID();
  private readonly stopping = new AbortController();
  private working: Promise<void> | null = null;
  /** One that fails each time must not keep the others from their turn. */
  private last = '';
  /** In a row. */
  private failures = 0;

  constructor(private readonly parts: MusicBrainzParts) {}

  onApplicationBootstrap(): void {
    this.look();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new Error('The service stops.'));
    await this.working;
    this.parts.client.close();
  }

  @Interval(LOOK_EVERY_MS)
  look(): void {
    if (!this.parts.ids.isOn || this.stopping.signal.aborted) return;
    this.working ??= this.workWhileDue()
      .catch((error: unknown) => {
        this.logger.debug(`Nothing can be asked now (${reasonOf(error)}).`);
      })
      .finally(() => {
        this.working = null;
      });
  }

  private async workWhileDue(): Promise<void> {
    const { ids, paceMs } = this.parts;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const backup = await ids.unseenBackup();
      const isrc = await ids.next(this.last);
      if ((!backup && isrc === null) || !(await ids.hold(this.worker))) break;
      if (backup) await this.lookThrough(backup);
      else if (isrc !== null) {
        const waitMs = await ids.turn(this.worker, paceMs);
        if (waitMs > 0) await pause(waitMs, undefined, { signal }).catch(() => undefined);
        else await this.ask(isrc);
      }
    }
    await ids.release(this.worker);
  }

  /** Finds out what is to be asked for. */
  private async lookThrough({ id, name }: { id: string; name: string }): Promise<void> {
    const { ids, open } = this.parts;
    try {
      for await (const isrcs of libraryIsrcs(await open(name), ISRCS_AT_ONCE)) {
        if (this.stopping.signal.aborted || !(await ids.hold(this.worker))) return;
        await ids.want(isrcs);
      }
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      this.logger.warn(`${name} is passed over: ${error.message}`);
    }
    await ids.noteSeen(id);
  }

  private async ask(isrc: string): Promise<void> {
    const { ids, client } = this.parts;
    this.last = isrc;
    try {
      const recordingIds = await client.recordingIds(isrc, this.stopping.signal);
      await ids.keep(isrc, recordingIds);
      this.failures = 0;
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      if (!(error instanceof UpstreamError || error instanceof MusicBrainzRefusal)) throw error;
      await this.restAfter(error);
    }
  }

  private async restAfter(error: UpstreamError | MusicBrainzRefusal): Promise<void> {
    const retryAt = error instanceof UpstreamError ? error.retryAt : null;
    const pauseMs = PAUSES_MS[Math.min(this.failures, PAUSES_MS.length - 1)] ?? 0;
    const restMs = Math.max(pauseMs, (retryAt ?? 0) - Date.now());
    if (this.failures === 0) this.logger.warn(`${error.message} It is left alone for ${Math.ceil(restMs / 1000)} s.`);
    this.failures += 1;
    await this.parts.ids.rest(restMs);
  }
}
