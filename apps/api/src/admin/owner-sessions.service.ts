import { Inject, Injectable } from '@nestjs/common';
import { randomText } from '#accounts';
import type { Database } from '#database';
import { DATABASE } from '../database/database.module.js';
import { OwnerTokenService } from './owner-token.service.js';

/** A login lasts a week, however often it is used. */
export const SESSION_MS = 7 * 24 * 60 * 60 * 1000;

/** Logins of browsers, kept in the database so that every process knows them and any can end them. */
@Injectable()
export class OwnerSessionsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly token: OwnerTokenService,
  ) {}

  /** @returns what the cookie is to hold; it is kept nowhere else */
  async begin(): Promise<string> {
    const { ownerSession } = this.database.prisma;
    const now = Date.now();
    await ownerSession.deleteMany({ where: { expiresAt: { lt: new Date(now) } } });
    const secret = randomText();
    await ownerSession.create({
      data: { hash: this.token.digestOfLogin(secret), expiresAt: new Date(now + SESSION_MS) },
    });
    return secret;
  }

  async isOpen(secret: string): Promise<boolean> {
    const session = await this.database.prisma.ownerSession.findUnique({
      where: { hash: this.token.digestOfLogin(secret) },
    });
    return session !== null && session.expiresAt.getTime() > Date.now();
  }

  async end(secret: string): Promise<void> {
    await this.database.prisma.ownerSession.deleteMany({ where: { hash: this.token.digestOfLogin(secret) } });
  }

  /** Ends every login, for when one may be in wrong hands. */
  async endAll(): Promise<void> {
    await this.database.prisma.ownerSession.deleteMany({});
  }
}
