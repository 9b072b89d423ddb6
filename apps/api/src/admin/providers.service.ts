import { Inject, Injectable } from '@nestjs/common';
import type { Accounts, Link } from '#accounts';
import { ProviderError } from '#listening';
import { ACCOUNTS, toLinkDto } from '../accounts/index.js';
import { Problem } from '../problem/problem.js';
import { ProviderChoice } from '../providers/provider-choice.js';
import { ProviderOutages } from '../providers/provider-outages.js';
import { type ProviderState, ProviderStates } from '../providers/provider-states.js';
import { type RunningProvider, RunningProviders } from '../providers/running-providers.js';
import {
  type ChoiceDto,
  type ChoiceRequestDto,
  NO_FALLBACK,
  type ProviderDto,
  type ProvidersDto,
} from './providers.dto.js';

/** What the owner sees of the providers, and does with them. */
@Injectable()
export class ProvidersService {
  constructor(
    private readonly choice: ProviderChoice,
    private readonly providers: RunningProviders,
    private readonly states: ProviderStates,
    private readonly outages: ProviderOutages,
    @Inject(ACCOUNTS) private readonly accounts: Accounts,
  ) {}

  async list(): Promise<ProvidersDto> {
    const [states, links] = await Promise.all([this.states.all(), this.accounts.links.list()]);
    const providers = await Promise.all(states.map((state) => this.describe(state, links)));
    return { ...this.chosen, providers };
  }

  /** @throws Problem `not_found` */
  async probe(id: string): Promise<ProviderDto> {
    const running = this.providers.get(id);
    if (running) await settled(running.probe.profile());
    const provider = (await this.list()).providers.find((one) => one.id === id);
    if (provider) return provider;
    throw new Problem('not_found', 'There is no such provider.', 'GET /admin/providers lists them.');
  }

  /** @throws Problem, or the ProviderError for which the provider cannot be chosen */
  async choose({ active: wanted, fallback: wantedFallback }: ChoiceRequestDto): Promise<ChoiceDto> {
    const before = this.choice.current;
    if (wanted === undefined && wantedFallback === undefined) {
      throw new Problem('invalid_request', 'Neither active nor fallback is given.', 'Give at least one of them.');
    }
    const active = wanted ?? before.active;
    if (active === null) throw this.providers.notConfigured(null);
    const fallback =
      wantedFallback === undefined ? before.fallback : wantedFallback === NO_FALLBACK ? null : wantedFallback;
    if (active === fallback) {
      // Switching to what was the fallback is what an owner does in trouble: the two change places.
      if (wantedFallback === undefined && before.active !== null) return this.store(active, before.active, before);
      throw new Problem(
        'invalid_request',
        'fallback must differ from active.',
        `Use another provider, or ${NO_FALLBACK}.`,
      );
    }
    return this.store(active, fallback, before);
  }

  async forgetChoice(): Promise<ChoiceDto> {
    const before = this.choice.current;
    await this.choice.forget();
    await this.note(before);
    return this.chosen;
  }

  private async store(active: string, fallback: string | null, before: ChoiceBefore): Promise<ChoiceDto> {
    const running = this.configured(active);
    // A live answer, whatever is in memory: it also ends an outage that is over.
    if (active !== before.active) await running.probe.profile();
    if (fallback !== null && fallback !== before.active) await this.checkLinked(this.configured(fallback));
    await this.choice.store({ active, fallback });
    await this.note(before);
    return this.chosen;
  }

  private configured(id: string): RunningProvider {
    const running = this.providers.get(id);
    if (running) return running;
    throw this.providers.notConfigured(id);
  }

  /** It may be in trouble of its own just now; an account it must have. */
  private async checkLinked({ provider, linking }: RunningProvider): Promise<void> {
    if (linking === null) return;
    const links = await this.accounts.links.list(provider.id);
    if (links.some(({ clientId }) => clientId === linking.app?.clientId)) return;
    throw new ProviderError('provider_not_linked', {
      message: `No ${provider.displayName} account is linked.`,
      remedy: 'Link one at /auth, then choose it.',
    });
  }

  private async note(before: ChoiceBefore): Promise<void> {
    const { active, fallback, chosenBy } = this.choice.current;
    const detail = { active, fallback, chosenBy, activeBefore: before.active, fallbackBefore: before.fallback };
    await this.accounts.audit.append({ actor: 'owner', action: 'provider.chosen', subject: active ?? 'none', detail });
  }

  private get chosen(): ChoiceDto {
    const { since, ...choice } = this.choice.current;
    return { ...choice, since: since?.toISOString() ?? null };
  }

  private async describe(state: ProviderState, links: readonly Link[]): Promise<ProviderDto> {
    const { id, failure } = state;
    const known = this.providers.all.find(({ provider }) => provider.id === id);
    if (!known) throw new Error(`${id} has a state and does not exist.`);
    const { provider, running } = known;
    const { active, fallback } = this.choice.current;
    const months = running?.linking?.consentMonths ?? null;
    return {
      id,
      displayName: provider.displayName,
      source: provider.source,
      role: id === active ? 'active' : id === fallback ? 'fallback' : 'standby',
      state: state.state,
      reason: failure?.code ?? null,
      detail: failure?.message ?? null,
      remedy: failure?.remedy ?? null,
      since: state.since?.toISOString() ?? null,
      lastSuccessAt: state.lastSuccessAt?.toISOString() ?? null,
      nextProbeAt: this.outages.get(id) ? ((await this.outages.nextProbeAt(id))?.toISOString() ?? null) : null,
      redirectUri: running?.linking ? this.states.redirectUri(running.linking) : null,
      linkExpiresAt: state.linkExpiresAt?.toISOString() ?? null,
      linkWarning: state.linkWarning,
      links: links.filter((link) => link.provider === id).map((link) => toLinkDto(link, months)),
    };
  }
}

type ChoiceBefore = ProviderChoice['current'];

/** How a probe ends is in the health record. */
async function settled(probing: Promise<unknown>): Promise<void> {
  try {
    await probing;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
  }
}
