import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Database } from '#database';
import { ProviderError } from '#listening';
import type { Provider } from '#providers';
import { inTime } from '../answer/in-time.js';
import { ReadCache } from '../answer/read-cache.js';
import { DATABASE } from '../database/database.module.js';
import { ActiveProvider, type RunningProvider, howToConfigure, notConfigured } from '../providers/active-provider.js';
import type { HealthDto, ProviderStateDto, ReadinessDto } from './health.dto.js';

/** A check asks the provider at most this often. */
const PROBE_EVERY_MS = 60_000;
/** Well below what orchestrators wait for a health check. */
const DATABASE_PATIENCE_MS = 2_000;

/** Tells how the service really is: the provider is asked when its last word is too old, the database every time. */
@Injectable()
export class HealthService {
  private readonly logger = new Logger('Health');
  private readonly probes = new ReadCache<{ user: string }>(Date.now);
  private readonly startedAt = new Date();

  constructor(
    private readonly providers: ActiveProvider,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  async health(): Promise<HealthDto> {
    const { current } = this.providers;
    const [probe, database] = await Promise.all([this.probe(current), this.databaseState()]);
    const { failure } = probe;
    const since = (current?.health.current.since ?? this.startedAt).toISOString();
    return {
      ok: failure === null && database === 'ok',
      source: current?.provider.source ?? null,
      user: probe.user,
      checkedAt: new Date().toISOString(),
      degraded: failure && { reason: failure.code, provider: current?.provider.id ?? null, since },
      providers: this.providers.all.map(({ provider, running }) =>
        this.describe(provider, running, running === current ? failure : null),
      ),
      database,
    };
  }

  async readiness(): Promise<ReadinessDto> {
    const database = await this.databaseState();
    return { ok: database === 'ok', database };
  }

  /** Reads the profile, which every provider has: nothing else of an account is so small. */
  private async probe(
    running: RunningProvider | null,
  ): Promise<{ user: string | null; failure: ProviderError | null }> {
    if (!running) return { user: null, failure: notConfigured() };
    try {
      const { value, failure } = await this.probes.get({
        key: running.provider.id,
        // While it fails, a probe that is good news may come at any time; the cache itself bounds how often one is sent.
        freshMs: running.health.current.failure ? 0 : PROBE_EVERY_MS,
        refreshMs: 0,
        read: async () => ({ user: (await running.reads.profile()).name }),
      });
      return { user: value.user, failure: failure ?? running.health.current.failure };
    } catch (error) {
      if (error instanceof ProviderError) return { user: running.account, failure: error };
      throw error;
    }
  }

  private describe(
    provider: Provider,
    running: RunningProvider | null,
    probed: ProviderError | null,
  ): ProviderStateDto {
    if (!running) {
      return {
        id: provider.id,
        state: 'not_configured',
        reason: 'provider_not_configured',
        remedy: howToConfigure(provider),
        since: this.startedAt.toISOString(),
        lastSuccessAt: null,
        linkExpiresAt: null,
      };
    }
    const { since, lastSuccessAt, ...health } = running.health.current;
    // A probe that is still waited for has not ended in the record yet.
    const failure = health.failure ?? probed;
    return {
      id: provider.id,
      state: stateOf(failure, since),
      reason: failure?.code ?? null,
      remedy: failure && `${failure.message} ${failure.remedy}`,
      since: since?.toISOString() ?? null,
      lastSuccessAt: lastSuccessAt?.toISOString() ?? null,
      linkExpiresAt: null,
    };
  }

  private async databaseState(): Promise<'ok' | 'unreachable'> {
    try {
      await inTime(
        this.database.ping(),
        DATABASE_PATIENCE_MS,
        () => new Error(`no answer within ${DATABASE_PATIENCE_MS} ms`),
      );
      return 'ok';
    } catch (error) {
      this.logger.debug(`The database does not answer: ${error instanceof Error ? error.message : String(error)}`);
      return 'unreachable';
    }
  }
}

function stateOf(failure: ProviderError | null, since: Date | null): ProviderStateDto['state'] {
  if (failure === null) return since === null ? 'unknown' : 'ok';
  if (failure.code === 'provider_not_configured') return 'not_configured';
  return failure.code === 'upstream_rate_limited' ? 'blocked' : 'failing';
}
