import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type AbstractHttpAdapter, HttpAdapterHost } from '@nestjs/core';
import { timingSafeEqual } from 'node:crypto';
import type { Server } from 'node:http';
import { digest, randomText } from '#accounts';
import type { Database } from '#database';
import { DATABASE } from '../database/database.module.js';
import { PlatformSettings } from '../settings/platform.settings.js';

/** The token that opens the owner's routes: the one that is set, else one made at the first start. */
@Injectable()
export class OwnerTokenService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private hash = '';
  /** One that was made here and that nobody has seen yet. */
  private unseen: string | null = null;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly settings: PlatformSettings,
    private readonly http: HttpAdapterHost<AbstractHttpAdapter<Server>>,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { ADMIN_TOKEN } = this.settings;
    this.hash = ADMIN_TOKEN === undefined ? await this.storedHash() : digest(ADMIN_TOKEN);
    const server = this.http.httpAdapter.getHttpServer();
    server.once('listening', () => {
      this.show();
    });
  }

  /** A start that came to nothing leaves no token that nobody knows; others on the same database may go by it already. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.unseen === null) return;
    if (this.database.embedded) await this.database.prisma.ownerToken.deleteMany({ where: { hash: this.hash } });
    else this.show();
  }

  isOwners(token: string): boolean {
    return isSameDigest(digest(token), this.hash);
  }

  /** What a login is kept as. It is of this token: with another one set, nobody is logged in any more. */
  digestOfLogin(secret: string): string {
    return digest(`${this.hash} ${secret}`);
  }

  /** Of several processes that start at once, one makes the token and shows it; the others take its hash. */
  private async storedHash(): Promise<string> {
    const { ownerToken } = this.database.prisma;
    const stored = await ownerToken.findUnique({ where: { id: 1 } });
    if (stored) return stored.hash;
    const token = randomText();
    const { count } = await ownerToken.createMany({ data: [{ id: 1, hash: digest(token) }], skipDuplicates: true });
    if (count === 1) this.unseen = token;
    const { hash } = await ownerToken.findUniqueOrThrow({ where: { id: 1 } });
    return hash;
  }

  /** Not through the log: it is shown once, to who starts the service, and kept nowhere. */
  private show(): void {
    if (this.unseen === null) return;
    process.stdout.write(
      `\nThe owner's token, shown this once: ${this.unseen}\nIt opens the owner's routes. To choose your own, set ADMIN_TOKEN.\n\n`,
    );
    this.unseen = null;
  }
}

/** Compares digests without telling by its time how much of them is the same. */
function isSameDigest(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
