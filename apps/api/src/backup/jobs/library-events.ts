import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from '../../problem/problem.js';
import { type RestoreState, isUnderWay } from './job-states.js';

/** How often a job that is watched is looked at. */
const LOOK_EVERY_MS = 500;
/** A restore of a thousand playlists is long, and is sent whole each time: no more than this of it a second. */
const MOST_SIGNS_PER_MS = 200;
/** Without news a comment keeps the connection. */
const HEARTBEAT_MS = 15_000;
/** Who has taken nothing for so long is gone, or as good as that. */
const SLOW_MS = 45_000;
/** Each of them has the database asked. */
const MOST_LISTENERS = 100;
/** When somebody who finds no place may try again; spread. */
const FULL_MS = 30_000;
const FULL_SPREAD_MS = 30_000;

/**
 * The id of the event after which none comes. A browser comes back after the end of a stream and says which event it had
 * last; it stops when it is told that there is no content.
 */
const LAST_EVENT = 'ended';

/** What of a backup or a restore has to be known here. */
interface Job {
  state: RestoreState;
}

/** Tells how backups and restores get on. */
@Injectable()
export class LibraryEvents implements BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private listeners = 0;

  /** Nobody who listens keeps the service from stopping. */
  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }

  /**
   * Answers with server-sent events: the job at once, again with every change, and a last time when it has ended. Who has
   * that one already is told that nothing comes.
   *
   * @param read what is sent; throws a Problem `not_found` when there is no such job
   * @throws Problem, before anything is sent
   */
  async answer({ headers }: FastifyRequest, reply: FastifyReply, read: () => Promise<Job>): Promise<void> {
    const { raw } = reply;
    const left = this.takePlace(raw);
    const first = await read();
    if (left.aborted) return;
    if (headers['last-event-id'] === LAST_EVENT && !isUnderWay(first.state)) {
      await reply.status(204).header('Cache-Control', 'no-store').send();
      return;
    }
    raw.setTimeout(SLOW_MS);
    await reply
      .headers({
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      })
      .send(Readable.from(this.events(first, read, AbortSignal.any([left, this.stopping.signal]))));
  }

  /** Given up by itself when the answer is over, however that comes. @throws Problem when there is none */
  private takePlace(raw: FastifyReply['raw']): AbortSignal {
    const left = new AbortController();
    if (raw.destroyed) {
      left.abort();
      return left.signal;
    }
    if (this.listeners >= MOST_LISTENERS) {
      throw new Problem(
        'too_many_listeners',
        'As many listen to backups and restores as this service takes.',
        'Ask for the backup or the restore itself instead, and try again later.',
        new Date(Date.now() + FULL_MS + Math.random() * FULL_SPREAD_MS),
      );
    }
    this.listeners += 1;
    raw.once('close', () => {
      this.listeners -= 1;
      left.abort();
    });
    return left.signal;
  }

  private async *events(first: Job, read: () => Promise<Job>, signal: AbortSignal): AsyncGenerator<string> {
    let job: Job | null = first;
    let told = '';
    let toldAt = 0;
    for (;;) {
      if (job === null) {
        yield 'event: removed\ndata: {}\n\n';
        return;
      }
      const text = JSON.stringify(job);
      const isOver = !isUnderWay(job.state);
      if (text !== told) {
        yield `${isOver ? `id: ${LAST_EVENT}\n` : ''}data: ${text}\n\n`;
        [told, toldAt] = [text, Date.now()];
      } else if (Date.now() - toldAt > HEARTBEAT_MS) {
        yield ':\n\n';
        toldAt = Date.now();
      }
      if (isOver) return;
      const waitMs = Math.max(LOOK_EVERY_MS, text.length / MOST_SIGNS_PER_MS);
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      job = await read().catch(nullWhenGone);
    }
  }
}

function nullWhenGone(error: unknown): null {
  if (error instanceof Problem && error.code === 'not_found') return null;
  throw error;
}
