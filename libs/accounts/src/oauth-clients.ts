import { randomUUID } from 'node:crypto';
import type { PrismaClient } from '#database';
import type { OAuthApp } from '#listening';
import type { Place, TokenVault } from './token-vault.js';

/** An app that the owner has added, without its secret. */
export interface OAuthClientEntry {
  provider: string;
  clientId: string;
  label: string;
  /** False for a public app. */
  hasSecret: boolean;
}

/** Apps beside those of the settings. Each has its own secret and its own grants. */
export class OAuthClients {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly vault: TokenVault,
  ) {}

  /**
   * Adds an app, or gives one that is there another secret and label.
   *
   * @param given.clientSecret null for a public app; absent: as it is, and none for a new one
   * @param given.label absent: as it is, and empty for a new one
   */
  async add(given: {
    provider: string;
    clientId: string;
    clientSecret?: string | null;
    label?: string;
  }): Promise<void> {
    const { provider, clientId, clientSecret, label } = given;
    const key = { provider, clientId };
    // A row that is removed between the statements is made again.
    for (;;) {
      await this.prisma.oAuthClient.createMany({
        data: [{ id: randomUUID(), ...key, label: label ?? '' }],
        skipDuplicates: true,
      });
      const row = await this.prisma.oAuthClient.findUnique({ where: { provider_clientId: key }, select: { id: true } });
      if (row === null) continue;
      const secret = clientSecret ? { secret: this.vault.seal(clientSecret, secretPlace(row.id, provider)) } : {};
      const change = {
        ...(label === undefined ? {} : { label }),
        ...(clientSecret === null ? { secret: null } : secret),
      };
      const { count } = await this.prisma.oAuthClient.updateMany({ where: { id: row.id }, data: change });
      if (count === 1) return;
    }
  }

  /** All, by label. */
  async list(): Promise<OAuthClientEntry[]> {
    const rows = await this.prisma.oAuthClient.findMany({ orderBy: [{ label: 'asc' }, { clientId: 'asc' }] });
    return rows.map(({ secret, provider, clientId, label }) => ({
      provider,
      clientId,
      label,
      hasSecret: secret !== null,
    }));
  }

  /** The app with its secret; null when there is none. @throws VaultError */
  async find(provider: string, clientId: string): Promise<OAuthApp | null> {
    const row = await this.prisma.oAuthClient.findUnique({
      where: { provider_clientId: { provider, clientId } },
    });
    if (row === null) return null;
    const place = secretPlace(row.id, provider);
    return { clientId, clientSecret: row.secret === null ? null : this.vault.open(row.secret, place) };
  }

  /** Its grants stay, and cannot be refreshed. @returns whether there was one */
  async remove(provider: string, clientId: string): Promise<boolean> {
    const { count } = await this.prisma.oAuthClient.deleteMany({ where: { provider, clientId } });
    return count > 0;
  }
}

function secretPlace(row: string, provider: string): Place {
  return { table: 'oauth_clients', row, column: 'secret', provider };
}
