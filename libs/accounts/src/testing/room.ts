import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, type PrismaClient, openDatabase } from '#database';
import { type UpstreamBlocks, UpstreamBlocksInMemory, UpstreamClient } from '#upstream';
import { migratedDatabase } from '../../../../test/support/database.js';
import type { AccountsLog } from '../accounts-log.js';
import { type Accounts, type AccountsOptions, openAccounts } from '../open-accounts.js';
import { TOKEN_ENDPOINT_LIMITS, TokenEndpoint } from '../token-endpoint.js';
import { type TokenServer, startTokenServer } from './token-server.js';

export const PROVIDER = 'tapes';
export const CLIENT = 'client-one';
export const CLIENT_SECRET = 'client-secret-canary-77aa';

/** A key setting with one key. */
export function makeKey(id: string): string {
  return `${id}:${randomBytes(32).toString('base64')}`;
}

/** A log that keeps what it is told. */
export function makeLog(): AccountsLog & { lines: string[] } {
  const lines: string[] = [];
  const keep =
    (level: string) =>
    (line: string): void => {
      lines.push(`${level}: ${line}`);
    };
  return { lines, info: keep('info'), warn: keep('warn'), error: keep('error') };
}

/** What a token endpoint is given that differs from the usual. */
export interface EndpointOptions {
  blocks?: UpstreamBlocks | undefined;
  clientSecret?: string | null | undefined;
  /** How long it may take. */
  attemptMs?: number | undefined;
}

/** What a process is given that differs from the usual. */
export type ProcessOptions = Partial<AccountsOptions> & EndpointOptions;

/** A database, a token endpoint, and as many processes as a test wants. */
export interface Workshop {
  database: Database;
  prisma: PrismaClient;
  server: TokenServer;
  dataDir: string;
  log: ReturnType<typeof makeLog>;
  endpoint(options?: EndpointOptions): TokenEndpoint;
  /** Opens the room as a process would, on the workshop's pool unless another is given. */
  process(options?: ProcessOptions): Promise<Accounts>;
  /** A pool of its own on the same database, closed with the workshop. */
  ownPool(connectionString?: string): Promise<PrismaClient>;
  /** Somebody agrees. @returns the grant's id and the authority's name for it */
  link(accounts: Accounts, scopes?: readonly string[]): Promise<{ id: string; family: string; accessToken: string }>;
  /** Lets every lease run out, as if the time had passed. */
  endLeases(): Promise<void>;
  /** Lets every cooldown run out. */
  endCooldowns(): Promise<void>;
  /** Lets every access token run out. */
  endAccess(): Promise<void>;
  close(): Promise<void>;
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** Opens one, for a spec file. */
export async function openWorkshop(): Promise<Workshop> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tonearm-accounts-'));
  const database = await openDatabase({ databaseUrl: await migratedDatabase(), dataDir, log: silent });
  const server = await startTokenServer();
  const log = makeLog();
  const { prisma } = database;
  const closing: (() => Promise<void> | void)[] = [];
  function endpointOf(given: EndpointOptions = {}): TokenEndpoint {
    const upstream = new UpstreamClient({
      displayName: 'Tapes',
      blockKey: `tapes:${CLIENT}`,
      baseUrl: server.url,
      userAgent: 'Tonearm/0.0.0 (+https://tonearm.example)',
      blocks: given.blocks ?? new UpstreamBlocksInMemory(),
      now: Date.now,
      random: () => 0.5,
      limits: { ...TOKEN_ENDPOINT_LIMITS, attemptMs: given.attemptMs ?? 5_000 },
    });
    closing.push(() => {
      upstream.close();
    });
    const clientSecret = given.clientSecret === undefined ? CLIENT_SECRET : given.clientSecret;
    return new TokenEndpoint(upstream, { clientId: CLIENT, clientSecret });
  }
  return {
    database,
    prisma,
    server,
    dataDir,
    log,
    endpoint: endpointOf,
    async process({ blocks, clientSecret, attemptMs, ...options } = {}) {
      const endpoint = endpointOf({ blocks, clientSecret, attemptMs });
      const accounts = await openAccounts({
        prisma,
        dataDir,
        encryptionKey: undefined,
        target: () => Promise.resolve({ displayName: 'Tapes', endpoint }),
        log,
        now: Date.now,
        random: Math.random,
        ...options,
      });
      closing.push(() => accounts.close());
      return accounts;
    },
    async ownPool(connectionString = database.connectionString) {
      const own = await openDatabase({ databaseUrl: connectionString, dataDir, log: silent });
      closing.push(() => own.close());
      return own.prisma;
    },
    async link(accounts, scopes = ['read']) {
      const { family, accessToken, refreshToken } = server.authority.consent();
      const id = await accounts.links.save({
        provider: PROVIDER,
        clientId: CLIENT,
        account: { id: randomUUID(), name: 'Ada' },
        scopes,
        tokens: { accessToken, refreshToken, expiresIn: 3600, scopes: null },
      });
      return { id, family, accessToken };
    },
    async endLeases() {
      await prisma.$executeRaw`
        UPDATE account_grants SET lease_until = now() - interval '1 s' WHERE lease_until IS NOT NULL`;
    },
    async endCooldowns() {
      await prisma.$executeRaw`
        UPDATE account_grants SET cooldown_until = now() - interval '1 s' WHERE cooldown_until IS NOT NULL`;
    },
    async endAccess() {
      await prisma.$executeRaw`UPDATE account_grants SET access_expires_at = now() - interval '1 s', refresh_at = now()`;
    },
    async close() {
      for (const end of closing.reverse()) await end();
      await server.close();
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
