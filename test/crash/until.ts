import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 2;
const PATIENCE_MS = 30_000;

/**
 * Asks until it is so.
 * @param what told when it does not come to be
 */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`Waited ${PATIENCE_MS / 1000} s in vain: ${what}.`);
    await delay(POLL_MS);
  }
}
