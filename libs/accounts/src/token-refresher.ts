import { setTimeout as delay } from 'node:timers/promises';
import type { AccountsLog } from './accounts-log.js';
import { AppStops } from './app-stops.js';
import { errorCode } from './error-code.js';
import { type Failpoint, NO_FAILPOINT } from './failpoint.js';
import { type GrantRow, tokenPlace } from './grant.js';
import type { Links } from './links.js';
import type { Claim, Failure, RefreshAttempts } from './refresh-attempts.js';
import { consequenceOf } from './refresh-consequence.js';
import {
  appRefused,
  consentIsOver,
  coolingDown,
  exchangeFailed,
  freshTokenRefused,
  linkForgotten,
  noSuchApp,
  refreshTakesLong,
} from './refresh-error.js';
import { digest } from './secret-text.js';
import type { TokenEndpoint, Tokens } from './token-endpoint.js';
import { TokenError } from './token-error.js';
import type { TokenLandings } from './token-landings.js';
import type { TokenVault } from './token-vault.js';

/** How long an exchange may be anybody's own. Three times what an exchange may take. */
export const LEASE_MS = 30_000;
const LONGEST_WAIT_MS = 15_000;
const POLL_MS = 50;
const POLL_JITTER_MS = 200;

/** Where the grants of an app are refreshed. */
export interface RefreshTarget {
  /** The upstream's name for people. */
  displayName: string;
  /** Null when the app is not configured (any more). */
  endpoint: TokenEndpoint | null;
}

export interface TokenRefresherOptions {
  links: Links;
  attempts: RefreshAttempts;
  landings: TokenLandings;
  vault: TokenVault;
  target: (provider: string, clientId: string) => Promise<RefreshTarget>;
  log: AccountsLog;
  /** Milliseconds since 1970. */
  now: () => number;
  /** A number from 0 to 1. */
  random: () => number;
  failpoint?: Failpoint;
  /** How long to wait for another process that is refreshing. */
  waitMs?: number;
}

/** Why a token is asked for. */
interface Wish {
  /** The upstream has refused this one. */
  rejected: string | null;
  /** Refresh although the token is still good, if it is time. */
  ahead: boolean;
}

/**
 * Refreshes access tokens: once for everybody who asks, in this process and in all others on the same database. What a
 * crash interrupts is cleared up by whoever comes next, and no token is ever thrown away.
 */
export class TokenRefresher {
  private readonly flights = new Map<string, Promise<string>>();
  private readonly stops: AppStops;

  constructor(private readonly options: TokenRefresherOptions) {
    this.stops = new AppStops(options.now);
  }

  /**
   * A valid access token of a grant, refreshed if it must be.
   * @param rejected one that the upstream has just refused: never this one again
   * @throws ProviderError, or VaultError when the stored tokens do not open
   */
  async accessToken(grantId: string, rejected: string | null = null): Promise<string> {
    const wish: Wish = { rejected, ahead: false };
    const token = await this.fly(grantId, wish);
    if (token !== rejected) return token;
    // The flight had begun for somebody whom this token suits.
    const another = await this.fly(grantId, wish);
    if (another !== rejected) return another;
    throw freshTokenRefused(await this.nameOf(grantId));
  }

  /** Refreshes ahead if it is still time. @throws ProviderError, or VaultError */
  async refreshAhead(grantId: string): Promise<void> {
    await this.fly(grantId, { rejected: null, ahead: true });
  }

  private fly(grantId: string, wish: Wish): Promise<string> {
    const known = this.flights.get(grantId);
    if (known) return known;
    const flight = this.run(grantId, wish).finally(() => this.flights.delete(grantId));
    this.flights.set(grantId, flight);
    return flight;
  }

  private async run(grantId: string, { rejected, ahead }: Wish): Promise<string> {
    const { links, vault, random, waitMs = LONGEST_WAIT_MS } = this.options;
    const deadline = performance.now() + waitMs;
    for (;;) {
      const row = await links.row(grantId);
      if (row === null) throw linkForgotten();
      const { displayName, endpoint } = await this.options.target(row.provider, row.clientId);
      if (row.status === 'needs_consent') throw consentIsOver(displayName, row.statusReason);
      const token = row.isAccessValid ? vault.open(row.accessToken, tokenPlace(row, 'access_token')) : null;
      if (token !== null && token === rejected) await links.expireAccess(row);
      const usable = token === rejected ? null : token;
      if (usable !== null && !(ahead && row.isRefreshDue && row.refreshToken !== null)) return usable;
      if (!row.isLeased) {
        if (row.isCoolingDown) {
          if (usable !== null) return usable;
          throw coolingDown(displayName, row);
        }
        if (endpoint === null) throw noSuchApp(displayName, row.clientId);
        const fresh = await this.exchange(row, displayName, endpoint);
        if (fresh !== null) return fresh;
      } else if (usable !== null) {
        return usable;
      }
      if (performance.now() > deadline) throw refreshTakesLong(displayName);
      await delay(POLL_MS + random() * POLL_JITTER_MS);
    }
  }

