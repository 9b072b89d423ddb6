import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { Database } from '#database';
import { type NowPlaying, ProviderError } from '#listening';
import { DATABASE } from '../database/database.module.js';
import { ActiveProvider, type Answered } from '../providers/active-provider.js';
import { ProviderGeneration } from '../providers/provider-generation.js';
import { ProviderOutages } from '../providers/provider-outages.js';
import { type RunningProvider, RunningProviders } from '../providers/running-providers.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import { DailyCalls } from '../upstream/daily-calls.js';
import { endOf, isSame, toCurrentlyPlaying } from './currently-playing.js';
import { LastPlayed } from './last-played.js';
import { LiveState } from './live-state.js';
import type { CurrentlyPlaying } from './now-playing.dto.js';
import { pauseBeforePoll } from './poll-plan.js';
import { type Snapshot, SnapshotStore } from './snapshot-store.js';
import { isSameSong, steadyStart } from './steady-start.js';

/** Without anybody who looks for so long the upstream is left alone. */
const AWAKE_MS = 5 * 60_000;
/** Somebody who comes after such a pause sees what plays now, not what played at the last poll. */
const ARRIVAL_MS = 60_000;
/** How often it is looked who leads, and whether a word was missed. */
const SYNC_AWAKE_MS = 3_000;
const SYNC_ASLEEP_MS = 30_000;
/** However many want it, not more often than this. */
const SYNC_PAUSE_MS = 200;
/** Told as it is for so much longer than until the next poll, so that a slow poll does not make it stale. */
const SLACK_MS = 10_000;
/** Pauses after failures in a row. */
const FAILURE_PAUSES_MS = [5_000, 10_000, 20_000, 40_000, 60_000];
/** After a fault of our own. */
const AFTER_FAULT_MS = 30_000;
/** A song that nobody could confirm for so long is not said to play any more. */
const BELIEVABLE_MS = 10 * 60_000;

/** What a provider has told without trouble. */
interface Reading {
  /** The provider's id. */
  provider: string;
  /** Under which key its answers are kept. */
  key: string;
  playing: NowPlaying | null;
  /** When the song was first seen, in milliseconds since 1970. */
  seenAt: number;
  at: number;
}

type Read = Reading & { failure: ProviderError | null };

/**
 * Asks the upstream what plays, for all processes and all who look: of the processes that somebody looks at, one leads and
 * asks; the others hear of it. Nobody asks while nobody looks.
 */
