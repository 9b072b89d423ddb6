import type { SpotifySwitches } from '../switches.js';
import { fingerprint, newSecret } from './secrets.js';

/** What a person has allowed an app, once. Refresh tokens belong to it; they die six months after it. */
export interface Grant {
  account: string;
  clientId: string;
  scopes: readonly string[];
  /** Epoch milliseconds. */
  consentedMs: number;
  revoked: boolean;
}

/** An access token's rights. `grant` is null for an app that acts for itself. */
export interface AccessToken {
  grant: Grant | null;
  clientId: string;
  scopes: readonly string[];
  expiresMs: number;
}

/** How a refresh token stands. `unknown` was never given out. */
export type RefreshTokenState = 'alive' | 'rotated' | 'revoked' | 'expired' | 'unknown';

interface RefreshToken {
  fingerprint: string;
  grant: Grant;
  /** The token that was used to get this one; null for the first. */
  parent: RefreshToken | null;
  /** From when on it does not work, in epoch milliseconds. */
  deadFromMs: number;
}

/** Tokens that were given out. `refreshToken` is left out when the answer has none. */
export interface Issued {
  accessToken: string;
  refreshToken?: string;
  grant: Grant;
}

const keptAccessTokens = 20_000;

/** Everything that was given out and is still remembered. */
export type GrantStore = ReturnType<typeof createGrantStore>;

/** A store in which nobody has allowed anything. `now` in epoch milliseconds. */
export function createGrantStore(switches: SpotifySwitches, now: () => number) {
  const refreshTokens = new Map<string, RefreshToken>();
  const accessTokens = new Map<string, AccessToken>();

  const stateOf = (token: RefreshToken | undefined): RefreshTokenState => {
    if (token === undefined) return 'unknown';
    if (token.grant.revoked) return 'revoked';
    if (now() >= sixMonthsAfter(token.grant.consentedMs)) return 'expired';
    return now() >= token.deadFromMs ? 'rotated' : 'alive';
  };

  const newAccessToken = (clientId: string, grant: Grant | null): string => {
    const token = newSecret('BQ');
    const expiresMs = now() + switches.expiresIn * 1000;
    accessTokens.set(token, { grant, clientId, scopes: grant?.scopes ?? [], expiresMs });
    for (const oldest of accessTokens.keys()) {
      if (accessTokens.size <= keptAccessTokens) break;
      accessTokens.delete(oldest);
    }
    return token;
  };

  const newRefreshToken = (grant: Grant, parent: RefreshToken | null): string => {
    const token = newSecret('AQ');
    const print = fingerprint(token);
    refreshTokens.set(print, { fingerprint: print, grant, parent, deadFromMs: Infinity });
    return token;
  };

  /** What the use of a token means for the others of its grant under `rotate`: whoever has it needs those before it no more. */
  const retireBefore = (used: RefreshToken): void => {
    for (const token of refreshTokens.values()) {
      const isOfUse = token.grant === used.grant && token.deadFromMs > now();
      if (isOfUse && !descends(token, used)) token.deadFromMs = now();
    }
  };

  const successor = (used: RefreshToken, text: string): string | undefined => {
    switch (switches.rotation) {
      case 'none':
        return undefined;
      case 'same':
        return text;
      case 'rotate-grace':
        used.deadFromMs = Math.min(used.deadFromMs, now() + switches.graceSeconds * 1000);
        break;
      case 'rotate':
        retireBefore(used);
        break;
      case 'rotate-strict':
        used.deadFromMs = Math.min(used.deadFromMs, now());
        break;
    }
    return newRefreshToken(used.grant, used);
  };

  return {
    /** Tokens for a new consent. */
    open: (grant: Grant): Issued => ({
      accessToken: newAccessToken(grant.clientId, grant),
      refreshToken: newRefreshToken(grant, null),
      grant,
    }),
    /** Tokens for an app that acts for itself. */
    openForApp: (clientId: string): string => newAccessToken(clientId, null),
    /** How a refresh token stands, whose it is, and when it was consented to. */
    look: (print: string): { state: RefreshTokenState; grant: Grant | null } => {
      const token = refreshTokens.get(print);
      return { state: stateOf(token), grant: token?.grant ?? null };
    },
    /** New tokens for a refresh token; null when it is not alive. */
    refresh: (text: string): Issued | null => {
      const used = refreshTokens.get(fingerprint(text));
      if (used === undefined || stateOf(used) !== 'alive') return null;
      const refreshToken = successor(used, text);
      const accessToken = newAccessToken(used.grant.clientId, used.grant);
      return { accessToken, grant: used.grant, ...(refreshToken === undefined ? {} : { refreshToken }) };
    },
    /** The rights of an access token, which may be over; null for one that was never given out or is revoked. */
    access: (token: string): AccessToken | null => {
      const found = accessTokens.get(token);
      return found === undefined || found.grant?.revoked === true ? null : found;
    },
    /** Ends the life of every access token that was given out so far. */
    expireAccessTokens: (): void => {
      for (const token of accessTokens.values()) token.expiresMs = Math.min(token.expiresMs, now());
    },
    /** Takes back what was allowed to an app, or to all of them when `clientId` is null. */
    revoke: (clientId: string | null): void => {
      for (const { grant } of refreshTokens.values()) {
        if (clientId === null || grant.clientId === clientId) grant.revoked = true;
      }
    },
    /** Fingerprints of the refresh tokens that work, with the grant of each. */
    living: (): { grant: Grant; fingerprint: string }[] =>
      [...refreshTokens.values()].filter((token) => stateOf(token) === 'alive'),
    clear: (): void => {
      refreshTokens.clear();
      accessTokens.clear();
    },
  };
}

/** The same day and time six months later; the last day of that month where it has no such day. */
export function sixMonthsAfter(ms: number): number {
  const moment = new Date(ms);
  const day = moment.getUTCDate();
  moment.setUTCMonth(moment.getUTCMonth() + 6);
  return moment.getUTCDate() === day ? moment.getTime() : moment.setUTCDate(0);
}

/** Whether `token` is `ancestor`, or was got by it or by one that was. */
function descends(token: RefreshToken, ancestor: RefreshToken): boolean {
  let at: RefreshToken | null = token;
  while (at !== null && at !== ancestor) at = at.parent;
  return at !== null;
}