  /** @returns null when somebody else was quicker: look again */
  private async exchange(row: GrantRow, displayName: string, endpoint: TokenEndpoint): Promise<string | null> {
    const { attempts, failpoint = NO_FAILPOINT } = this.options;
    const [first, ...others] = this.candidates(row);
    if (first === undefined) {
      await attempts.giveUp(row);
      return null;
    }
    const stoppedUntil = this.stops.until(row.provider, endpoint.app);
    if (stoppedUntil !== null) throw appRefused(displayName, row.clientId, stoppedUntil);
    const claim = await attempts.claim(row, digest(first));
    if (claim === null) return null;
    await failpoint('claim-before-send');
    let used = first;
    for (;;) {
      const outcome = await this.send(endpoint, used);
      if (!(outcome instanceof TokenError)) return this.land(claim, row, used, outcome);
      const next = outcome.kind === 'invalid_grant' ? others.shift() : undefined;
      if (next === undefined) return this.settle(claim, row, used, outcome, displayName, endpoint);
      used = next;
      if (!(await attempts.noteOther(claim, digest(used)))) return null;
    }
  }

  /**
   * The refresh tokens to try. Usually that is the stored one alone; only after a crash, when the one that was sent may
   * have been spent, the one before it too, and the one that was sent comes first.
   */
  private candidates(row: GrantRow): string[] {
    const { vault } = this.options;
    if (row.refreshToken === null) return [];
    const current = vault.open(row.refreshToken, tokenPlace(row, 'refresh_token'));
    if (row.attemptState !== 'sent' || row.previousRefreshToken === null) return [current];
    const previous = vault.open(row.previousRefreshToken, tokenPlace(row, 'previous_refresh_token'));
    return digest(previous) === row.attemptHash ? [previous, current] : [current, previous];
  }

  private async send(endpoint: TokenEndpoint, refreshToken: string): Promise<Tokens | TokenError> {
    const { failpoint = NO_FAILPOINT } = this.options;
    const answering = endpoint.refresh(refreshToken);
    // When a failpoint ends this here, nobody is left to hear how the request went.
    answering.catch(() => undefined);
    await failpoint('after-send');
    try {
      const tokens = await answering;
      await failpoint('after-response');
      return tokens;
    } catch (error) {
      if (error instanceof TokenError) return error;
      throw error;
    }
  }

  private async land(claim: Claim, row: GrantRow, used: string, tokens: Tokens): Promise<string | null> {
    const { landings, failpoint = NO_FAILPOINT } = this.options;
    const { accessToken, expiresIn } = tokens;
    const refreshToken = tokens.refreshToken ?? used;
    const previousRefreshToken = this.toKeep(row, used, refreshToken);
    await failpoint('before-commit');
    const result = await landings.keep({
      ...claim,
      accessToken,
      expiresIn,
      refreshToken,
      previousRefreshToken,
      usedHash: digest(used),
    });
    await failpoint('after-commit');
    return result === 'landed' || result === 'spooled' ? accessToken : null;
  }

  /** The one that was used, until its successor has worked; where it goes on itself, whatever else was there. */
  private toKeep(row: GrantRow, used: string, next: string): string | null {
    if (next !== used) return used;
    if (row.refreshToken === null) return null;
    const current = this.options.vault.open(row.refreshToken, tokenPlace(row, 'refresh_token'));
    return current === used ? null : current;
  }

  /** Writes down how an exchange failed. @returns null when that is somebody else's business now */
  private async settle(
    claim: Claim,
    row: GrantRow,
    used: string,
    error: TokenError,
    displayName: string,
    { app }: TokenEndpoint,
  ): Promise<null> {
    const { attempts, log, now, random } = this.options;
    const failure: Failure = {
      usedHash: digest(used),
      kind: error.kind,
      ...consequenceOf(error, row, now(), random()),
    };
    const isOurs = await attempts.fail(claim, failure).catch((fault: unknown) => {
      const why = errorCode(fault) ?? (fault instanceof Error ? fault.name : 'unknown reason');
      log.warn(`How the exchange for grant ${row.id} failed cannot be written down (${why}); its lease will run out.`);
      return true;
    });
    if (!isOurs) return null;
    log.warn(`No new tokens for grant ${row.id} of ${displayName}. ${error.message}`);
    if (error.kind === 'invalid_client') {
      const until = this.stops.stop(row.provider, app);
      log.error(`${displayName} does not accept the app ${row.clientId}; none of its grants is refreshed for a while.`);
      throw appRefused(displayName, row.clientId, until, error);
    }
    if (failure.status?.to === 'needs_consent') {
      log.error(`Grant ${row.id} of ${displayName} needs the owner's consent again (${failure.status.reason}).`);
      throw consentIsOver(displayName, failure.status.reason, error);
    }
    throw exchangeFailed(displayName, error, new Date(now() + (failure.cooldownMs ?? 0)));
  }

  private async nameOf(grantId: string): Promise<string> {
    const row = await this.options.links.row(grantId);
    return row === null ? 'The upstream' : (await this.options.target(row.provider, row.clientId)).displayName;
  }
}
