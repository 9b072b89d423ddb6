import { Inject, Injectable } from '@nestjs/common';
import type { Accounts, Link } from '#accounts';
import { ProviderError } from '#listening';
import { ACCOUNTS, toLinkDto } from '../accounts/index.js';
import { Problem } from '../problem/problem.js';
import { type Choice, ProviderChoice, type Wanted } from '../providers/provider-choice.js';
import { ProviderOutages } from '../providers/provider-outages.js';
import { DailyCalls } from '../upstream/daily-calls.js';
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
    private readonly calls: DailyCalls,
    @Inject(ACCOUNTS) private readonly accounts: Accounts,
  ) {}

  async list(): Promise<ProvidersDto> {
    const links = await this.accounts.links.list();
    const providers = await Promise.all(this.states.all(links).map((state) => this.describe(state, links)));
    return { ...toDto(this.choice.current), providers };
  }

  /** @throws Problem `not_found` */
  async probe(id: string): Promise<ProviderDto> {
    const running = this.providers.get(id);
    running?.upstream.closeCircuits();
    if (running) {
      const isWell = await succeeds(running.probe.profile());
      if (isWell) running.health.forgive();
      // Where that is not what is known, what plays decides, which is the main job.
      const isKnownWell = running.health.current.failure === null;
      if (isWell !== isKnownWell) await succeeds(running.probe.nowPlaying());
    }
    const provider = (await this.list()).providers.find((one) => one.id === id);
    if (provider) return provider;
    throw new Problem('not_found', 'There is no such provider.', 'GET /admin/providers lists them.');
  }

  /** @throws Problem, or the ProviderError for which the provider cannot be chosen */
  async choose(request: ChoiceRequestDto): Promise<ChoiceDto> {
    if (request.active === undefined && request.fallback === undefined) {
      throw new Problem('invalid_request', 'Neither active nor fallback is given.', 'Give at least one of them.');
    }
    // A live answer, whatever is in memory: it also ends an outage that is over.
    if (request.active !== undefined) await this.configured(request.active).probe.profile();
    let before = this.choice.current;
    for (;;) {
      const wanted = this.resolve(request, before);
      await this.check(wanted, request, before);
      const chosen = await this.choice.change((now) => {
        before = now;
        const { active, fallback } = this.resolve(request, now);
        // Somebody else has chosen meanwhile, and together with that it would be a choice that nobody has checked.
        return active === wanted.active && fallback === wanted.fallback ? wanted : null;
      });
      if (chosen) return toDto(chosen);
    }
  }

  async forgetChoice(): Promise<ChoiceDto> {
    return toDto(await this.choice.forget());
  }

  /** What a request comes to, given what was chosen before. @throws Problem, or ProviderError `provider_not_configured` */
  private resolve({ active: named, fallback: namedFallback }: ChoiceRequestDto, before: Choice): Wanted {
    const active = named ?? before.active;
    if (active === null) throw this.providers.notConfigured(null);
    const fallback =
      namedFallback === undefined ? before.fallback : namedFallback === NO_FALLBACK ? null : namedFallback;
    if (active !== fallback) return { active, fallback };
    // Switching to what was the fallback is what an owner does in trouble: the two change places.
    if (namedFallback === undefined && before.active !== null) return { active, fallback: before.active };
    throw new Problem(
      'invalid_request',
      'fallback must differ from active.',
      `Use another provider, or ${NO_FALLBACK}.`,
    );
  }

  private async check({ active, fallback }: Wanted, request: ChoiceRequestDto, before: Choice): Promise<void> {
    this.configured(active);
    const isFallbackNew = request.fallback !== undefined || fallback !== before.fallback;
    if (fallback !== null && isFallbackNew) await this.checkLinked(this.configured(fallback));
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
      remedy: `Link one at /auth, then choose it; or choose "fallback": "${NO_FALLBACK}" in the same request.`,
    });
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
      redirectUri: running?.linking ? this.providers.redirectUri(provider) : null,
      linkExpiresAt: state.linkExpiresAt?.toISOString() ?? null,
      linkWarning: state.linkWarning,
      budget: running && {
        used: await this.calls.sum(running.budget),
        dailyCalls: running.budget.dailyCalls,
      },
      links: links.filter((link) => link.provider === id).map((link) => toLinkDto(link, months)),
    };
  }
}

function toDto({ since, ...choice }: Choice): ChoiceDto {
  return { ...choice, since: since?.toISOString() ?? null };
}

/** Why a probe fails is in the health record. */
async function succeeds(probing: Promise<unknown>): Promise<boolean> {
  try {
    await probing;
    return true;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return false;
  }
}
