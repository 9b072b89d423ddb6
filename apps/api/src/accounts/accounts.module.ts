import { type DynamicModule, Global, Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { type Accounts, type AccountsOptions, openAccounts } from '#accounts';
import type { Database } from '#database';
import { DATABASE } from '../database/database.module.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import { PROVIDER_SETTINGS } from '../settings/settings.module.js';
import { DailyCalls } from '../upstream/daily-calls.js';
import { PostgresBlocks } from '../upstream/postgres-blocks.js';
import { userAgent } from '../version.js';
import { TokenEndpoints } from './token-endpoints.js';

/** Token of the open accounts. */
export const ACCOUNTS = Symbol('accounts');

/** What a test of crashes does differently. */
export type AccountsTuning = Pick<AccountsOptions, 'failpoint' | 'leaseMs' | 'everyMs'>;

interface Opened {
  accounts: Accounts;
  endpoints: TokenEndpoints;
}

const OPENED = Symbol('opened accounts');

/** Opens the linked accounts, hands them to whoever asks, and refreshes their tokens ahead. */
@Global()
@Module({})
export class AccountsModule implements OnApplicationShutdown {
  constructor(@Inject(OPENED) private readonly opened: Opened) {}

  static forRoot(tuning: AccountsTuning): DynamicModule {
    return {
      module: AccountsModule,
      providers: [
        {
          provide: OPENED,
          inject: [DATABASE, PlatformSettings, PROVIDER_SETTINGS, PostgresBlocks, DailyCalls],
          useFactory: (
            database: Database,
            settings: PlatformSettings,
            providerSettings: ReadonlyMap<string, object>,
            blocks: PostgresBlocks,
            calls: DailyCalls,
          ) => open({ database, settings, providerSettings, blocks, calls }, tuning),
        },
        { provide: ACCOUNTS, inject: [OPENED], useFactory: ({ accounts }: Opened) => accounts },
        { provide: TokenEndpoints, inject: [OPENED], useFactory: ({ endpoints }: Opened) => endpoints },
      ],
      exports: [ACCOUNTS, TokenEndpoints],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.opened.accounts.close();
    this.opened.endpoints.close();
  }
}

/** What accounts are opened with. */
interface House {
  database: Database;
  settings: PlatformSettings;
  providerSettings: ReadonlyMap<string, object>;
  blocks: PostgresBlocks;
  calls: DailyCalls;
}

/** @throws VaultError when the keys do not fit what is stored: the service must not start */
async function open(house: House, tuning: AccountsTuning): Promise<Opened> {
  const { database, settings, providerSettings, blocks, calls } = house;
  const { DATA_DIR, ENCRYPTION_KEY, ENCRYPTION_KEY_LOST, origin } = settings;
  const { prisma } = database;
  const logger = new Logger('Accounts');
  const endpoints: TokenEndpoints = new TokenEndpoints(
    providerSettings,
    userAgent(origin),
    blocks,
    (upstream, clientId) => {
      calls.count({ upstream, clientId });
    },
    (provider, clientId) => accounts.clients.find(provider, clientId),
  );
  const accounts: Accounts = await openAccounts({
    prisma,
    dataDir: DATA_DIR,
    encryptionKey: ENCRYPTION_KEY,
    lostKey: ENCRYPTION_KEY_LOST,
    target: (provider, clientId) => endpoints.target(provider, clientId),
    log: {
      info: (line) => {
        logger.log(line);
      },
      warn: (line) => {
        logger.warn(line);
      },
      error: (line) => {
        logger.error(line);
      },
    },
    now: Date.now,
    random: Math.random,
    ...tuning,
  });
  accounts.schedule.start();
  return { accounts, endpoints };
}
