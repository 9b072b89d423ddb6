import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Accounts, Link } from '#accounts';
import {
  type ListeningProvider,
  NO_CREDENTIALS,
  ProviderError,
  type ProviderErrorCode,
  type Read,
  settingsOf,
} from '#listening';
import { type ConfiguredLinking, PROVIDERS, type Provider } from '#providers';
import { UpstreamClient } from '#upstream';
import { ACCOUNTS } from '../accounts/index.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import { PROVIDER_SETTINGS } from '../settings/settings.module.js';
import { type CallBudget, DailyCalls } from '../upstream/daily-calls.js';
import { PostgresBlocks } from '../upstream/postgres-blocks.js';
import { userAgent } from '../version.js';
import { HealthRecord, isWithheld } from './provider-health.js';
import { ProviderGeneration } from './provider-generation.js';
import { ProviderOutages } from './provider-outages.js';
import { faultOfRedirect } from './redirect-uri.js';
import { unforeseen } from './unforeseen.js';

/** What an account can hide: what plays, and what was played. */
const LISTENING: ReadonlySet<Read> = new Set(['nowPlaying', 'recentTracks']);
/** By which an upstream says that it does. */
export const HIDDEN: ProviderErrorCode = 'forbidden';

/** A provider as this service runs it. */
export interface RunningProvider {
  provider: Provider;
  /** The account it reads, as far as the settings tell. */
  account: string | null;
  /** Names whose listening it reads, as far as the settings tell: the same in each process with the same settings. */
  subject: string;
  /** Null when the settings are all that it needs. */
  linking: ConfiguredLinking | null;
  /** For whoever asks on behalf of a visitor: during an outage they fail without a call. */
  reads: ListeningProvider;
  /** The same, asked although there is an outage: whoever gets an answer here ends it. */
  probe: ListeningProvider;
  /**
   * The same as `probe`, of the account that is linked at this moment and never of another one: once that is not linked
   * any more, it fails with `provider_not_linked`. For work on a library that takes a while.
   */
  ofAccount: () => Promise<ListeningProvider>;
  health: HealthRecord;
  /** Names what its answers may be kept under: another one after a link, an end of a link, and an outage. */
  key: string;
  /** The same for what plays and what was played: another one also when the account has come to hide that. */
  listeningKey: string;
  /** Whether the account hides it; what is given by it from then on ends that. */
  isHidden: boolean;
  /** When that was found out last, in milliseconds since 1970; null for never. What was read before is not told. */
  hiddenAt: number | null;
  budget: CallBudget;
  /** For calls with a token that is not kept yet. */
  upstream: UpstreamClient;
}

/** Every provider of this version, with what it is configured to. */
@Injectable()
export class RunningProviders implements OnApplicationShutdown {
  private readonly running = new Map<string, RunningProvider>();
  private readonly logger = new Logger('Provider');
  private epoch = 0;
  private readonly healthChanged: (() => void)[] = [];
  private readonly hidden: ((id: string, isHeard: boolean) => void)[] = [];
  private readonly linked: ((id: string) => Promise<void>)[] = [];
  /** What was linked when it was last looked, by provider. */
  private readonly links = new Map<string, readonly Link[]>();

  constructor(
    private readonly settings: PlatformSettings,
    @Inject(PROVIDER_SETTINGS) private readonly providerSettings: ReadonlyMap<string, object>,
    @Inject(ACCOUNTS) private readonly accounts: Accounts,
    private readonly blocks: PostgresBlocks,
    private readonly calls: DailyCalls,
    private readonly outages: ProviderOutages,
    private readonly generation: ProviderGeneration,
  ) {
    for (const provider of PROVIDERS) {
      const running = this.run(provider, this.ownSettings(provider));
      if (running) this.running.set(provider.id, running);
    }
    outages.onChange((id) => {
      this.renew(id);
      const health = this.running.get(id)?.health;
      // Another process may have found out that it is over.
      if (!outages.get(id) && health?.current.failure?.code === 'owner_premium_required') health.reset();
    });
    generation.learnBy(() => this.lookAtLinks());
  }

  /** Null when it is not configured. */
  get(id: string): RunningProvider | null {
    return this.running.get(id) ?? null;
  }

  /** All there are, running or not. */
  get all(): readonly { provider: Provider; running: RunningProvider | null }[] {
    return PROVIDERS.map((provider) => ({ provider, running: this.get(provider.id) }));
  }

