import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type NowPlaying, ProviderError, type RecentTrack } from '#listening';
import { type JsonBytes, encodeJson } from '../answer/json-answer.js';
import { type CachedRead, ReadCache } from '../answer/read-cache.js';
import { ActiveProvider, type Answered, type Substitution } from '../providers/active-provider.js';
import type { RunningProvider } from '../providers/running-providers.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import type { CurrentlyPlaying } from './now-playing.dto.js';
import { isSameSong, steadyStart } from './steady-start.js';

/** How long what plays is taken as known. */
const FRESH_MS = 4_000;
/** A song that nobody could confirm for so long is not said to play any more. */
const BELIEVABLE_MS = 10 * 60_000;
/** Where the answer of whoever answers is kept. */
const WHOEVER = '';
/** Longest part of the history that is looked at for what was played last: a song that is on, and the one before. */
const HISTORY_LIMIT = 2;
const HISTORY_FRESH_MS = 60_000;

interface Listening {
  playing: NowPlaying | null;
  lastPlayed: RecentTrack | null;
}

/** What goes out, and when that was first so. */
interface Shown {
  bytes: JsonBytes;
  document: CurrentlyPlaying;
  /** What is wrong with the provider; null when nothing is. */
  failure: ProviderError | null;
}

/** What plays now. Always has an answer: a bad day of the provider is told in it. */
@Injectable()
export class NowPlayingService {
  private readonly cache = new ReadCache<Listening>(Date.now);
  /** By the key of the provider that it is about. */
  private readonly shown = new LRUCache<string, Shown>({ max: 10 });
  private history: { key: string; freshUntil: number; lastPlayed: RecentTrack | null } | null = null;
  private last: { key: string; playing: NowPlaying | null } | null = null;

  constructor(
    private readonly providers: ActiveProvider,
    private readonly settings: PlatformSettings,
  ) {}

  async current(): Promise<Shown> {
    try {
      return this.showAnswer(await this.providers.answer((running, patienceMs) => this.read(running, patienceMs)));
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const { current } = this.providers;
      const failing = {
        failure: error,
        provider: current?.provider.id ?? null,
        since: this.providers.sinceOf(current),
      };
      return this.show(WHOEVER, this.describe(current, null, failing), error);
    }
  }

  /** What one provider says, whoever answers otherwise: for a page that is one provider's as a whole. */
  async of(running: RunningProvider, patienceMs: number): Promise<Shown> {
    try {
      const read = await this.read(running, patienceMs);
      return this.show(running.key, this.describeRead(running, read, null), read.failure);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const trouble = { failure: error, provider: running.provider.id, since: this.providers.sinceOf(running) };
      return this.show(running.key, this.describe(running, null, trouble), error);
    }
  }

  private read(running: RunningProvider, patienceMs: number): Promise<CachedRead<Listening>> {
    return this.cache.get({
      key: running.key,
      freshMs: FRESH_MS,
      refreshMs: 0,
      patienceMs,
      read: async () => {
        const [told, lastPlayed] = await Promise.all([running.reads.nowPlaying(), this.lastPlayed(running)]);
        const playing = this.steady(running.key, told);
        return { playing, lastPlayed };
      },
    });
  }

  /** What was played last, asked anew when the song has changed since, and now and then for scrobbles that come late. */
  private async lastPlayed({ key, reads }: RunningProvider): Promise<RecentTrack | null> {
    const known = this.history?.key === key ? this.history : null;
    if (known && Date.now() < known.freshUntil) return known.lastPlayed;
    try {
      const recent = await reads.recentTracks({ limit: HISTORY_LIMIT });
      const lastPlayed = recent.find((track) => !track.nowPlaying) ?? null;
      this.history = { key, freshUntil: Date.now() + HISTORY_FRESH_MS, lastPlayed };
      return lastPlayed;
    } catch (error) {
      // The song is what people came for; a history that fails alone is told by its own route.
      if (error instanceof ProviderError) return known?.lastPlayed ?? null;
      throw error;
    }
  }

