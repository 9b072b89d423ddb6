import { parseAnswer } from './answer.js';
import { events } from './events.js';
import { Fault, Unreachable } from './fault.js';
import { type Job, hasEnded } from './job.js';
import type { Service } from './service.js';

/** The service says something every 15 seconds. */
const SILENCE_MS = 45_000;
const AGAIN_AFTER_MS = 1_000;
/** A restart takes less. */
const PATIENCE_MS = 60_000;

/** What is followed. */
export interface Kind<One extends Job> {
  noun: 'backup' | 'restore';
  parse: (value: unknown) => One | null;
}

/** What becomes of it: how it stands, or that the connection is lost and tried again. */
export type News<One extends Job> = { job: One } | { lost: Unreachable };

/**
 * Tells how a backup or a restore gets on, until it has ended. A service that stops meanwhile is waited for: what it was at
 * goes on with its next start.
 *
 * @param pause resolves after so many milliseconds
 * @throws Fault when it was removed, or the service stays away
 */
export async function* follow<One extends Job>(
  service: Service,
  kind: Kind<One>,
  id: string,
  { pause, now }: { pause: (ms: number) => Promise<void>; now: () => number },
): AsyncGenerator<News<One>> {
  let heardAt = now();
  let isLost = false;
  for (;;) {
    try {
      // One that waits for hours has no news, and its service is there all the same.
      const heard = (): void => {
        heardAt = now();
      };
      for await (const job of stream(service, kind, id, heard)) {
        isLost = false;
        yield { job };
        if (hasEnded(job)) return;
      }
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      if (now() - heardAt > PATIENCE_MS) {
        throw new Fault(
          error.message,
          `The ${kind.noun} goes on by itself once the service runs. ${error.remedy}`,
          error.exitCode,
        );
      }
      if (!isLost) yield { lost: error };
      isLost = true;
    }
    await pause(AGAIN_AFTER_MS);
  }
}

async function* stream<One extends Job>(
  service: Service,
  { noun, parse }: Kind<One>,
  id: string,
  heard: () => void,
): AsyncGenerator<One> {
  const path = `/admin/${noun}s/${id}/events`;
  const silent = new AbortController();
  const timer = setTimeout(() => {
    silent.abort();
  }, SILENCE_MS);
  try {
    const { body } = await service.open(path, 'text/event-stream', silent.signal);
    if (body === null) throw service.strange(path);
    for await (const { name, data } of events(body, () => {
      timer.refresh();
      heard();
    })) {
      if (name === 'removed') {
        throw new Fault(`The ${noun} was removed before it had ended.`, 'Begin another one.');
      }
      const job = parse(parseAnswer(data, service.url));
      if (job === null) throw service.strange(path);
      yield job;
    }
  } catch (error) {
    if (error instanceof Fault || service.isInterrupted) throw error;
    throw service.brokenOff(error);
  } finally {
    clearTimeout(timer);
  }
}
