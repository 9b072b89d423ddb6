import type { BeforeApplicationShutdown, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { randomUUID } from 'node:crypto';
import { ProviderError } from '#listening';
import { reasonOf } from '../../logging.js';
import { isDatabaseAway } from '../../problem/database-trouble.js';
import type { RunningProvider, RunningProviders } from '../../providers/running-providers.js';
import { unforeseen } from '../../providers/unforeseen.js';
import type { DailyCalls } from '../../upstream/daily-calls.js';
import { archiveProblem } from '../archive-problem.js';
import { ArchiveError } from '../archive/archive-error.js';
import type { Account, Trouble } from '../backup-row.js';
import { NothingRead } from '../reading/lacks.js';
import { ClaimLost, type Held, type LibraryJobs } from './library-jobs.js';

/** How often it is looked whether there is something to do. */
const LOOK_EVERY_MS = 2_000;
/** Time enough for another process to look, and to take it on. */
const COURTESY_MS = 5_000;
const RENEW_EVERY_MS = 5_000;
/** This part of a day's calls is left to what plays. */
const LEFT_TO_OTHERS = 0.1;
const BUDGET_PAUSE_MS = 30 * 60_000;
/** Pauses after failures in a row; the last one from then on. */
const PAUSES_MS = [15_000, 30_000, 60_000, 5 * 60_000, 15 * 60_000] as const;
/** So many failures without a step between them are no bad moment any more: some two hours. */
const MOST_SETBACKS = 12;
/** What passes by itself. */
const PASSING: ReadonlySet<string> = new Set([
  'upstream_rate_limited',
  'upstream_timeout',
  'upstream_error',
  'database_unavailable',
]);

export interface WorkerParts {
  logger: Logger;
  jobs: LibraryJobs;
  providers: RunningProviders;
  calls: DailyCalls;
  /** What the owner does when one has failed by our own fault. */
  remedy: string;
}

/** Works on the jobs that are due: on one at a time in each process, and each in one process at a time. */
export abstract class LibraryWorker<Claim extends Held> implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly worker = randomUUID();
  private readonly stopping = new AbortController();
  private working: Promise<void> | null = null;
  /** Looks whether the job that is worked on is still this process's. */
  private renew: (() => void) | null = null;

  protected constructor(private readonly parts: WorkerParts) {}

  protected get logger(): Logger {
    return this.parts.logger;
  }

  /** Whether there is something to work on with this provider. */
  protected abstract serves(running: RunningProvider): boolean;

  /** What is known of a job; null when it is gone. */
  protected abstract take(held: Held): Promise<Claim | null>;

  /** For the log. */
  protected abstract nameOf(claim: Claim): string;

  /** All of it, or what is left. @throws ProviderError, ArchiveError, ClaimLost, or the reason of the signal */
  protected abstract make(claim: Claim, running: RunningProvider, signal: AbortSignal): Promise<void>;

  /** It ends here. @throws ClaimLost */
  protected abstract fail(claim: Claim, trouble: Trouble): Promise<void>;

  /**
   * Why what is written or read may only seem to be wrong; null when the folder is what it should be.
   *
   * @param claim absent: whichever it will be
   */
  protected abstract folderFault(claim?: Claim): Promise<ArchiveError | null>;

  onApplicationBootstrap(): void {
    this.parts.jobs.onNews(() => {
      // One that is taken away or cancelled ends at once, whatever it is at; a call that changes something is left to end.
      this.renew?.();
      this.look();
    });
    this.parts.providers.onLink((id) => this.goOn(id));
    this.look();
  }

  /** What waits for a consent has it now. */
  private async goOn(provider: string): Promise<void> {
    if ((await this.parts.jobs.resume(provider, 'reauthorization_required')) > 0) this.parts.jobs.spread();
  }

  /** Whoever works on one lets another process go on. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new Error('The service stops.'));
    await this.working;
  }

  /** Somebody has asked for one: begins without waiting for the next look. */
  @Interval(LOOK_EVERY_MS)
  look(): void {
    if (this.stopping.signal.aborted) return;
    this.working ??= this.workWhileDue()
      .catch((error: unknown) => {
        this.logger.debug(`What is due cannot be looked after (${reasonOf(error)}).`);
      })
      .finally(() => {
        this.working = null;
      });
  }

  private async workWhileDue(): Promise<void> {
    const { jobs, providers } = this.parts;
    const served = providers.all.flatMap(({ provider, running }) =>
      running && this.serves(running) ? [provider.id] : [],
    );
    while (!this.stopping.signal.aborted) {
      // Another process may see the disk that is away here.
      const courtesyMs = async (): Promise<number> => ((await this.folderFault()) ? COURTESY_MS : 0);
      const held = await jobs.claim(this.worker, served, courtesyMs);
      const running = held && providers.get(held.provider);
      const claim = held && (await this.take(held));
      if (!claim || !running) return;
      await this.work(claim, running);
    }
  }

  private async work(claim: Claim, running: RunningProvider): Promise<void> {
    const lost = new AbortController();
    const renew = (): void => {
      this.parts.jobs.renew(claim).catch((error: unknown) => {
        if (error instanceof ClaimLost) lost.abort(error);
      });
    };
    const renewing = setInterval(renew, RENEW_EVERY_MS);
    this.renew = renew;
    const signal = AbortSignal.any([this.stopping.signal, lost.signal]);
    const stopRenewing = (): void => {
      this.renew = null;
      clearInterval(renewing);
    };
    try {
      await this.make(claim, running, signal);
    } catch (error) {
      // What is given up is not to be held on to.
      stopRenewing();
      await this.giveUp(claim, error, signal);
    } finally {
      stopRenewing();
    }
  }

  /** @throws ProviderError when no more calls should be made for now */
  keepToBudget({ budget, provider }: RunningProvider): void {
    if (this.parts.calls.used(budget) < 1 - LEFT_TO_OTHERS) return;
    throw new ProviderError('upstream_rate_limited', {
      message: `The calls to ${provider.displayName} that are planned for a day are nearly used up; the rest is for what plays.`,
      remedy:
        'Nothing to do here: it goes on by itself as the day moves on. A higher budget is a setting of the provider.',
      retryAt: new Date(Date.now() + BUDGET_PAUSE_MS),
    });
  }

  private async giveUp(claim: Claim, error: unknown, signal: AbortSignal): Promise<void> {
    const { jobs, remedy } = this.parts;
    if (error instanceof ClaimLost || signal.reason instanceof ClaimLost) return;
    // A read that is given up fails as one that takes too long.
    if (signal.aborted) {
      await jobs.release(claim);
      jobs.spread();
      return;
    }
    const name = this.nameOf(claim);
    // Files on a disk that is away are neither gone nor damaged.
    const away = error instanceof ArchiveError ? await this.folderFault(claim) : null;
    const trouble = troubleOf(away ?? error, remedy);
    const mistake = mistakeOf(error, trouble);
    if (mistake !== null) this.logger.error(`${name} meets a mistake of this service.`, mistake);
    const setbacks = await jobs.setbacks(claim);
    const retryAt = error instanceof ProviderError ? error.retryAt : null;
    if ((away || isPassing(error, trouble)) && setbacks < MOST_SETBACKS) {
      const pause = PAUSES_MS[Math.min(setbacks, PAUSES_MS.length - 1)] ?? 0;
      const resumeAt = new Date(Math.max(Date.now() + pause, retryAt?.getTime() ?? 0));
      await jobs.pause(claim, trouble, resumeAt);
      jobs.spread();
      this.logger.warn(`${name} waits until ${resumeAt.toISOString()}: ${trouble.detail}`);
      return;
    }
    await this.fail(claim, trouble);
    this.logger.error(`${name} has failed: ${trouble.detail}`);
  }
}

