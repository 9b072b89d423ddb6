import { Injectable } from '@nestjs/common';
import { type NowPlaying, ProviderError } from '#listening';
import { ActiveProvider, type Substitution } from '../providers/active-provider.js';
import { ProviderOutages } from '../providers/provider-outages.js';
import { HIDDEN, type RunningProvider, RunningProviders } from '../providers/running-providers.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import { DailyCalls } from '../upstream/daily-calls.js';
import { endOf, lastPlayedOf, listeningOf, toCurrentlyPlaying } from './currently-playing.js';
import { PlayHistory } from './play-history.js';
import type { CurrentlyPlaying } from './now-playing.dto.js';
import { pauseBeforePoll } from './poll-plan.js';
import { isSameSong, steadyStart } from './steady-start.js';

/** Pauses after failures in a row; the last one from then on. */
const FAILURE_PAUSES_MS = [5_000, 10_000, 20_000, 40_000, 60_000] as const;
/** However long an upstream wants to be left alone: the fallback's songs change meanwhile. */
const LONGEST_PAUSE_MS = 5 * 60_000;
/** A poll that comes later than planned by less makes nothing stale, and has missed nothing. */
export const SLACK_MS = 10_000;
/** A song that nobody could confirm for so long is not said to play any more. */
const BELIEVABLE_MS = 10 * 60_000;

/** What a provider has told without trouble. */
interface Reading {
  /** The provider's id. */
  provider: string;
  /** `listeningKey` when it was told. */
  key: string;
  playing: NowPlaying | null;
  /** When the song was first seen, in milliseconds since 1970. */
  seenAt: number;
  at: number;
}

/** What another process has told, or this one before a restart. */
export interface Told {
  document: CurrentlyPlaying;
  provider: string | null;
  /** `RunningProvider.subject`. */
  subject: string | null;
  /** When that was read without trouble, in milliseconds since 1970; null for never. */
  readAt: number | null;
  /** When the song was first seen, in milliseconds since 1970; null when there is none. */
  seenAt: number | null;
}

/** What a poll has come to. */
export interface Poll {
  /** Who was asked; null when there is nobody to ask. */
  running: RunningProvider | null;
  /** Null when there is nothing to tell, not even old. */
  reading: Reading | null;
  /** Why another than the active provider has answered; null when it is its own answer. */
  instead: Substitution | null;
  /** Why the reading is old, or there is none. */
  failure: ProviderError | null;
}

/** Asks a provider what plays, remembers what it has told, and says when to ask again. */
@Injectable()
export class Poller {
  private last: Reading | null = null;
  private failures = 0;
  private idlePolls = 0;
  private isHealthNews = false;
  /** Until when the next read has to come for songs to be seen to end, in milliseconds since 1970. */
  private watchesUntil = 0;

  constructor(
    private readonly providers: ActiveProvider,
    private readonly outages: ProviderOutages,
    private readonly history: PlayHistory,
    private readonly calls: DailyCalls,
    private readonly settings: PlatformSettings,
    private readonly running: RunningProviders,
  ) {
    const heard = (): void => {
      this.isHealthNews = true;
    };
    running.onHealthChange(heard);
    outages.onChange(heard);
  }

  /**
   * Goes on from what another process has told, or this one before a restart: the song stays the same for whoever looks, and
   * there is something to tell while the upstream fails.
   *
   * @param told `readAt` and `seenAt` in milliseconds since 1970
   */
  goOnFrom({ document, provider, readAt, seenAt }: Told): void {
    if (document.degraded?.reason === HIDDEN && document.degraded.provider !== null)
      this.running.hide(document.degraded.provider, true);
    const running = provider === null ? null : this.running.get(provider);
    if (!running || readAt === null) return;
    const { listeningKey: key } = running;
    if (this.last?.key === key && this.last.at >= readAt) return;
    this.running.give(running.provider.id);
    const { playing, lastPlayed } = listeningOf(document, this.settings.notPlayingImageUrl);
    this.last = { provider: running.provider.id, key, playing, seenAt: seenAt ?? readAt, at: readAt };
    if (lastPlayed) this.history.told(running, lastPlayed);
  }

  /** Whether what another process has told, or this one before a restart, is still what is to be told. */
  isToBeTold({ document, provider, subject, readAt }: Told): boolean {
    const active = this.providers.current?.provider.id ?? null;
    if (provider === null) return (document.degraded?.provider ?? null) === active;
    const running = this.running.get(provider);
    // Settings may have changed with a restart: another account, another app.
    if (running?.subject !== subject || this.outages.get(provider)) return false;
    // The account has come to hide it since.
    if (running.hiddenAt !== null && readAt !== null && readAt <= running.hiddenAt) return false;
    return provider === active || (document.degraded !== null && provider === this.providers.fallback?.provider.id);
  }

  /** What the provider that is active here has told is not degraded, whatever was wrong with another one by other settings. */
  inOurTerms(document: CurrentlyPlaying, provider: string | null): CurrentlyPlaying {
    const { degraded } = document;
    const isOthers =
      provider !== null && provider === this.providers.current?.provider.id && degraded?.provider !== provider;
    return isOthers ? { ...document, degraded: null } : document;
  }

