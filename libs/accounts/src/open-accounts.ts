import { randomUUID } from 'node:crypto';
import type { PrismaClient } from '#database';
import { AccountCredentials } from './account-credentials.js';
import type { AccountsLog } from './accounts-log.js';
import { Audit } from './audit.js';
import { ConsentStates } from './consent-states.js';
import type { Failpoint } from './failpoint.js';
import { checkKeys } from './key-check.js';
import { openKeyRing } from './key-file.js';
import { rotateKeys } from './key-rotation.js';
import { LandingSpool } from './landing-spool.js';
import { type GrantOwner, Links } from './links.js';
import { OAuthClients } from './oauth-clients.js';
import { RefreshAttempts } from './refresh-attempts.js';
import { RefreshSchedule } from './refresh-schedule.js';
import { TokenLandings } from './token-landings.js';
import { LEASE_MS, type RefreshTarget, TokenRefresher } from './token-refresher.js';
import { TokenVault } from './token-vault.js';

export interface AccountsOptions {
  prisma: PrismaClient;
  /** DATA_DIR: the key that is made, and tokens that wait for the database. */
  dataDir: string;
  /** The value of ENCRYPTION_KEY; undefined when it is not set. */
  encryptionKey: string | undefined;
  /** The value of ENCRYPTION_KEY_LOST; absent when it is not set. */
  lostKey?: string | undefined;
  /** Where the grants of an app are refreshed. Asked before each exchange, so an app may change while this runs. */
  target: (provider: string, clientId: string) => Promise<RefreshTarget>;
  log: AccountsLog;
  /** Milliseconds since 1970. */
  now: () => number;
  /** A number from 0 to 1. */
  random: () => number;
  failpoint?: Failpoint;
  /** How long a claim to refresh holds. */
  leaseMs?: number;
  /** How long a caller waits for another process that is refreshing. */
  waitMs?: number;
  /** Between two rounds of refreshing ahead. */
  everyMs?: number;
}

/** The room, with everything in it. */
export interface Accounts {
  vault: TokenVault;
  links: Links;
  clients: OAuthClients;
  states: ConsentStates;
  audit: Audit;
  refresher: TokenRefresher;
  /** Refreshing ahead; not started yet. */
  schedule: RefreshSchedule;
  /** The tokens of one app, for a provider or the owner. */
  credentials(owner: GrantOwner, displayName: string): AccountCredentials;
  /** Ends what is under way. The database stays open. */
  close(): Promise<void>;
}

/**
 * Opens the room: checks the keys, brings in tokens that had waited on the disk, and seals anew what an old key has sealed.
 *
 * @throws VaultError whose message and remedy are for the operator: the service must not start
 */
export async function openAccounts(options: AccountsOptions): Promise<Accounts> {
  const { prisma, dataDir, encryptionKey, target, log, now, random, failpoint, leaseMs = LEASE_MS } = options;
  const vault = new TokenVault(await openKeyRing(encryptionKey, dataDir));
  await checkKeys(prisma, vault, log, options.lostKey);
  const links = new Links(prisma, vault, random);
  const attempts = new RefreshAttempts(prisma, vault, randomUUID(), leaseMs, random);
  const landings = new TokenLandings({ attempts, spool: new LandingSpool(dataDir, vault), log, random });
  await landings.drain();
  await rotateKeys({ prisma, vault, log, ...(failpoint && { failpoint }) });
  const refresher = new TokenRefresher({
    links,
    attempts,
    landings,
    vault,
    target,
    log,
    now,
    random,
    ...(failpoint && { failpoint }),
    ...(options.waitMs !== undefined && { waitMs: options.waitMs }),
  });
  const every = options.everyMs === undefined ? {} : { everyMs: options.everyMs };
  const schedule = new RefreshSchedule({ attempts, landings, refresher, log, ...every });
  return {
    vault,
    links,
    clients: new OAuthClients(prisma, vault),
    states: new ConsentStates(prisma, vault),
    audit: new Audit(prisma),
    refresher,
    schedule,
    credentials: (owner, displayName) => new AccountCredentials({ owner, displayName, links, refresher, vault }),
    close: async () => {
      await schedule.stop();
      await landings.close();
    },
  };
}
