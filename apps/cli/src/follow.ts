import { type Backup, hasEnded, parseBackup } from './backup.js';
import { events } from './events.js';
import { Fault, Unreachable } from './fault.js';
import type { Service } from './service.js';

/** The service says something every 15 seconds. */
const SILENCE_MS = 45_000;
const AGAIN_AFTER_MS = 1_000;
/** A restart takes less. */
const PATIENCE_MS = 60_000;

/** What becomes of a backup: how it stands, or that the connection is lost and tried again. */
export type News = { backup: Backup } | { lost: Unreachable };

/**
 * Tells how a backup gets on, until it has ended. A service that stops meanwhile is waited for: the backup goes on with its
 * next start.
 *
 * @param pause resolves after so many milliseconds
 * @throws Fault when it was removed, or the service stays away
 */
export async function* follow(
  service: Service,
  id: string,
  { pause, now }: { pause: (ms: number) => Promise<void>; now: () => number },
): AsyncGenerator<News> {
  let heardAt = now();
  let isLost = false;
  for (;;) {
    try {
      for await (const backup of stream(service, id)) {
        heardAt = now();
        isLost = false;
        yield { backup };
        if (hasEnded(backup)) return;
      }
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      if (now() - heardAt > PATIENCE_MS) {
        throw new Fault(
          error.message,
          `The backup goes on by itself once the service runs. ${error.remedy}`,
          error.exitCode,
        );
      }
      if (!isLost) yield { lost: error };
      isLost = true;
    }
    await pause(AGAIN_AFTER_MS);
  }
}

async function* stream(service: Service, id: string): AsyncGenerator<Backup> {
  const path = `/admin/backups/${id}/events`;
  const silent = new AbortController();
  const timer = setTimeout(() => {
    silent.abort();
  }, SILENCE_MS);
  try {
    const { body } = await service.open(path, 'text/event-stream', silent.signal);
    if (body === null) throw service.strange(path);
    for await (const { name, data } of events(body, () => timer.refresh())) {
      if (name === 'removed') {
        throw new Fault('The backup was removed before it was made.', 'Begin another one: npm run tonearm -- backup.');
      }
      const backup = parseBackup(JSON.parse(data));
      if (backup === null) throw service.strange(path);
      yield backup;
    }
  } catch (error) {
    if (error instanceof Fault || service.isInterrupted) throw error;
    throw service.brokenOff(error);
  } finally {
    clearTimeout(timer);
  }
}
