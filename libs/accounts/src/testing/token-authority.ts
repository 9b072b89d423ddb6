import { randomBytes } from 'node:crypto';

/**
 * What a refresh does to refresh tokens.
 *
 * - `none`: no new one; `same`: the old one again.
 * - `rotate-grace`: a new one; the old one works on for longer than a test lasts.
 * - `rotate`: a new one; the old one works until the new one is used.
 * - `rotate-strict`: a new one; the old one is dead at once, and using a dead one kills all of the consent.
 */
export const ROTATIONS = ['none', 'same', 'rotate-grace', 'rotate', 'rotate-strict'] as const;
export type Rotation = (typeof ROTATIONS)[number];

interface RefreshToken {
  family: string;
  generation: number;
  isAlive: boolean;
}

/** What an authority gives. */
export interface Given {
  access_token: string;
  refresh_token?: string;
}

/** The rules of an authorization server, with a ledger that tests judge by. */
export class TokenAuthority {
  rotation: Rotation = 'none';
  /** Exchanges of refresh tokens that were asked for, by family. */
  readonly requests: string[] = [];
  /** Requests that came for a family while another one was under way. */
  overlaps = 0;
  /** Uses of refresh tokens that were dead. */
  replays = 0;
  /** Everything that must never be seen in clear. */
  readonly secrets: string[] = [];
  private readonly tokens = new Map<string, RefreshToken>();
  private readonly underWay = new Map<string, number>();

  /** Somebody agrees. */
  consent(): { family: string; accessToken: string; refreshToken: string } {
    const family = randomBytes(6).toString('hex');
    const given = { family, accessToken: this.secret('at'), refreshToken: this.secret('rt') };
    this.tokens.set(given.refreshToken, { family, generation: 0, isAlive: true });
    return given;
  }

  /** @returns null for a token that is dead or unknown */
  exchange(token: string): Given | null {
    const known = this.tokens.get(token);
    if (!known?.isAlive) {
      this.replays += 1;
      if (known && this.rotation === 'rotate-strict') this.revoke(known.family);
      return null;
    }
    const { family, generation } = known;
    const given: Given = { access_token: this.secret('at') };
    switch (this.rotation) {
      case 'none':
        return given;
      case 'same':
        return { ...given, refresh_token: token };
      case 'rotate-grace':
        break;
      case 'rotate':
        // Whoever uses a token has it, and needs those before it no more.
        this.kill((other) => other.family === family && other.generation < generation);
        break;
      case 'rotate-strict':
        known.isAlive = false;
    }
    const next = this.secret('rt');
    this.tokens.set(next, { family, generation: generation + 1, isAlive: true });
    return { ...given, refresh_token: next };
  }

  /** The account withdraws its consent. */
  revoke(family: string): void {
    this.kill((token) => token.family === family);
  }

  /** The authority has lost this token, as if it had never given it. */
  forget(token: string): void {
    this.tokens.delete(token);
  }

  isAlive(token: string): boolean {
    return this.tokens.get(token)?.isAlive ?? false;
  }

  /** Refresh tokens of a family that would still be taken. */
  living(family: string): string[] {
    return [...this.tokens].filter(([, token]) => token.family === family && token.isAlive).map(([text]) => text);
  }

  requestsFor(family: string): number {
    return this.requests.filter((one) => one === family).length;
  }

  /** Counts a request from its arrival to the end that the returned function tells. */
  arrive(token: string): () => void {
    const family = this.tokens.get(token)?.family ?? 'unknown';
    this.requests.push(family);
    const others = this.underWay.get(family) ?? 0;
    if (others > 0) this.overlaps += 1;
    this.underWay.set(family, others + 1);
    return () => this.underWay.set(family, (this.underWay.get(family) ?? 1) - 1);
  }

  /** Whether no request is under way. */
  get isIdle(): boolean {
    return [...this.underWay.values()].every((count) => count === 0);
  }

  private kill(which: (token: RefreshToken) => boolean): void {
    for (const token of this.tokens.values()) if (which(token)) token.isAlive = false;
  }

  private secret(kind: string): string {
    const text = `${kind}-canary-${randomBytes(12).toString('hex')}`;
    this.secrets.push(text);
    return text;
  }
}
