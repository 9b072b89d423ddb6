import type { NowPlaying, RecentTrack } from '#listening';
import type { Substitution } from '../providers/active-provider.js';
import type { RunningProvider } from '../providers/running-providers.js';
import type { CurrentlyPlaying, Degraded, LastPlayed } from './now-playing.dto.js';

/** What is known of somebody's listening. */
export interface Listening {
  playing: NowPlaying | null;
  lastPlayed: RecentTrack | null;
}

export interface Circumstances {
  /** Who has answered; null when there is nobody to ask. */
  running: RunningProvider | null;
  /** Why it is not as it should be, and since when; null when it is. */
  trouble: Substitution | null;
  /** The last that is known, and could not be asked anew. */
  stale: boolean;
  idleImageUrl: string;
  now: Date;
}

/** The public answer. */
export function toCurrentlyPlaying(listening: Listening, circumstances: Circumstances): CurrentlyPlaying {
  const { playing, lastPlayed } = listening;
  const { running, trouble, stale, idleImageUrl, now } = circumstances;
  const idleName = running?.provider.displayName ?? 'Tonearm';
  return {
    isPlaying: playing !== null,
    title: playing?.title ?? 'Not Playing',
    artist: playing?.artist ?? idleName,
    album: playing?.album ?? idleName,
    albumImageUrl: playing?.albumImageUrl ?? idleImageUrl,
    songUrl: playing?.songUrl ?? '',
    source: running?.provider.source ?? null,
    kind: playing?.kind ?? null,
    durationMs: playing?.durationMs ?? null,
    startedAt: playing?.startedAt?.toISOString() ?? null,
    endsAt: endOf(playing)?.toISOString() ?? null,
    updatedAt: now.toISOString(),
    stale,
    degraded: trouble && toDegraded(trouble),
    lastPlayed: lastPlayed && toLastPlayed(lastPlayed),
  };
}

export function toDegraded({ failure, provider, since }: Substitution): NonNullable<CurrentlyPlaying['degraded']> {
  return { reason: failure.code, provider, since: since.toISOString() };
}

/** What an answer was made of. @param idleImageUrl the picture that stands in it for none */
export function listeningOf(document: CurrentlyPlaying, idleImageUrl: string): Listening {
  const { isPlaying, kind, title, artist, album, albumImageUrl, songUrl, durationMs, startedAt, lastPlayed } = document;
  return {
    playing: isPlaying
      ? {
          kind: kind ?? 'unknown',
          title,
          artist,
          album,
          albumImageUrl: albumImageUrl === idleImageUrl ? null : albumImageUrl,
          songUrl: songUrl === '' ? null : songUrl,
          durationMs,
          startedAt: startedAt === null ? null : new Date(startedAt),
        }
      : null,
    lastPlayed: lastPlayed && {
      ...lastPlayed,
      nowPlaying: false,
      playedAt: lastPlayed.playedAt === null ? null : new Date(lastPlayed.playedAt),
    },
  };
}

/** What was played last once the song that plays in this answer has ended. @param idleImageUrl as in `listeningOf` */
export function lastPlayedOf(document: CurrentlyPlaying, idleImageUrl: string): LastPlayed | null {
  const { kind, title, artist, album, albumImageUrl, songUrl, startedAt, updatedAt, lastPlayed } = document;
  if (kind !== 'track') return lastPlayed;
  const shown = { albumImageUrl: albumImageUrl === idleImageUrl ? null : albumImageUrl, songUrl: songUrl || null };
  return { title, artist, album, ...shown, playedAt: startedAt ?? updatedAt };
}

/** When a song ends if nobody touches it; null when the provider does not tell. */
export function endOf(playing: NowPlaying | null): Date | null {
  if (!playing?.startedAt || playing.durationMs === null) return null;
  return new Date(playing.startedAt.getTime() + playing.durationMs);
}

/** The same is told with the moment at which it was first seen, however well it is known by now. */
export function keepMoment(before: CurrentlyPlaying, found: CurrentlyPlaying): CurrentlyPlaying {
  const { updatedAt } = before;
  const { stale, degraded } = found;
  return isSame({ ...before, stale, degraded }, { ...found, updatedAt }) ? { ...found, updatedAt } : found;
}

export function isSame(one: CurrentlyPlaying, other: CurrentlyPlaying): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
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

type Types<T> = Readonly<Record<keyof T, readonly string[]>>;

const LAST_PLAYED: Types<LastPlayed> = {
  title: ['string'],
  artist: ['string'],
  album: ['string'],
  albumImageUrl: ['string', 'null'],
  songUrl: ['string', 'null'],
  playedAt: ['string', 'null'],
};

const DEGRADED: Types<Degraded> = { reason: ['string'], provider: ['string', 'null'], since: ['string'] };

const CURRENTLY_PLAYING: Types<CurrentlyPlaying> = {
  isPlaying: ['boolean'],
  title: ['string'],
  artist: ['string'],
  album: ['string'],
  albumImageUrl: ['string'],
  songUrl: ['string'],
  source: ['string', 'null'],
  kind: ['string', 'null'],
  durationMs: ['number', 'null'],
  startedAt: ['string', 'null'],
  endsAt: ['string', 'null'],
  updatedAt: ['string'],
  stale: ['boolean'],
  degraded: ['object', 'null'],
  lastPlayed: ['object', 'null'],
};

/** To be kept: without our own picture, whose address may be another one with the next start. */
export function writeCurrentlyPlaying(document: CurrentlyPlaying, idleImageUrl: string): string {
  const { albumImageUrl } = document;
  return JSON.stringify({ ...document, albumImageUrl: albumImageUrl === idleImageUrl ? '' : albumImageUrl });
}

/** Reads what this or another process has written. @returns null for what another version may have meant */
export function parseCurrentlyPlaying(text: string, idleImageUrl: string): CurrentlyPlaying | null {
  const value: unknown = JSON.parse(text);
  if (!isCurrentlyPlaying(value)) return null;
  return { ...value, albumImageUrl: value.albumImageUrl || idleImageUrl };
}

function isCurrentlyPlaying(value: unknown): value is CurrentlyPlaying {
  if (!hasFields(value, CURRENTLY_PLAYING)) return false;
  const lastPlayed: unknown = Reflect.get(value, 'lastPlayed');
  const degraded: unknown = Reflect.get(value, 'degraded');
  return (
    (lastPlayed === null || hasFields(lastPlayed, LAST_PLAYED)) && (degraded === null || hasFields(degraded, DEGRADED))
  );
}

function hasFields(value: unknown, fields: Readonly<Record<string, readonly string[]>>): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(fields).every(([name, types]) => {
    const field: unknown = Reflect.get(value, name);
    return types.includes(field === null ? 'null' : typeof field);
  });
}