  /** Steadies what was told, and notes that the song before has been played when another one is on. */
  private steady(key: string, told: NowPlaying | null): NowPlaying | null {
    const before = this.last?.key === key ? this.last : null;
    if (this.history && before && !isSameSong(before.playing, told)) this.history.freshUntil = 0;
    const playing = before ? steadyStart(before.playing, told) : told;
    this.last = { key, playing };
    return playing;
  }

  private showAnswer({ running, value, instead }: Answered<CachedRead<Listening>>): Shown {
    return this.show(WHOEVER, this.describeRead(running, value, instead), instead?.failure ?? value.failure);
  }

  private describeRead(
    running: RunningProvider,
    { value, failure, ageSeconds }: CachedRead<Listening>,
    instead: Substitution | null,
  ): CurrentlyPlaying {
    const believable = failure === null || ageSeconds * 1000 < BELIEVABLE_MS;
    const listening = believable ? value : { ...value, playing: null };
    const own = failure && { failure, provider: running.provider.id, since: this.providers.sinceOf(running) };
    return { ...this.describe(running, listening, instead ?? own), stale: failure !== null };
  }

  /** @param trouble why it is not as it should be, and since when; null when it is */
  private describe(
    running: RunningProvider | null,
    listening: Listening | null,
    trouble: Substitution | null,
  ): CurrentlyPlaying {
    const playing = listening?.playing ?? null;
    const idleName = running?.provider.displayName ?? 'Tonearm';
    const endsAt =
      playing?.startedAt && playing.durationMs !== null
        ? new Date(playing.startedAt.getTime() + playing.durationMs)
        : null;
    return {
      isPlaying: playing !== null,
      title: playing?.title ?? 'Not Playing',
      artist: playing?.artist ?? idleName,
      album: playing?.album ?? idleName,
      albumImageUrl: playing?.albumImageUrl ?? this.idleImageUrl,
      songUrl: playing?.songUrl ?? '',
      source: running?.provider.source ?? null,
      kind: playing?.kind ?? null,
      durationMs: playing?.durationMs ?? null,
      startedAt: playing?.startedAt?.toISOString() ?? null,
      endsAt: endsAt?.toISOString() ?? null,
      updatedAt: new Date().toISOString(),
      stale: false,
      degraded: trouble && {
        reason: trouble.failure.code,
        provider: trouble.provider,
        since: trouble.since.toISOString(),
      },
      lastPlayed: listening?.lastPlayed ? toLastPlayed(listening.lastPlayed) : null,
    };
  }

  /** The same, saying that another provider answers instead of the one that is chosen. */
  tellSubstitution(document: CurrentlyPlaying, { failure, provider, since }: Substitution): CurrentlyPlaying {
    return { ...document, degraded: { reason: failure.code, provider, since: since.toISOString() } };
  }

  private get idleImageUrl(): string {
    return this.settings.NOT_PLAYING_IMAGE_URL ?? `${this.settings.origin}/not-playing.svg`;
  }

  /** Keeps bytes and ETag as they are while nothing but the time of asking has changed. */
  private show(slot: string, document: CurrentlyPlaying, failure: ProviderError | null): Shown {
    const before = this.shown.get(slot);
    if (before) {
      const same = { ...document, updatedAt: before.document.updatedAt };
      if (JSON.stringify(same) === JSON.stringify(before.document)) return { ...before, failure };
    }
    const shown = { document, bytes: encodeJson(document), failure };
    this.shown.set(slot, shown);
    return shown;
  }
}

function toLastPlayed({
  title,
  artist,
  album,
  albumImageUrl,
  songUrl,
  playedAt,
}: RecentTrack): CurrentlyPlaying['lastPlayed'] {
  return { title, artist, album, albumImageUrl, songUrl, playedAt: playedAt?.toISOString() ?? null };
}