/** Whose library it was when the job began is whose it has to be. @throws ProviderError */
export function expectAccount(before: Account, now: Account, remedy: string): void {
  if (before.id === now.id) return;
  throw new ProviderError('reauthorization_required', {
    message: `Another account is linked by now: it began with ${before.name}, and ${now.name} is linked.`,
    remedy,
  });
}

function isPassing(error: unknown, { code }: Trouble): boolean {
  // A refusal that is asked about again may be a fault of theirs; one that is not is for good.
  const isInDoubt =
    error instanceof ProviderError && error.code === 'reauthorization_required' && error.retryAt !== null;
  return (PASSING.has(code) && !(error instanceof NothingRead)) || isInDoubt;
}

function troubleOf(error: unknown, remedy: string): Trouble {
  if (error instanceof NothingRead) return { code: 'upstream_error', detail: error.message, remedy: error.remedy };
  if (error instanceof ProviderError) return { code: error.code, detail: error.message, remedy: error.remedy };
  if (error instanceof ArchiveError) {
    const { code, message: detail, remedy } = archiveProblem(error);
    return { code, detail, remedy };
  }
  if (isDatabaseAway(error)) {
    const detail = 'The database of this service did not answer.';
    return {
      code: 'database_unavailable',
      detail,
      remedy: 'Nothing to do here once it is back: it goes on by itself.',
    };
  }
  return {
    code: 'internal_error',
    detail: 'This service made a mistake.',
    remedy: `${remedy} The log of the service has the cause.`,
  };
}

/** The stack of what nobody has thought of, for the log; null for all else. */
function mistakeOf(error: unknown, { code }: Trouble): string | null {
  if (error instanceof ProviderError) return unforeseen(error);
  if (code !== 'internal_error') return null;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
