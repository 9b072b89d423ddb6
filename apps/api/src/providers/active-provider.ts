import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type ListeningProvider, NO_CREDENTIALS, ProviderError, settingsOf } from '#listening';
import type { Provider } from '#providers';
import { UpstreamClient } from '#upstream';
import { PlatformSettings } from '../settings/platform.settings.js';
import { PROVIDER_SETTINGS } from '../settings/settings.module.js';
import { USABLE_PROVIDERS } from '../settings/usable-providers.js';
import { userAgent } from '../version.js';
import { PostgresBlocks } from './postgres-blocks.js';
import { HealthRecord } from './provider-health.js';

/** A provider as this service runs it. */
export interface RunningProvider {
  provider: Provider;
  /** The account it reads, as far as the settings tell. */
  account: string | null;
  reads: ListeningProvider;
  health: HealthRecord;
}

/** Every provider of this version with what it is configured to, and which of them answers. */
@Injectable()
export class ActiveProvider implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly running = new Map<string, RunningProvider>();
  private readonly clients: UpstreamClient[] = [];
  private readonly logger = new Logger('Provider');

  constructor(
    private readonly settings: PlatformSettings,
    @Inject(PROVIDER_SETTINGS) providerSettings: ReadonlyMap<string, object>,
    blocks: PostgresBlocks,
  ) {
    for (const provider of USABLE_PROVIDERS) {
      const configured = provider.configure(providerSettings.get(provider.id) ?? {});
      if (!configured) continue;
      const upstream = new UpstreamClient({
        displayName: provider.displayName,
        blockKey: configured.blockKey,
        baseUrl: configured.upstreamUrl,
        userAgent: userAgent(settings.origin),
        blocks,
        now: Date.now,
        random: Math.random,
      });
      this.clients.push(upstream);
      const health = new HealthRecord(Date.now, (failure) => {
        if (failure) this.logger.warn(`${provider.displayName}: ${failure.message} ${failure.remedy}`);
        else this.logger.log(`${provider.displayName} answers again.`);
      });
      const reads = watched(configured.create(upstream, Date.now, NO_CREDENTIALS), health);
      this.running.set(provider.id, { provider, account: configured.account, reads, health });
    }
  }

  /** The one that answers; null when none is configured. */
  get current(): RunningProvider | null {
    const chosen = this.settings.LISTENING_PROVIDER;
    const [first] = this.running.values();
    return (chosen === undefined ? first : this.running.get(chosen)) ?? null;
  }

  /** The one that answers. @throws ProviderError `provider_not_configured`, saying what to set */
  require(): RunningProvider {
    const { current } = this;
    if (current) return current;
    throw notConfigured();
  }

  onApplicationBootstrap(): void {
    if (!this.current) this.logger.warn(`${notConfigured().message} ${notConfigured().remedy}`);
  }

  /** All there are, running or not. */
  get all(): readonly { provider: Provider; running: RunningProvider | null }[] {
    return USABLE_PROVIDERS.map((provider) => ({ provider, running: this.running.get(provider.id) ?? null }));
  }

  onApplicationShutdown(): void {
    for (const client of this.clients) client.close();
  }
}

/** Says what to set, and where to get it, so that a provider is configured. */
export function howToConfigure({ requires, settings, displayName }: Provider): string {
  const declarations = settingsOf(settings);
  const steps = requires.map((name) => {
    const source = declarations.get(name)?.source;
    return source ? `${name} (${source})` : name;
  });
  return `For ${displayName} set ${steps.join(' and ')} in .env or the environment, then restart.`;
}

/** The error of every read while no provider is configured. */
export function notConfigured(): ProviderError {
  return new ProviderError('provider_not_configured', {
    message: 'No provider is configured.',
    remedy: USABLE_PROVIDERS.map(howToConfigure).join(' '),
  });
}

function watched(reads: ListeningProvider, health: HealthRecord): ListeningProvider {
  return {
    nowPlaying: (options) => health.watch('nowPlaying', reads.nowPlaying(options)),
    recentTracks: (query, options) => health.watch('recentTracks', reads.recentTracks(query, options)),
    topTracks: (query, options) => health.watch('topTracks', reads.topTracks(query, options)),
    topArtists: (query, options) => health.watch('topArtists', reads.topArtists(query, options)),
    topAlbums: (query, options) => health.watch('topAlbums', reads.topAlbums(query, options)),
    lovedTracks: (query, options) => health.watch('lovedTracks', reads.lovedTracks(query, options)),
    profile: (options) => health.watch('profile', reads.profile(options)),
  };
}
