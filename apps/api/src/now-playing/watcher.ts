import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { Database } from '#database';
import { DATABASE } from '../database/database.module.js';
import { inTime } from '../in-time.js';
import { reasonOf } from '../logging.js';
import { ProviderGeneration } from '../providers/provider-generation.js';
import { ProviderOutages } from '../providers/provider-outages.js';
import { RunningProviders } from '../providers/running-providers.js';
import { isSame, keepMoment } from './currently-playing.js';
import { LiveState } from './live-state.js';
import { type Poll, Poller, SLACK_MS } from './poller.js';
import { ARRIVAL_MS, type Landing, type Snapshot, SnapshotStore } from './snapshot-store.js';

/** Without anybody who looks for so long the upstream is left alone. */
const AWAKE_MS = 5 * 60_000;
/** How often it is looked who leads, and whether a word was missed. */
const SYNC_AWAKE_MS = 3_000;
const SYNC_ASLEEP_MS = 30_000;
/** However many want it, not more often than this. */
const SYNC_PAUSE_MS = 200;
/** A reading that is older than another one by less is the same: it was on its way to the database meanwhile. */
const SAME_MS = 1_000;
/** Those who look here do not wait longer for the others to know. */
const LANDING_MS = 500;
/** Who has not heard of the others for so long goes on alone. */
const ALONE_AFTER_MS = 60_000;
/** After a fault of our own. */
const AFTER_FAULT_MS = 30_000;

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
  private databaseIsAway = false;
  /** Somebody has come who is not content with what was found before. */
  private hasArrival = false;
  /** Others wait for what this one, as the leader, finds next; also when that is what they know. */
  private isAwaited = false;
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
  /** When the database answered last. */
  private heardAt = Date.now();
  private lastPollAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly state: LiveState,
    private readonly store: SnapshotStore,
    private readonly poller: Poller,
    private readonly runningProviders: RunningProviders,
    private readonly generation: ProviderGeneration,
    private readonly outages: ProviderOutages,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.database.embedded) await this.store.depose();
    await this.sync();
    this.store.onNews(() => void this.sync());
    this.generation.onChange(() => {
      this.hurry();
    });
    this.outages.onChange((provider) => {
      // An upstream that refuses the whole app takes back what it has told.
      if (this.outages.get(provider)) this.state.drop(provider);
      else this.state.expire();
      this.healthChanged();
    });
    this.runningProviders.onHidden((provider, isHeard) => {
      this.state.drop(provider);
      // Whoever leads would go on telling until it has found out by itself, and the next start what is kept.
      if (!isHeard && !(this.leads && this.isAwake)) this.askAnew();
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
    // One that is under way may bid for the lead yet, and whoever starts next would wait for a leader that is gone.
    if (this.syncing) await inTime(this.syncing, LANDING_MS, () => new Error('It takes long.')).catch(() => undefined);
    if (this.leads) await this.handOver();
  }

  /** Nothing new is to be had: another process asks, and the database by which this one hears of it is away. */
  get isCutOff(): boolean {
    return this.databaseIsAway && !this.leads;
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
    this.poller.forgetPauses();
    const { current } = this.state;
    if (current && Date.now() - current.checkedAt > ARRIVAL_MS) this.state.expire();
    if (this.leads) {
      if (Date.now() - this.lastPollAt > ARRIVAL_MS) void this.poll();
    } else {
      // Another process that leads hears of it from the database.
      this.hasArrival = true;
      void this.sync();
    }
  }

  private healthChanged(): void {
    // It may be the poll under way that has found it out.
    if (!this.polling) this.hurry();
  }

  /** Lets whoever leads ask at once, and nobody tell what was found before, as after a switch. */
  private askAnew(): void {
    this.generation.advance().catch((error: unknown) => {
      this.logger.debug(`Nobody else hears that the account hides what it listens to (${reasonOf(error)}).`);
    });
  }

  /** Something else is to be told: asks at once if anybody looks. */
  private hurry(): void {
    this.poller.forgetPauses();
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
        this.heardAt = Date.now();
        if (this.databaseIsAway) this.databaseIsBack();
      } catch (error) {
        if (!this.databaseIsAway) this.logger.warn(`What plays cannot be shared (${reasonOf(error)}).`);
        this.databaseIsAway = true;
        // Whoever has led goes on alone until it is back, and so does one that knows of nobody else who does.
        const isLed = this.isLed && Date.now() - this.heardAt < ALONE_AFTER_MS;
        if (!this.leads && !isLed && this.isAwake) this.lead();
      }
      this.tellAge();
    } while (this.mustSyncAgain());
    if (!this.isStopping) {
      this.syncTimer = setTimeout(() => void this.sync(), this.isAwake ? SYNC_AWAKE_MS : SYNC_ASLEEP_MS).unref();
    }
  }

  private databaseIsBack(): void {
    this.logger.log('The database answers again.');
    this.databaseIsAway = false;
    // The others have waited for what was found meanwhile.
    if (this.leads) void this.poll();
  }

  private mustSyncAgain(): boolean {
    return this.syncAgain && !this.isStopping;
  }

  private async syncOnce(): Promise<void> {
    const lookedAt = this.state.lastLookAt;
    const lookedAgoMs = lookedAt === null ? null : Date.now() - lookedAt;
    const looksHere = lookedAgoMs !== null && lookedAgoMs < AWAKE_MS;
    const bid = { lookedAgoMs, generation: this.generation.current };
    const hadArrival = this.hasArrival;
    const snapshot = await this.store.sync(this.process, looksHere || this.leads ? bid : null);
    this.isLed = snapshot.isLed;
    // A sync that was under way when somebody came has neither bid for the lead yet nor told the leader.
    const isTold = hadArrival && snapshot.isLed;
    const hasToAsk = this.hasArrival && !isTold && (snapshot.checkedAgoMs ?? 0) > ARRIVAL_MS;
    if (snapshot.leads || isTold) this.hasArrival = false;
    if (!this.leads || !this.state.current) this.take(snapshot, hasToAsk);
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
    if (!this.leads) return;
    if (goneMs >= ARRIVAL_MS) this.isAwaited = true;
    this.arrive(goneMs);
  }

  /** Tells what another process has found. @param hasToAsk it is too old for whoever has just come */
  private take(snapshot: Snapshot, hasToAsk: boolean): void {
    const { provider, subject, generation, readAgoMs, seenAgoMs, checkedAgoMs, freshForMs, isLed } = snapshot;
    if (snapshot.document === null || generation < this.generation.current) return;
    const document = this.poller.inOurTerms(snapshot.document, provider);
    const [readAt, seenAt] = [momentOf(readAgoMs), momentOf(seenAgoMs)];
    const told = { document, provider, subject, readAt, seenAt };
    if (!this.poller.isToBeTold(told)) return;
    const [checkedAt, freshUntil] = [Date.now() - (checkedAgoMs ?? 0), Date.now() + freshForMs];
    // While the database was away this process may have gone on alone, and found something newer.
    const { current } = this.state;
    if (current && current.checkedAt > checkedAt + SAME_MS) return;
    this.poller.goOnFrom(told);
    // What was wrong need not be any more, once nobody asks who could have seen it end.
    const isTooOld = hasToAsk || (document.degraded !== null && !isLed);
    if (isTooOld && current) return;
    const taken = { document, provider, generation, checkedAt, freshUntil: isTooOld ? 0 : freshUntil };
    this.state.set(taken.freshUntil > Date.now() ? taken : { ...taken, document: this.poller.aged(taken) });
  }

  private lead(): void {
    this.leads = true;
    const { fresh } = this.state;
    // What was wrong for the one before need not be for this one.
    this.schedulePoll(fresh?.document.degraded === null ? fresh.freshUntil - Date.now() - SLACK_MS : 0);
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
      await this.handOver();
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

  private async handOver(): Promise<void> {
    this.leads = false;
    try {
      await this.store.release(this.process);
    } catch (error) {
      this.logger.debug(`The lead could not be handed over (${reasonOf(error)}); it ends by itself.`);
    }
  }

  /** @returns how long to wait before the next, in milliseconds */
  private async pollOnce(): Promise<number> {
    const generation = this.generation.current;
    this.lastPollAt = Date.now();
    const poll = await this.poller.poll();
    // What was asked before a switch is nobody's answer after it, and neither is what another read has refuted.
    if (generation !== this.generation.current || this.poller.isRefuted(poll)) {
      this.pollAgain = true;
      return 0;
    }
    const pause = this.poller.pauseAfter(poll);
    await this.publish(poll, generation, pause + SLACK_MS);
    // The song is what people wait for; the one before it comes after.
    if (await this.poller.refreshHistory(poll)) await this.publish(poll, generation, pause + SLACK_MS);
    if (this.poller.isRefuted(poll)) this.pollAgain = true;
    return pause;
  }

  private async publish(poll: Poll, generation: number, freshForMs: number): Promise<void> {
    const before = this.state.current?.document ?? null;
    const found = this.poller.describe(poll);
    const document = before ? keepMoment(before, found) : found;
    const isNews = before === null || !isSame(before, document);
    const provider = poll.reading?.provider ?? null;
    const now = Date.now();
    const live = { document, provider, generation, checkedAt: now, freshUntil: now + freshForMs };
    const { reading, running } = poll;
    const mustTell = isNews || this.isAwaited;
    this.isAwaited = false;
    const landing = this.land({
      document,
      provider,
      subject: reading ? (running?.subject ?? null) : null,
      generation,
      readAgoMs: reading && now - reading.at,
      seenAgoMs: reading?.playing ? now - reading.seenAt : null,
      freshForMs,
      isNews: mustTell,
    });
    const hasLanded = await inTime(landing, LANDING_MS, () => new Error('It takes long.')).catch(() => true);
    if (hasLanded) this.state.set(live);
    await landing;
  }

  /** Lets the others know. @returns false when another process leads by now: what was found here is nobody's answer */
  private async land(found: Landing): Promise<boolean> {
    try {
      if (await this.store.land(this.process, found)) return true;
      this.leads = false;
      void this.sync();
      return false;
    } catch (error) {
      this.logger.debug(`What plays could not be kept (${reasonOf(error)}).`);
      return true;
    }
  }

  /** Says of what nobody has confirmed in time that it is old. */
  private tellAge(): void {
    const { current } = this.state;
    // What is being asked for is told when it is there.
    if (!current || this.polling || !this.isAwake || current.freshUntil > Date.now()) return;
    const document = this.poller.aged(current);
    if (!isSame(document, current.document)) this.state.set({ ...current, document });
  }
}

/** In milliseconds since 1970. */
function momentOf(agoMs: number | null): number | null {
  return agoMs === null ? null : Date.now() - agoMs;
}
