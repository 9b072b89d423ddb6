import { type Accounts, openAccounts } from '#accounts';
import { type Database, openDatabase, openNotifications } from '#database';
import { migratedDatabase } from '../../../../../test/support/database.js';
import type { PlatformSettings } from '../../settings/platform.settings.js';
import { readSettings } from '../../settings/read-settings.js';
import { DailyCalls } from '../../upstream/daily-calls.js';
import { PostgresBlocks } from '../../upstream/postgres-blocks.js';
import { ActiveProvider } from '../active-provider.js';
import { ProviderChoice } from '../provider-choice.js';
import { ProviderGeneration } from '../provider-generation.js';
import { ProviderOutages } from '../provider-outages.js';
import { ProviderStates } from '../provider-states.js';
import { type RunningProvider, RunningProviders } from '../running-providers.js';

export const LASTFM = { LASTFM_API_KEY: '0f1e2d3c4b5a69788796a5b4c3d2e1f0', LASTFM_USERNAME: 'ada' };
export const SPOTIFY = { SPOTIFY_CLIENT_ID: '00ff11ee22dd33cc44bb55aa66998877' };
const ENCRYPTION_KEY = `k1:${Buffer.alloc(32, 7).toString('base64')}`;

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The providers of a service, on a database of their own. */
export interface House {
  accounts: Accounts;
  database: Database;
  /** As a service with these settings has them, before it has heard of any link. */
  with(env: Record<string, string>): {
    settings: PlatformSettings;
    states: ProviderStates;
    choice: ProviderChoice;
    active: ActiveProvider;
    providers: RunningProviders;
    generation: ProviderGeneration;
    running: (id: string) => RunningProvider;
  };
  close(): Promise<void>;
}

/** Opens one; nothing in it asks an upstream by itself. */
export async function openHouse(): Promise<House> {
  const database: Database = await openDatabase({
    databaseUrl: await migratedDatabase(),
    dataDir: '/nowhere',
    log: silent,
  });
  const notifications = openNotifications({ connectionString: database.connectionString, log: silent });
  const accounts: Accounts = await openAccounts({
    prisma: database.prisma,
    dataDir: '/nowhere',
    encryptionKey: ENCRYPTION_KEY,
    target: () => Promise.reject(new Error('Nobody refreshes here.')),
    log: silent,
    now: Date.now,
    random: Math.random,
  });
  const opened: RunningProviders[] = [];
  return {
    accounts,
    database,
    with(env) {
      const { platform, providers: settings } = readSettings(env);
      const outages = new ProviderOutages(database, notifications);
      const generation = new ProviderGeneration(database, notifications);
      const blocks = new PostgresBlocks(database);
      const calls = new DailyCalls(database);
      const providers = new RunningProviders(platform, settings, accounts, blocks, calls, outages, generation);
      opened.push(providers);
      const choice = new ProviderChoice(database, accounts, platform, providers, generation);
      return {
        settings: platform,
        states: new ProviderStates(providers, outages, platform),
        choice,
        providers,
        generation,
        active: new ActiveProvider(choice, providers, outages, generation),
        running: (id) => {
          const running = providers.get(id);
          if (running) return running;
          throw new Error(`${id} is not configured.`);
        },
      };
    },
    async close() {
      for (const providers of opened) providers.onApplicationShutdown();
      await accounts.close();
      await notifications.close();
      await database.close();
    },
  };
}
