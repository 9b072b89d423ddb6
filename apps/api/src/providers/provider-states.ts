import { Injectable } from '@nestjs/common';
import { type Link, consentExpiresAt, dueConsentWarning, neededLinks } from '#accounts';
import { ProviderError, type ProviderErrorCode } from '#listening';
import type { Provider } from '#providers';
import { PlatformSettings } from '../settings/platform.settings.js';
import { ProviderOutages } from './provider-outages.js';
import { faultOfRedirect } from './redirect-uri.js';
import { type RunningProvider, RunningProviders } from './running-providers.js';

export const PROVIDER_STATES = [
  'ok',
  'unknown',
  'not_configured',
  'not_linked',
  'needs_consent',
  'scope_missing',
  'premium_required',
  'not_registered',
  'country_unavailable',
  'forbidden',
  'endpoint_gone',
  'blocked',
  'quota_exceeded',
  'failing',
] as const;
export type StateName = (typeof PROVIDER_STATES)[number];

/** How a provider is, for people. */
export interface ProviderState {
  id: string;
  displayName: string;
  state: StateName;
  /** Null when nothing is wrong. */
  failure: ProviderError | null;
  /** Null before the first read. */
  since: Date | null;
  lastSuccessAt: Date | null;
  /** When the account must agree again; null when it never must, and when nobody knows. */
  linkExpiresAt: Date | null;
  /** What the owner should know about the end of the link; null when it is far away. */
  linkWarning: string | null;
}

/** Says how each provider is. */
@Injectable()
export class ProviderStates {
  private readonly startedAt = new Date();

  constructor(
    private readonly providers: RunningProviders,
    private readonly outages: ProviderOutages,
    private readonly settings: PlatformSettings,
  ) {}

  /**
   * @param links what is linked; null when nobody knows
   * @param probed what a probe that is not in the record yet has found, by provider
   */
  all(links: readonly Link[] | null, probed: ReadonlyMap<string, ProviderError> = new Map()): ProviderState[] {
    return this.providers.all.map(({ provider, running }) =>
      running ? this.describe(running, links, probed.get(provider.id) ?? null) : this.unconfigured(provider),
    );
  }

  private unconfigured(provider: Provider): ProviderState {
    const failure = this.providers.notConfigured(provider.id);
    return {
      id: provider.id,
      displayName: provider.displayName,
      state: 'not_configured',
      failure,
      since: this.startedAt,
      lastSuccessAt: null,
      linkExpiresAt: null,
      linkWarning: null,
    };
  }

  private describe(
    { provider, health, linking }: RunningProvider,
    links: readonly Link[] | null,
    probed: ProviderError | null,
  ): ProviderState {
    const own = links?.filter((link) => link.provider === provider.id && link.clientId === linking?.app?.clientId);
    const outage = this.outages.get(provider.id);
    const { since, lastSuccessAt, ...record } = health.current;
    const unlinked = linking && own ? this.linkFailure(provider, own) : null;
    // Somebody has to do something about the link, and that first: without it nobody finds out that the outage is over.
    const first = unlinked ?? (record.failure?.code === 'reauthorization_required' ? record.failure : null);
    const failure = first ?? outage?.error ?? record.failure ?? probed;
    const begun = (): Date | null => {
      if (outage && failure === outage.error) return outage.since;
      // What the record does not have yet has been found just now.
      return failure !== null && failure === probed && failure !== record.failure ? new Date() : since;
    };
    return {
      id: provider.id,
      displayName: provider.displayName,
      state: stateOf(failure, since),
      failure,
      since: begun(),
      lastSuccessAt,
      ...this.consentEnd(own ?? [], linking?.consentMonths ?? null),
    };
  }

  private linkFailure(provider: Provider, links: readonly Link[]): ProviderError | null {
    const { displayName } = provider;
    const redirectUri = this.providers.redirectUri(provider);
    const redirect = `The redirect URI in the settings of the app must be ${redirectUri}`;
    if (links.length === 0) {
      const fault = faultOfRedirect(redirectUri, displayName);
      if (fault) {
        return new ProviderError('provider_not_linked', {
          message: `No ${displayName} account is linked. ${fault.message}`,
          remedy: fault.remedy,
        });
      }
      return new ProviderError('provider_not_linked', {
        message: `No ${displayName} account is linked.`,
        remedy: `Open ${this.settings.origin}/auth and agree. ${redirect}, letter by letter.`,
      });
    }
    if (links.some(({ status }) => status !== 'needs_consent')) return null;
    return new ProviderError('reauthorization_required', {
      message: `The linked ${displayName} account must agree again.`,
      remedy: `Open ${this.settings.origin}/auth and agree.`,
    });
  }

  private consentEnd(
    links: readonly Link[],
    months: number | null,
  ): Pick<ProviderState, 'linkExpiresAt' | 'linkWarning'> {
    if (months === null || links.length === 0) return { linkExpiresAt: null, linkWarning: null };
    const again = `Agree again at ${this.settings.origin}/auth?force=1`;
    const needed = neededLinks(links, months);
    const ends = needed.map(({ consentedAt }) => consentExpiresAt(consentedAt, months));
    const known = ends.filter((end) => end !== null).sort((a, b) => a.getTime() - b.getTime());
    const [linkExpiresAt = null] = known;
    const due = dueConsentWarning(linkExpiresAt, Date.now());
    if (linkExpiresAt === null || known.length < ends.length) {
      const linkWarning = `When the link ends is not known, because it is not known when the account agreed. ${again} to know it.`;
      return { linkExpiresAt, linkWarning };
    }
    // Where all are over, nothing is read, and that is told as a failure.
    const over = needed.find(({ status }) => status === 'needs_consent');
    if (over && needed.length > 1) {
      const linkWarning = `What was agreed to once more is over (${over.scopes.join(' ')}). ${again}.`;
      return { linkExpiresAt, linkWarning };
    }
    if (due === null) return { linkExpiresAt, linkWarning: null };
    return { linkExpiresAt, linkWarning: `The link ends at ${linkExpiresAt.toISOString()}. ${again} before that.` };
  }
}

const BY_CODE: Readonly<Partial<Record<ProviderErrorCode, StateName>>> = {
  provider_not_configured: 'not_configured',
  provider_not_linked: 'not_linked',
  reauthorization_required: 'needs_consent',
  insufficient_scope: 'scope_missing',
  owner_premium_required: 'premium_required',
  user_not_registered: 'not_registered',
  country_unavailable: 'country_unavailable',
  forbidden: 'forbidden',
  not_supported: 'endpoint_gone',
};

function stateOf(failure: ProviderError | null, since: Date | null): StateName {
  if (failure === null) return since === null ? 'unknown' : 'ok';
  if (failure.code !== 'upstream_rate_limited') return BY_CODE[failure.code] ?? 'failing';
  return failure.isQuotaSpent ? 'quota_exceeded' : 'blocked';
}