  /**
   * @param changed is called when reads of a provider begin to fail, fail otherwise, or succeed again, and when one kind of
   * read succeeds again while what plays fails on
   */
  onHealthChange(changed: () => void): void {
    this.healthChanged.push(changed);
  }

  /** @param hidden is called when the account is found to hide what it has let anybody see before */
  onHidden(hidden: (id: string, isHeard: boolean) => void): void {
    this.hidden.push(hidden);
  }

  /**
   * The account hides what it listens to: what was known of it is not given out any more.
   *
   * @param isHeard whether another process has told so
   */
  hide(id: string, isHeard: boolean): void {
    const running = this.running.get(id);
    // Nothing was given since.
    if (!running || running.isHidden) return;
    running.isHidden = true;
    running.hiddenAt = Date.now();
    running.listeningKey = this.nextKey(id);
    for (const hidden of this.hidden) hidden(id, isHeard);
  }

  /** The account does not hide what it listens to, as this process has read or another one has told. */
  give(id: string): void {
    const running = this.running.get(id);
    if (running) running.isHidden = false;
  }

  /** @param linked is called in the process in which an account of a provider was linked, when all can read of it */
  onLink(linked: (id: string) => Promise<void>): void {
    this.linked.push(linked);
  }

  /** What was read until now is not given out any more. */
  private renew(id: string): void {
    const running = this.running.get(id);
    if (!running) return;
    running.key = this.nextKey(id);
    running.listeningKey = this.nextKey(id);
  }

  /** Another account is read from now on, or none: what was known says nothing about it. */
  private relinked(id: string): void {
    this.renew(id);
    const running = this.running.get(id);
    if (!running) return;
    running.health.reset();
    running.isHidden = false;
    running.hiddenAt = null;
  }

  /** Tells every process that a link was made or forgotten. */
  async linksChanged(id: string): Promise<void> {
    const before = this.links.get(id) ?? [];
    this.relinked(id);
    await this.generation.advance();
    await this.generation.catchUp();
    const app = this.running.get(id)?.linking?.app;
    const isMade = (this.links.get(id) ?? []).some(
      (link) => link.clientId === app?.clientId && !before.some((old) => isSameConsent(old, link)),
    );
    // No link is made without the upstream having told this app whose account it is.
    if (!isMade) return;
    this.outages.end(id);
    for (const linked of this.linked) await linked(id);
  }

  /** Looks whether a link was made or forgotten since the last look. */
  private async lookAtLinks(): Promise<void> {
    for (const [id, { linking }] of this.running) {
      if (linking === null) continue;
      const links = await this.accounts.links.list(id);
      const known = this.links.get(id);
      this.links.set(id, links);
      const isSame =
        known?.length === links.length && links.every((link) => known.some((old) => isSameConsent(old, link)));
      if (known && !isSame) this.relinked(id);
    }
  }

  /** Says what to set, and where to get it, so that a provider is configured. */
  howToConfigure(provider: Provider): string {
    const { requires, settings, displayName, linking } = provider;
    const declarations = settingsOf(settings);
    const redirectUri = this.redirectUri(provider);
    const fault = linking && faultOfRedirect(redirectUri, displayName);
    const redirect = linking && !fault ? `; there, ${redirectUri} must stand among the redirect URIs` : '';
    const steps = requires.map((name) => {
      const source = declarations.get(name)?.source;
      return source ? `${name} (${source}${redirect})` : name;
    });
    const how = `For ${displayName} set ${steps.join(' and ')} in .env or the environment, then restart.`;
    return fault ? `${how} ${fault.message} ${fault.remedy}` : how;
  }

  /** Where an upstream sends the browser back to, letter by letter as it must stand in the app's settings. */
  redirectUri(provider: Provider): string {
    return provider.linking?.redirectUri(this.ownSettings(provider)) ?? `${this.settings.origin}/callback`;
  }

  /**
   * The error of every read while there is nobody to ask.
   * @param id the one that is chosen; null when none is
   */
  notConfigured(id: string | null): ProviderError {
    const chosen = PROVIDERS.find((provider) => provider.id === id);
    return new ProviderError('provider_not_configured', {
      message: chosen ? `${chosen.displayName} is not configured.` : 'No provider is configured.',
      remedy: (chosen ? [chosen] : PROVIDERS).map((provider) => this.howToConfigure(provider)).join(' '),
    });
  }

  onApplicationShutdown(): void {
    for (const { upstream } of this.running.values()) upstream.close();
  }

  private ownSettings({ id }: Provider): object {
    return this.providerSettings.get(id) ?? {};
  }

