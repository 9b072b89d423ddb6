import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONSENT_MINUTES, randomText } from '#accounts';
import { OwnerLogin } from '../admin/index.js';

/** Who begins a consent: this browser, by a cookie that nothing else knows, or the program that sends the token. */
@Injectable()
export class BrowserBinding {
  constructor(private readonly login: OwnerLogin) {}

  /** One cookie for all tabs, so that several consents can be under way at once. */
  begin(request: FastifyRequest, reply: FastifyReply): string {
    const bearer = bearerOf(request);
    if (bearer !== null) return bearer;
    const secret = request.cookies[this.cookieName] ?? randomText();
    void reply.setCookie(this.cookieName, secret, {
      path: '/',
      httpOnly: true,
      // Lax, so that the redirect back from the upstream's page brings it along.
      sameSite: 'lax',
      secure: this.login.isHttps,
      maxAge: CONSENT_MINUTES * 60,
    });
    return secret;
  }

  /** What a consent must have been begun with; "" when this browser has begun none. */
  of(request: FastifyRequest): string {
    return bearerOf(request) ?? request.cookies[this.cookieName] ?? '';
  }

  private get cookieName(): string {
    return this.login.isHttps ? '__Host-tonearm-consent' : 'tonearm-consent';
  }
}

/** However the scheme is written, it is the same caller. */
function bearerOf({ headers }: FastifyRequest): string | null {
  return headers.authorization?.trim().split(/ +/).at(-1) ?? null;
}
