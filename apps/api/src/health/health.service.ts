import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Accounts, Link } from '#accounts';
import type { Database } from '#database';
import { type Profile, ProviderError } from '#listening';
import { ACCOUNTS } from '../accounts/index.js';
import { ReadCache } from '../answer/read-cache.js';
import { BackupStanding } from '../backup/index.js';
import { DATABASE } from '../database/database.module.js';
import { Heard } from '../heard.js';
import { reasonOf } from '../logging.js';
import { ActiveProvider } from '../providers/active-provider.js';
import { isOfReadAlone } from '../providers/lasting-failure.js';
import { isWithheld } from '../providers/provider-health.js';
import { ProviderGeneration } from '../providers/provider-generation.js';
import { type ProviderState, ProviderStates } from '../providers/provider-states.js';
import type { RunningProvider } from '../providers/running-providers.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import type { HealthDto, ProviderStateDto, ReadinessDto } from './health.dto.js';

/** A check asks the provider at most this often. */
const PROBE_EVERY_MS = 60_000;
/** The same while it fails: good news may come at any time, and however many ask must not become many calls. */
const PROBE_FAILING_EVERY_MS = 5_000;
/** Well below what orchestrators wait for a health check. */
const DATABASE_PATIENCE_MS = 2_000;
/** However often strangers ask, the database is asked no more often: it has other work to do. */
const DATABASE_FRESH_MS = 1_000;

/** Tells how the service really is: the provider is asked when its last word is too old, and so is the database. */
@Injectable()
export class HealthService {
  private readonly logger = new Logger('Health');
  private readonly probes = new ReadCache<Profile>(Date.now);
  private readonly ping = new Heard(() => this.database.ping(), DATABASE_FRESH_MS);
  private readonly links = new Heard(() => this.accounts.links.list(), DATABASE_FRESH_MS);

  constructor(
    private readonly providers: ActiveProvider,
    private readonly states: ProviderStates,
    @Inject(DATABASE) private readonly database: Database,
    private readonly backups: BackupStanding,
    private readonly settings: PlatformSettings,
    @Inject(ACCOUNTS) private readonly accounts: Accounts,
    generation: ProviderGeneration,
  ) {
    // Whoever has just linked an account is not told that there is none.
    generation.onChange(() => {
      this.links.forget();
    });
  }

  async health(): Promise<HealthDto> {
    const [probe, database, backups] = await Promise.all([
      this.probe(),
      this.databaseState(),
      this.backups.current(DATABASE_PATIENCE_MS),
    ]);
    const { failure, failing } = probe;
    const probed = new Map(failing && probe.degraded ? [[failing, probe.degraded]] : []);
    const states = this.states.all(await this.linked(), probed);
    return {
      ok: failure === null && database === 'ok',
      source: probe.source,
      user: probe.user,
      displayName: probe.displayName,
      origin: this.settings.BASE_URL === undefined ? null : this.settings.origin,
      checkedAt: new Date().toISOString(),
      degraded: probe.degraded && {
        reason: probe.degraded.code,
        provider: failing,
        since: probe.since.toISOString(),
      },
      providers: states.map(describe),
      database,
      backups: backups && {
        alert: backups.alert,
        lastAt: backups.lastAt?.toISOString() ?? null,
        nextAt: backups.nextAt?.toISOString() ?? null,
      },
    };
  }

  async readiness(): Promise<ReadinessDto> {
    const database = await this.databaseState();
    return { ok: database === 'ok', database };
  }

  /** Reads the profile, which every provider has: nothing else of an account is so small. */
  private async probe(): Promise<Probe> {
    const { current } = this.providers;
    try {
      const { running, value, instead } = await this.providers.answer((asked, patience) =>
        this.probes.get({
          key: asked.key,
          freshMs: freshMsOf(asked),
          refreshMs: 0,
          patience,
          read: () => asked.reads.profile(),
        }),
      );
      const failure = failureOf(running, value.failure);
      return {
        failure,
        degraded: instead?.failure ?? failure,
        failing: instead ? instead.provider : running.provider.id,
        since: instead?.since ?? this.providers.sinceOf(running),
        source: running.provider.source,
        user: value.value.name,
        displayName: value.value.displayName,
      };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const failure = current ? failureOf(current, error) : error;
      const failing = current?.provider.id ?? null;
      const source = current?.provider.source ?? null;
      const since = this.providers.sinceOf(current);
      const user = current?.account ?? null;
      return { failure, degraded: failure, failing, since, source, user, displayName: null };
    }
  }

  private async databaseState(): Promise<'ok' | 'unreachable'> {
    try {
      await this.ping.hear(DATABASE_PATIENCE_MS);
      return 'ok';
    } catch (error) {
      this.logger.debug(`The database does not answer: ${reasonOf(error)}`);
      return 'unreachable';
    }
  }

  /** Null when the database does not tell: how it is must be told also then. */
  private async linked(): Promise<Link[] | null> {
    try {
      return await this.links.hear(DATABASE_PATIENCE_MS);
    } catch (error) {
      this.logger.debug(`Links cannot be read: ${reasonOf(error)}`);
      return null;
    }
  }
}

/** For how long a good word is good enough. */
function freshMsOf({ health }: RunningProvider): number {
  const { failure } = health.current;
  if (failure === null) return PROBE_EVERY_MS;
  // A good answer ends what is wrong with the whole provider, and a bad one is not asked for again at once.
  return isOfReadAlone(failure) || isWithheld(failure) ? PROBE_FAILING_EVERY_MS : 0;
}

/** What is wrong with a provider by what asking for the profile came to, which may fail while the rest is well. */
function failureOf({ health }: RunningProvider, found: ProviderError | null): ProviderError | null {
  return found && !health.isOfPart('profile', found) ? found : health.current.failure;
}

/** What asking for the profile came to. */
interface Probe {
  /** Why there is no answer to give; null when there is one. */
  failure: ProviderError | null;
  /** What is wrong, also when another provider answers instead; null when nothing is. */
  degraded: ProviderError | null;
  /** The provider that it is wrong with. */
  failing: string | null;
  since: Date;
  source: string | null;
  user: string | null;
  displayName: string | null;
}

function describe({
  id,
  displayName,
  state,
  failure,
  since,
  lastSuccessAt,
  linkExpiresAt,
  linkWarning,
}: ProviderState): ProviderStateDto {
  return {
    id,
    displayName,
    state,
    reason: failure?.code ?? null,
    remedy: failure && `${failure.message} ${failure.remedy}`,
    since: since?.toISOString() ?? null,
    lastSuccessAt: lastSuccessAt?.toISOString() ?? null,
    linkExpiresAt: linkExpiresAt?.toISOString() ?? null,
    linkWarning,
  };
}