  private run(provider: Provider, settings: object): RunningProvider | null {
    const configured = provider.configure(settings);
    if (!configured) return null;
    const { id, displayName } = provider;
    const { account, linking, dailyCalls } = configured;
    const budget = { upstream: id, clientId: linking?.app?.clientId ?? '', dailyCalls };
    const upstream = new UpstreamClient({
      displayName,
      blockKey: configured.blockKey,
      baseUrl: configured.upstreamUrl,
      userAgent: userAgent(this.settings.origin),
      blocks: this.blocks,
      now: Date.now,
      random: Math.random,
      onRequest: () => {
        this.calls.count(budget);
      },
    });
    const tell = (whose: string, failure: ProviderError | null): void => {
      const stack = failure && unforeseen(failure);
      if (failure) this.logger.warn(`${whose}: ${failure.message} ${failure.remedy}`);
      else this.logger.log(`${whose} answers again.`);
      if (stack) this.logger.error(`${whose} fails by a mistake of this service.`, stack);
    };
    const changed = (): void => {
      for (const heard of this.healthChanged) heard();
    };
    const health = new HealthRecord(
      Date.now,
      (failure) => {
        tell(displayName, failure);
        changed();
      },
      (read, failure) => {
        tell(`${displayName}, ${read} alone`, failure);
        // The upstream may be back: whoever asks what plays need not wait out the pause after the last failure.
        const current = health.current.failure;
        if (failure === null && current && !isWithheld(current)) changed();
      },
    );
    const app = linking?.app ?? null;
    const watched = (accountId?: string): ListeningProvider => {
      const credentials =
        app === null
          ? NO_CREDENTIALS
          : this.accounts.credentials({ provider: id, clientId: app.clientId, accountId }, displayName);
      // What a provider never had is no trouble of it; an endpoint that it counts on and that is gone is.
      return around(configured.create(upstream, Date.now, credentials), (read, ask) =>
        provider.capabilities.reads.includes(read)
          ? this.outages.watch(id, health.watch(read, this.minding(id, read, ask())))
          : ask(),
      );
    };
    const probe = watched();
    const ofAccount = async (): Promise<ListeningProvider> => {
      if (app === null) return probe;
      const [linked] = await this.accounts.links.rows({ provider: id, clientId: app.clientId });
      // While none is linked it is nobody's, whoever is linked next.
      return watched(linked?.accountId ?? '');
    };
    const reads = around(probe, (_, ask) => {
      const known = this.outages.get(id)?.error ?? health.refused;
      return known ? Promise.reject(known) : ask();
    });
    const subject = JSON.stringify([account, budget.clientId]);
    return {
      ...{ provider, account, subject, linking, reads, probe, ofAccount, health, budget, upstream },
      key: this.nextKey(id),
      listeningKey: this.nextKey(id),
      isHidden: false,
      hiddenAt: null,
    };
  }

  /** Minds whether the account hides what it listens to. */
  private async minding<T>(id: string, read: Read, reading: Promise<T>): Promise<T> {
    if (!LISTENING.has(read)) return reading;
    try {
      const answer = await reading;
      this.give(id);
      return answer;
    } catch (error) {
      if (error instanceof ProviderError && error.code === HIDDEN) this.hide(id, false);
      throw error;
    }
  }

  private nextKey(id: string): string {
    this.epoch += 1;
    return `${id} ${this.epoch}`;
  }
}

function isSameConsent(one: Link, other: Link): boolean {
  return one.id === other.id && one.consentedAt?.getTime() === other.consentedAt?.getTime();
}

type Around = <T>(read: Read, ask: () => Promise<T>) => Promise<T>;

/** The same reads with something around each; the library is nothing that visitors ask for, and passes as it is. */
function around(reads: ListeningProvider, wrap: Around): ListeningProvider {
  return {
    nowPlaying: (options) => wrap('nowPlaying', () => reads.nowPlaying(options)),
    recentTracks: (query, options) => wrap('recentTracks', () => reads.recentTracks(query, options)),
    topTracks: (query, options) => wrap('topTracks', () => reads.topTracks(query, options)),
    topArtists: (query, options) => wrap('topArtists', () => reads.topArtists(query, options)),
    topAlbums: (query, options) => wrap('topAlbums', () => reads.topAlbums(query, options)),
    lovedTracks: (query, options) => wrap('lovedTracks', () => reads.lovedTracks(query, options)),
    profile: (options) => wrap('profile', () => reads.profile(options)),
    library: reads.library,
    libraryWrites: reads.libraryWrites,
  };
}