  async poll(): Promise<Poll> {
    this.isHealthNews = false;
    try {
      const { running, value, instead } = await this.providers.answer((asked) => this.read(asked));
      this.failures = value.failure ? this.failures + 1 : 0;
      return { running, reading: value, instead, failure: value.failure };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      this.failures += 1;
      return { running: this.providers.current, reading: null, instead: null, failure: error };
    }
  }

  /** Whether the provider's health has changed since it was asked, to something else than the poll says. Says so once. */
  isRefuted({ instead, failure }: Poll): boolean {
    const active = this.providers.current;
    if (!active || !this.isHealthNews) return false;
    this.isHealthNews = false;
    const known = this.outages.get(active.provider.id)?.error ?? active.health.current.failure;
    return (known?.code ?? null) !== ((instead?.failure ?? failure)?.code ?? null);
  }

  /** Looks what was played before, when it is time. @returns whether there is something new to tell */
  async refreshHistory({ running, reading }: Poll): Promise<boolean> {
    return running !== null && (await this.history.refresh(running, Boolean(reading?.playing)));
  }

  /** What to tell of it. */
  describe({ running, reading, instead, failure }: Poll): CurrentlyPlaying {
    const own = failure && {
      failure,
      provider: running?.provider.id ?? null,
      since: this.providers.sinceOf(running),
    };
    return toCurrentlyPlaying(
      { playing: reading?.playing ?? null, lastPlayed: running && reading ? this.history.of(running) : null },
      {
        running,
        trouble: instead ?? own,
        stale: reading !== null && failure !== null,
        idleImageUrl: this.settings.notPlayingImageUrl,
        now: new Date(),
      },
    );
  }

  /** What there is to tell when it could not be asked anew. */
  aged({ document, checkedAt }: { document: CurrentlyPlaying; checkedAt: number }): CurrentlyPlaying {
    const end = document.endsAt === null ? null : new Date(document.endsAt);
    if (!document.isPlaying || isBelievable({ at: checkedAt, end }, Date.now())) return { ...document, stale: true };
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
    const { source, degraded } = document;
    return { ...idle, source, degraded, lastPlayed: lastPlayedOf(document, this.settings.notPlayingImageUrl) };
  }

  /** How long to wait before the next one, in milliseconds. */
  pauseAfter({ running, reading, failure }: Poll): number {
    const now = Date.now();
    if (failure || !running || !reading) {
      const pause = FAILURE_PAUSES_MS[Math.min(this.failures, FAILURE_PAUSES_MS.length) - 1] ?? FAILURE_PAUSES_MS[0];
      const wanted = (failure?.retryAt?.getTime() ?? now) - now;
      return Math.max(pause, Math.min(wanted, LONGEST_PAUSE_MS));
    }
    const { playing, seenAt } = reading;
    this.idlePolls = playing ? 0 : this.idlePolls + 1;
    const end = endOf(playing);
    const outcome = {
      idlePolls: this.idlePolls,
      playing: playing && {
        positionMs: now - (playing.startedAt?.getTime() ?? seenAt),
        remainingMs: end && end.getTime() - now,
      },
    };
    const pause = pauseBeforePoll(outcome, running.provider.tempo, this.calls.used(running.budget), Math.random());
    this.watchesUntil = now + pause + SLACK_MS;
    return pause;
  }

  /** Something has changed for which it is worth asking soon, whatever the last polls have come to. */
  forgetPauses(): void {
    this.failures = 0;
    this.idlePolls = 0;
  }

  /** What a provider says; the last that it has said while it cannot. */
  private async read(running: RunningProvider): Promise<Reading & { failure: ProviderError | null }> {
    const { listeningKey: key } = running;
    const known = this.last?.key === key ? this.last : null;
    try {
      const told = await running.reads.nowPlaying();
      const at = Date.now();
      const isOn = known !== null && at - known.at < BELIEVABLE_MS && isSameSong(known.playing, told);
      if (at > this.watchesUntil) this.history.missed(running);
      else if (known && !isOn) this.history.songEnded(running, known.playing, known.seenAt);
      if (known && !known.playing && told) this.history.songBegan(running, told);
      const playing = known ? steadyStart(known.playing, told) : told;
      this.last = { provider: running.provider.id, key, playing, seenAt: isOn ? known.seenAt : at, at };
      return { ...this.last, failure: null };
    } catch (error) {
      // An outage or another account has made it nobody's, or the account has come to hide it.
      const isGone = running.listeningKey !== key;
      if (!(error instanceof ProviderError) || !known || isGone) throw error;
      if (isBelievable({ at: known.at, end: endOf(known.playing) }, Date.now())) return { ...known, failure: error };
      this.history.songEnded(running, known.playing, known.seenAt);
      // It has ended once; what the history tells from now on is newer.
      this.last = { ...known, playing: null };
      return { ...this.last, failure: error };
    }
  }
}

/** Whether what nobody could confirm since then may still play. @param told.end of the song; null when nobody knows */
function isBelievable({ at, end }: { at: number; end: Date | null }, now: number): boolean {
  return now - at < BELIEVABLE_MS && (end === null || now - end.getTime() < SLACK_MS);
}
