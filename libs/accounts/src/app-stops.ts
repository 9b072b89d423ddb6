import type { OAuthApp } from '#listening';
import { digest } from './secret-text.js';

const STOP_MS = 10 * 60_000;

/** Apps that their upstream does not accept. Another secret is worth a try at once; the same one after ten minutes. */
export class AppStops {
  private readonly stops = new Map<string, { until: number; proof: string }>();

  /** @param now milliseconds since 1970 */
  constructor(private readonly now: () => number) {}

  /** @returns until when, milliseconds since 1970 */
  stop(provider: string, app: OAuthApp): number {
    const until = this.now() + STOP_MS;
    this.stops.set(keyOf(provider, app), { until, proof: proofOf(app) });
    return until;
  }

  /** Until when nothing may be sent for this app, milliseconds since 1970; null when it may now. */
  until(provider: string, app: OAuthApp): number | null {
    const stop = this.stops.get(keyOf(provider, app));
    if (!stop || stop.until <= this.now() || stop.proof !== proofOf(app)) return null;
    return stop.until;
  }
}

function keyOf(provider: string, { clientId }: OAuthApp): string {
  return JSON.stringify([provider, clientId]);
}

function proofOf({ clientSecret }: OAuthApp): string {
  return clientSecret === null ? '' : digest(clientSecret);
}
