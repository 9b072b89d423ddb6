import { Injectable } from '@nestjs/common';
import { type NowPlaying, ProviderError, type RecentTrack } from '#listening';
import { type JsonBytes, encodeJson } from '../answer/json-answer.js';
import { type CachedRead, ReadCache } from '../answer/read-cache.js';
import { ActiveProvider, type RunningProvider, notConfigured } from '../providers/active-provider.js';
import { PlatformSettings } from '../settings/platform.settings.js';
import type { CurrentlyPlaying } from './now-playing.dto.js';

/** How long what plays is taken as known. */
const FRESH_MS = 4_000;
/** A song that nobody could confirm for so long is not said to play any more. */
const BELIEVABLE_MS = 10 * 60_000;
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
  private readonly startedAt = new Date();
  private shown: Shown | null = null;
  private history: { provider: string; freshUntil: number; lastPlayed: RecentTrack | null } | null = null;
  private song: string | null = null;

  constructor(
    private readonly providers: ActiveProvider,
    private readonly settings: PlatformSettings,
  ) {}

  async current(): Promise<Shown> {
    const running = this.providers.current;
    if (!running) return this.show(this.describe(null, null, notConfigured(), this.startedAt), notConfigured());
    const { provider, reads } = running;
    try {
      const read = await this.cache.get({
        key: provider.id,
        freshMs: FRESH_MS,
        refreshMs: 0,
        read: async () => {
          const [playing, lastPlayed] = await Promise.all([reads.nowPlaying(), this.lastPlayed(running)]);
          this.noteSong(playing);
          return { playing, lastPlayed };
        },
      });
      return this.show(this.describeRead(running, read), read.failure);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return this.show(this.describe(running, null, error, running.health.current.since ?? this.startedAt), error);
    }
  }

  /** What was played last, asked anew when the song has changed since, and now and then for scrobbles that come late. */
  private async lastPlayed({ provider, reads }: RunningProvider): Promise<RecentTrack | null> {
    const known = this.history?.provider === provider.id ? this.history : null;
    if (known && Date.now() < known.freshUntil) return known.lastPlayed;
    try {
      const recent = await reads.recentTracks({ limit: HISTORY_LIMIT });
      const lastPlayed = recent.find((track) => !track.nowPlaying) ?? null;
      this.history = { provider: provider.id, freshUntil: Date.now() + HISTORY_FRESH_MS, lastPlayed };
      return lastPlayed;
    } catch (error) {
      // The song is what people came for; a history that fails alone is told by its own route.
      if (error instanceof ProviderError) return known?.lastPlayed ?? null;
      throw error;
    }
  }

  private noteSong(playing: NowPlaying | null): void {
    const song = JSON.stringify([playing?.artist, playing?.title]);
    if (this.history && this.song !== null && this.song !== song) this.history.freshUntil = 0;
    this.song = song;
  }

  private describeRead(running: RunningProvider, read: CachedRead<Listening>): CurrentlyPlaying {
    const believable = read.failure === null || read.ageSeconds * 1000 < BELIEVABLE_MS;
    const listening = believable ? read.value : { ...read.value, playing: null };
    return this.describe(running, listening, read.failure, running.health.current.since ?? this.startedAt);
  }

  private describe(
    running: RunningProvider | null,
    listening: Listening | null,
    failure: ProviderError | null,
    since: Date,
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
      stale: failure !== null && listening !== null,
      degraded: failure && { reason: failure.code, provider: running?.provider.id ?? null, since: since.toISOString() },
      lastPlayed: listening?.lastPlayed ? toLastPlayed(listening.lastPlayed) : null,
    };
  }

  private get idleImageUrl(): string {
    return this.settings.NOT_PLAYING_IMAGE_URL ?? `${this.settings.origin}/not-playing.svg`;
  }

  /** Keeps bytes and ETag as they are while nothing but the time of asking has changed. */
  private show(document: CurrentlyPlaying, failure: ProviderError | null): Shown {
    if (this.shown) {
      const same = { ...document, updatedAt: this.shown.document.updatedAt };
      if (JSON.stringify(same) === JSON.stringify(this.shown.document)) return { ...this.shown, failure };
    }
    this.shown = { document, bytes: encodeJson(document), failure };
    return this.shown;
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