@Injectable()
export class Watcher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('NowPlaying');
  private readonly process = randomUUID();
  private leads = false;
  private isLed = false;
  private isStopping = false;
  /** A provider's health has changed while it was asked. */
  private isHealthNews = false;
  private databaseIsAway = false;
  /** When somebody looked last at another process. */
  private lookedElsewhereAt = Number.NEGATIVE_INFINITY;
  private syncing: Promise<void> | null = null;
  private syncAgain = false;
  private polling: Promise<void> | null = null;
  private pollAgain = false;
  private syncTimer: NodeJS.Timeout | undefined;
  private soonTimer: NodeJS.Timeout | undefined;
  private pollTimer: NodeJS.Timeout | undefined;
  private syncedAt = Number.NEGATIVE_INFINITY;
  private last: Reading | null = null;
  private failures = 0;
  private idlePolls = 0;
  private lastPollAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly state: LiveState,
    private readonly store: SnapshotStore,
    private readonly lastPlayed: LastPlayed,
    private readonly providers: ActiveProvider,
    private readonly runningProviders: RunningProviders,
    private readonly generation: ProviderGeneration,
    private readonly outages: ProviderOutages,
    private readonly calls: DailyCalls,
    private readonly settings: PlatformSettings,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.database.embedded) await this.store.depose();
    await this.sync();
    this.store.onNews(() => void this.sync());
    this.generation.onChange(() => {
      this.hurry();
    });
    this.outages.onChange(() => {
      this.state.expire();
      this.healthChanged();
    });
    this.runningProviders.onHealthChange(() => {
      this.healthChanged();
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.syncTimer);
    clearTimeout(this.soonTimer);
    clearTimeout(this.pollTimer);
    if (!this.leads) return;
    try {
      await this.store.release(this.process);
    } catch (error) {
      this.logger.debug(`The lead could not be handed over (${reasonOf(error)}); it ends by itself.`);
    }
  }

  /** Somebody looks, and what there is will not do: makes sure that it is being asked for. */
  want(): void {
    if (this.leads) {
      if (!this.polling) void this.poll();
    } else if (Date.now() - this.syncedAt > SYNC_PAUSE_MS) {
      void this.sync();
    } else {
      this.soonTimer ??= setTimeout(() => {
        this.soonTimer = undefined;
        void this.sync();
      }, SYNC_PAUSE_MS).unref();
    }
  }

  /** Somebody looks after a while in which nobody did. @param goneMs how long that was */
  arrive(goneMs: number): void {
    if (goneMs < ARRIVAL_MS) return;
    this.idlePolls = 0;
    // Another process that leads hears of it from the database.
    if (!this.leads) void this.sync();
    else if (Date.now() - this.lastPollAt > ARRIVAL_MS) void this.poll();
  }

  private healthChanged(): void {
    // It may be the poll under way that has found it out.
    if (this.polling) this.isHealthNews = true;
    else this.hurry();
  }

  /** Something else is to be told: asks at once if anybody looks. */
  private hurry(): void {
    this.failures = 0;
    if (this.leads && this.isAwake) void this.poll();
    else void this.sync();
  }

  private get isAwake(): boolean {
    const looked = Math.max(this.state.lastLookAt ?? Number.NEGATIVE_INFINITY, this.lookedElsewhereAt);
    return Date.now() - looked < AWAKE_MS;
  }

  /** Takes what the others have found, and the lead if somebody looks here and nobody has it. One after the other. */
  private sync(): Promise<void> {
    if (this.isStopping) return Promise.resolve();
    this.syncAgain = this.syncing !== null;
    this.syncing ??= this.syncUntilQuiet().finally(() => {
      this.syncing = null;
    });
    return this.syncing;
  }

  private async syncUntilQuiet(): Promise<void> {
    do {
      this.syncAgain = false;
      this.syncedAt = Date.now();
      clearTimeout(this.syncTimer);
      try {
        await this.syncOnce();
        if (this.databaseIsAway) this.logger.log('The database answers again.');
        this.databaseIsAway = false;
      } catch (error) {
        if (!this.databaseIsAway) this.logger.warn(`What plays cannot be shared (${reasonOf(error)}).`);
        this.databaseIsAway = true;
        // Whoever has led goes on alone until it is back, and so does one that knows of nobody else who does.
        if (!this.leads && !this.isLed && this.isAwake) this.lead();
      }
      this.tellAge();
    } while (this.mustSyncAgain());
    if (!this.isStopping) {
      this.syncTimer = setTimeout(() => void this.sync(), this.isAwake ? SYNC_AWAKE_MS : SYNC_ASLEEP_MS).unref();
    }
  }

  private mustSyncAgain(): boolean {
    return this.syncAgain && !this.isStopping;
  }

  private async syncOnce(): Promise<void> {
    const lookedAt = this.state.lastLookAt;
    const lookedAgoMs = lookedAt === null ? null : Date.now() - lookedAt;
    const looksHere = lookedAgoMs !== null && lookedAgoMs < AWAKE_MS;
    const snapshot = await this.store.sync(this.process, looksHere || this.leads ? { lookedAgoMs } : null);
    this.isLed = snapshot.isLed;
    if (!this.leads || !this.state.current) this.take(snapshot);
    if (snapshot.leads && !this.leads) this.lead();
    else this.leads = snapshot.leads;
    if (!this.leads) clearTimeout(this.pollTimer);
    this.hearOfLooks(snapshot.lookedAgoMs);
  }

  private hearOfLooks(lookedAgoMs: number | null): void {
    if (lookedAgoMs === null) return;
    const lookedAt = Date.now() - lookedAgoMs;
    const goneMs = lookedAt - this.lookedElsewhereAt;
    this.lookedElsewhereAt = lookedAt;
    if (this.leads) this.arrive(goneMs);
  }

  /** Tells what another process has found. */
  private take(snapshot: Snapshot): void {
    const { document, provider, generation, checkedAgoMs, freshForMs } = snapshot;
    if (document === null || generation < this.generation.current) return;
    const now = Date.now();
    const taken = {
      document,
      provider,
      generation,
      checkedAt: now - (checkedAgoMs ?? 0),
      freshUntil: now + freshForMs,
    };
    this.state.set(freshForMs > 0 ? taken : { ...taken, document: this.aged(taken) });
  }

  private lead(): void {
    this.leads = true;
    const { fresh } = this.state;
    const pause = fresh ? Math.max(0, fresh.freshUntil - Date.now() - SLACK_MS) : 0;
    this.schedulePoll(pause);
  }

  private schedulePoll(pauseMs: number): void {
    clearTimeout(this.pollTimer);
    if (this.isStopping) return;
    if (pauseMs <= 0) void this.poll();
    else this.pollTimer = setTimeout(() => void this.poll(), pauseMs).unref();
  }

  private poll(): Promise<void> {
    if (this.isStopping) return Promise.resolve();
    this.pollAgain = this.polling !== null;
    this.polling ??= this.pollUntilCurrent().finally(() => {
      this.polling = null;
    });
    return this.polling;
  }

  private async pollUntilCurrent(): Promise<void> {
    clearTimeout(this.pollTimer);
    if (!this.isAwake) {
      await this.sleep();
      return;
    }
    let pause: number;
    do {
      this.pollAgain = false;
      pause = await this.pollOnce().catch((error: unknown) => {
        this.logger.error('What plays could not be found out.', error instanceof Error ? error.stack : String(error));
        return AFTER_FAULT_MS;
      });
    } while (this.mustPollAgain());
    if (this.leads) this.schedulePoll(pause);
  }

  private mustPollAgain(): boolean {
    return this.pollAgain && this.leads && !this.isStopping;
  }

  private async sleep(): Promise<void> {
    this.leads = false;
    try {
      await this.store.release(this.process);
    } catch (error) {
      this.logger.debug(`The lead could not be given up (${reasonOf(error)}); it ends by itself.`);
    }
  }

  /** @returns how long to wait before the next, in milliseconds */
  private async pollOnce(): Promise<number> {
    const generation = this.generation.current;
    this.lastPollAt = Date.now();
    this.isHealthNews = false;
    const answer = await this.ask();
    // What was asked before a switch is nobody's answer after it, and neither is what another read has refuted.
    if (generation !== this.generation.current || this.isRefuted(answer)) {
      this.pollAgain = true;
      return 0;
    }
    const pause = this.pauseAfter(answer);
    await this.tell(answer, generation, pause);
    const { running } = answer;
    // The song is what people wait for; the one before it comes after.
    if (running && (await this.lastPlayed.refresh(running))) await this.tell(answer, generation, pause);
    if (this.isRefuted(answer)) this.pollAgain = true;
    return pause;
  }

  /** Whether the provider's health has changed since it was asked, to something else than the answer says. */
  private isRefuted({ instead, failure }: Outcome): boolean {
    const active = this.providers.current;
    if (!active || !this.isHealthNews) return false;
    this.isHealthNews = false;
    const known = this.outages.get(active.provider.id)?.error ?? active.health.current.failure;
    return (known?.code ?? null) !== ((instead?.failure ?? failure)?.code ?? null);
  }

  private async ask(): Promise<Outcome> {
    try {
      const answered = await this.providers.answer((running) => this.read(running));
      this.failures = answered.value.failure ? this.failures + 1 : 0;
      return { ...answered, failure: answered.value.failure };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      this.failures += 1;
      return { running: this.providers.current, value: null, instead: null, failure: error };
    }
  }

  /** What a provider says; the last that it has said while it cannot. */
  private async read(running: RunningProvider): Promise<Read> {
    const { key } = running;
    const known = this.last?.key === key ? this.last : null;
    try {
      const told = await running.reads.nowPlaying();
      const isOn = known !== null && isSameSong(known.playing, told);
      if (known && !isOn) this.lastPlayed.songEnded(running, known.playing, known.seenAt);
      const playing = known ? steadyStart(known.playing, told) : told;
      const at = Date.now();
      this.last = { provider: running.provider.id, key, playing, seenAt: isOn ? known.seenAt : at, at };
      return { ...this.last, failure: null };
    } catch (error) {
      // What the account has come to withhold is not told from memory either.
      const isWithheld = error instanceof ProviderError && error.code === 'forbidden';
      // An outage or another account has made it nobody's.
      const isGone = running.key !== key;
      if (!(error instanceof ProviderError) || !known || isWithheld || isGone) throw error;
      return { ...known, playing: Date.now() - known.at < BELIEVABLE_MS ? known.playing : null, failure: error };
    }
  }

  private async tell(
    { running, value, instead, failure }: Outcome,
    generation: number,
    pauseMs: number,
  ): Promise<void> {
    const own = failure && {
      failure,
      provider: running?.provider.id ?? null,
      since: this.providers.sinceOf(running),
    };
    const document = toCurrentlyPlaying(
      { playing: value?.playing ?? null, lastPlayed: running && value ? this.lastPlayed.of(running) : null },
      {
        running,
        trouble: instead ?? own,
        stale: value !== null && failure !== null,
        idleImageUrl: this.settings.notPlayingImageUrl,
        now: new Date(),
      },
    );
    await this.publish(document, value?.provider ?? null, generation, pauseMs + SLACK_MS);
  }

  private async publish(
    document: CurrentlyPlaying,
    provider: string | null,
    generation: number,
    freshForMs: number,
  ): Promise<void> {
    const before = this.state.current?.document ?? null;
    const isNews = before === null || !isSame(before, document);
    const told = isNews ? document : before;
    const now = Date.now();
    const live = { document: told, provider, generation, checkedAt: now, freshUntil: now + freshForMs };
    try {
      if (!(await this.store.land(this.process, { document: told, provider, generation, freshForMs, isNews }))) {
        this.leads = false;
        void this.sync();
        return;
      }
    } catch (error) {
      this.logger.debug(`What plays could not be kept (${reasonOf(error)}).`);
    }
    this.state.set(live);
  }

  private pauseAfter({ running, value, failure }: Outcome): number {
    const now = Date.now();
    if (failure || !running || !value) {
      const pause = FAILURE_PAUSES_MS[Math.min(this.failures, FAILURE_PAUSES_MS.length) - 1] ?? 0;
      const until = failure?.retryAt?.getTime() ?? now;
      return Math.max(pause, Math.min(until - now, AWAKE_MS));
    }
    const { playing, seenAt } = value;
    this.idlePolls = playing ? 0 : this.idlePolls + 1;
    const outcome = {
      idlePolls: this.idlePolls,
      playing: playing && {
        positionMs: now - (playing.startedAt?.getTime() ?? seenAt),
        remainingMs: remaining(playing, now),
      },
    };
    return pauseBeforePoll(outcome, running.provider.tempo, this.calls.used(running.budget), Math.random());
  }

  /** Says of what nobody has confirmed in time that it is old. */
  private tellAge(): void {
    const { current } = this.state;
    if (!current || !this.isAwake || current.freshUntil > Date.now()) return;
    const document = this.aged(current);
    if (!isSame(document, current.document)) this.state.set({ ...current, document });
  }

  /** What there is to tell when it could not be asked anew. */
  aged({ document, checkedAt }: { document: CurrentlyPlaying; checkedAt: number }): CurrentlyPlaying {
    if (Date.now() - checkedAt < BELIEVABLE_MS || !document.isPlaying) return { ...document, stale: true };
    const idle = toCurrentlyPlaying(
      { playing: null, lastPlayed: null },
      {
        running: this.providers.current,
        trouble: null,
        stale: true,
        idleImageUrl: this.settings.notPlayingImageUrl,
        now: new Date(document.updatedAt),
      },
    );
    return { ...idle, source: document.source, degraded: document.degraded, lastPlayed: document.lastPlayed };
  }
}

/** What a poll has come to. */
interface Outcome extends Omit<Answered<Read>, 'running' | 'value'> {
  running: RunningProvider | null;
  /** Null when there is nothing to tell, not even old. */
  value: Reading | null;
  failure: ProviderError | null;
}

function remaining(playing: NowPlaying, now: number): number | null {
  const end = endOf(playing);
  return end && end.getTime() - now;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error);
}
