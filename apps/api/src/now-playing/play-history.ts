import { Injectable } from '@nestjs/common';
import { type NowPlaying, ProviderError, type RecentTrack } from '#listening';
import type { RunningProvider } from '../providers/running-providers.js';

/** A song that is on, and the one before. */
const LIMIT = 2;
/** How often the history is asked for plays that were not seen here. */
const FRESH_MS = 30 * 60_000;
/** A history that cannot be read is left alone for so long. */
const FAILURE_MS = 60_000;
/** What was on for less was skipped, and no service counts it as played. */
const PLAYED_MS = 30_000;

interface Known {
  key: string;
  track: RecentTrack | null;
  /** Milliseconds since 1970. */
  freshUntil: number;
}

/** The newest song of the history: as it was seen to end, and now and then as the history tells it. */
@Injectable()
export class PlayHistory {
  private known: Known | null = null;

  /** Null when there is none, and before the history has been read. */
  of({ listeningKey: key }: RunningProvider): RecentTrack | null {
    return this.known?.key === key ? this.known.track : null;
  }

  /** Another song is on than the one that was, or none. @param seenAt when it was first seen, in milliseconds since 1970 */
  songEnded({ listeningKey: key }: RunningProvider, song: NowPlaying | null, seenAt: number): void {
    if (this.known?.key !== key || song?.kind !== 'track') return;
    const { title, artist, album, albumImageUrl, songUrl, startedAt } = song;
    const playedAt = startedAt ?? new Date(seenAt);
    if (Date.now() - playedAt.getTime() < PLAYED_MS) {
      // It may have been on for long when it was first seen: the history knows.
      if (!startedAt) this.known.freshUntil = 0;
      return;
    }
    this.known.track = { title, artist, album, albumImageUrl, songUrl, nowPlaying: false, playedAt };
  }

  /** A song is on after nothing was. After a mere pause it is the one that has seemed to end: the history knows. */
  songBegan({ listeningKey: key }: RunningProvider, { title, artist }: NowPlaying): void {
    if (this.known?.key !== key) return;
    const { track } = this.known;
    if (track?.title === title && track.artist === artist) this.known.freshUntil = 0;
  }

  /** Songs may have come and gone that nobody here has seen: the history knows. */
  missed({ listeningKey: key }: RunningProvider): void {
    if (this.known?.key === key) this.known.freshUntil = 0;
  }

  /** Another process, or this one before a restart, has told what was played last. */
  told({ listeningKey: key }: RunningProvider, track: RecentTrack): void {
    const freshUntil = this.known?.key === key ? this.known.freshUntil : 0;
    this.known = { key, track, freshUntil };
  }

  /**
   * Reads the history if it is time.
   *
   * @param isPlaying while a song is on nobody waits for the one before it: the first time, that comes with the next poll
   * @returns whether that has changed what is known
   */
  async refresh({ listeningKey: key, reads }: RunningProvider, isPlaying: boolean): Promise<boolean> {
    const before = this.known?.key === key ? this.known : null;
    const now = Date.now();
    if (!before && isPlaying) {
      this.known = { key, track: null, freshUntil: 0 };
      return false;
    }
    if (before && before.freshUntil > now) return false;
    try {
      const recent = await reads.recentTracks({ limit: LIMIT });
      const track = recent.find(({ nowPlaying }) => !nowPlaying) ?? null;
      this.known = { key, track, freshUntil: Date.now() + FRESH_MS };
      return JSON.stringify(track) !== JSON.stringify(before?.track);
    } catch (error) {
      // A history that fails alone is told by its own route.
      if (!(error instanceof ProviderError)) throw error;
      this.known = { key, track: before?.track ?? null, freshUntil: now + FAILURE_MS };
      return false;
    }
  }
}
