import { setTimeout as delay } from 'node:timers/promises';

/** The moments, in epoch milliseconds, at which somebody comes: one after the other, for so long. */
export async function* visits({ apartMs, forMs }: { apartMs: number; forMs: number }): AsyncGenerator<number> {
  const end = Date.now() + forMs;
  for (let now = Date.now(); now < end; now = Date.now()) {
    yield now;
    await delay(apartMs);
  }
}
