import { expect } from 'vitest';
import type { Failpoint, FailpointName } from '../failpoint.js';
import type { TokenAuthority } from './token-authority.js';

/** What a killed process leaves its callers with. */
export class Crash extends Error {}

/** A failpoint that kills once. */
export interface Killer {
  failpoint: Failpoint;
  /** Kills at the next passage of this point; null: at none. */
  at: FailpointName | null;
}

/** Makes one. Killed after sending, the process lives until the request has had its effect at the authority. */
export function makeKiller(authority: TokenAuthority): Killer {
  let before = 0;
  const killer: Killer = {
    at: null,
    failpoint: async (name) => {
      if (name === 'claim-before-send') before = authority.requests.length;
      if (name !== killer.at) return;
      killer.at = null;
      if (name === 'after-send') {
        const isOver = () => authority.requests.length > before && authority.isIdle;
        await expect.poll(isOver, { interval: 2 }).toBe(true);
      }
      throw new Crash(name);
    },
  };
  return killer;
}
