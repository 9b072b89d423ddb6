import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { networkOf } from '../network-of.js';
import { Problem } from '../problem/problem.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import { AttemptLimit } from './attempt-limit.js';
import { OwnerSessionsService } from './owner-sessions.service.js';
import { OwnerTokenService } from './owner-token.service.js';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
const HOW_TO_LOG_IN =
  "Send the owner's token as Authorization: Bearer, or log in with POST /admin/session. ADMIN_TOKEN sets the token.";

/** Who may use the owner's routes. */
@Injectable()
export class OwnerLogin {
  private readonly attempts = new AttemptLimit(Date.now);

  constructor(
    private readonly tokens: OwnerTokenService,
    private readonly sessions: OwnerSessionsService,
    private readonly settings: PlatformSettings,
  ) {}

  /** Over https the browser sends the cookie over https alone, and to no other host's pages. */
  get cookieName(): string {
    return this.isHttps ? '__Host-tonearm' : 'tonearm';
  }

  get isHttps(): boolean {
    return this.settings.origin.startsWith('https:');
  }

  /** @throws Problem `unauthorized`, `forbidden` or `rate_limited` */
  async check(request: FastifyRequest): Promise<void> {
    const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) {
      this.checkToken(bearer, request.ip);
      return;
    }
    const cookie = request.cookies[this.cookieName];
    if (cookie === undefined) throw new Problem('unauthorized', 'This is for the owner.', HOW_TO_LOG_IN);
    if (!READING.has(request.method)) this.checkOrigin(request);
    if (await this.sessions.isOpen(cookie)) return;
    throw new Problem('unauthorized', 'This login is over.', HOW_TO_LOG_IN);
  }

  /** @throws Problem `unauthorized` or, after too many wrong ones, `rate_limited`: from the same address even for the right one */
  checkToken(token: string, address: string): void {
    const network = networkOf(address);
    const blockedUntil = this.attempts.blockedUntil(network);
    if (blockedUntil) throw tooManyWrong(blockedUntil);
    if (this.tokens.isOwners(token)) return;
    const floodedUntil = this.attempts.noteFailure(network);
    if (floodedUntil) throw tooManyWrong(floodedUntil);
    throw new Problem('unauthorized', 'This is not the token of the owner.', HOW_TO_LOG_IN);
  }

  /**
   * A cookie comes along with requests that other people's pages make; only requests of our own pages may change anything
   * with it. Browsers say where a request comes from.
   *
   * @throws Problem `forbidden`
   */
  checkOrigin({ headers }: FastifyRequest): void {
    const origin = headers.origin;
    const isOurs =
      origin === undefined ? headers['sec-fetch-site'] === 'same-origin' : this.isOwnOrigin(origin, headers.host);
    if (isOurs) return;
    throw new Problem(
      'forbidden',
      'A request that changes something came from a page of somebody else, or did not say where it came from.',
      'Use the pages of this service at BASE_URL, or send the token as Authorization: Bearer.',
    );
  }

  private isOwnOrigin(origin: string, host: string | undefined): boolean {
    // Behind a proxy BASE_URL is what the browser sees; without one, whatever address it has used.
    return (
      origin === this.settings.origin || (host !== undefined && [`http://${host}`, `https://${host}`].includes(origin))
    );
  }
}

function tooManyWrong(until: Date): Problem {
  return new Problem('rate_limited', 'There were too many wrong tokens.', 'Wait a minute, then try again.', until);
}
