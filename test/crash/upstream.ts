import { createHash } from 'node:crypto';
import { pick, pickList, pickNumber } from '../../apps/sandbox/src/testing/pick.js';
import type { Stage } from '../support/sandbox.js';
import { until } from './until.js';

/** What the upstream does with refresh tokens; `rotate-grace` with more grace than a test takes. */
export const ROTATIONS = ['none', 'rotate', 'rotate-grace', 'rotate-strict'] as const;
export type Rotation = (typeof ROTATIONS)[number];
const GRACE_SECONDS = 86_400;

/** How the upstream takes its time: not at all, before it acts, or after it has. */
export interface Pace {
  scenario: 'normal' | 'late-commit' | 'slow';
  ms: number;
}

/** A request that exchanged a refresh token, or tried to. Tokens stand as `fingerprint` makes them. */
export interface Exchange {
  used: string;
  /** Whether tokens were given; null while that is open. */
  issued: boolean | null;
  /** The refresh token that was given; null for none. */
  given: string | null;
  isOver: boolean;
}

/** What the upstream has written down since the beginning of a round. */
export interface Ledger {
  exchanges: Exchange[];
  /** Pairs of exchanges of one grant that were under way together. */
  overlaps: number;
  /** Exchanges of tokens that did not live any more. */
  deadUses: number;
}

/** How the ledger names a token. */
export function fingerprint(token: string): string {
  return sha256(token).slice(0, 16);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The stand-in for Spotify: what it shall do, and what it has seen. */
export class Upstream {
  constructor(private readonly stage: Stage) {}

  /** From now on it does this with refresh tokens. */
  async turnTo(rotation: Rotation): Promise<void> {
    await this.stage.control('PUT', '/control/spotify/switches', { rotation, graceSeconds: GRACE_SECONDS });
  }

  /** Sets its pace for a round, and lets it forget what it has written down. */
  async begin({ scenario, ms }: Pace): Promise<void> {
    const { stage } = this;
    await stage.control('DELETE', '/control/spotify-token');
    if (scenario !== 'normal') {
      await stage.control('PUT', '/control/spotify-token', { scenario, ms, grant: 'refresh_token' });
    }
    await stage.control('DELETE', '/control/spotify/ledger');
  }

  /** Whoever is asked to agree does. */
  async agreeToAll(): Promise<void> {
    await this.stage.control('PUT', '/control/spotify/switches', { consent: 'agree' });
  }

  /** Ends the life of every access token. */
  async endAccess(): Promise<void> {
    await this.stage.control('POST', '/control/spotify/expire');
  }

  async ledger(): Promise<Ledger> {
    const told = await this.stage.control('GET', '/control/spotify/ledger');
    const calls = pickList(told, 'calls').filter((call) => pick(call, 'grant') === 'refresh_token');
    return {
      exchanges: calls.map((call) => {
        const [outcome, given] = [pick(call, 'outcome'), pick(call, 'issuedRefreshToken')];
        return {
          used: String(pick(call, 'refreshToken')),
          issued: outcome === null ? null : outcome === 'issued',
          given: typeof given === 'string' ? given : null,
          isOver: pick(call, 'endedAt') !== null,
        };
      }),
      overlaps: pickNumber(told, 'counts', 'overlaps'),
      deadUses: pickNumber(told, 'counts', 'deadUses'),
    };
  }

  /** Resolves when whatever was sent has had its effect. */
  async settled(): Promise<void> {
    await until('every exchange has its outcome', async () => {
      const { exchanges } = await this.ledger();
      return exchanges.every(({ issued }) => issued !== null);
    });
  }

  /** Whether a refresh token would still be taken. */
  async isAlive(refreshToken: string): Promise<boolean> {
    const told = await this.stage.control('GET', `/control/spotify/refresh-tokens/${sha256(refreshToken)}`);
    return pick(told, 'isAlive') === true;
  }

  /** Whether the Web API takes an access token. */
  async takes(accessToken: string): Promise<boolean> {
    const { SPOTIFY_API_URL: url = '' } = this.stage.spotifySettings;
    const answer = await fetch(`${url}/me`, { headers: { authorization: `Bearer ${accessToken}` } });
    await answer.arrayBuffer();
    return answer.ok;
  }
}
