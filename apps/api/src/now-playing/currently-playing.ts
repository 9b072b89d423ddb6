import { type NowPlaying, PLAYING_KINDS, type PlayingKind, type RecentTrack } from '#listening';
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

type Check<T> = (value: unknown) => value is T;

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isMoment = (value: unknown): value is string => isText(value) && !Number.isNaN(Date.parse(value));
const isKind = (value: unknown): value is PlayingKind => PLAYING_KINDS.some((kind) => kind === value);

function orNull<T>(isIt: Check<T>): Check<T | null> {
  return (value) => value === null || isIt(value);
}

function withFields<T extends object>(fields: Readonly<{ [Name in keyof T]: Check<T[Name]> }>): Check<T> {
  const checks = Object.entries<(value: unknown) => boolean>(fields);
  return (value): value is T =>
    typeof value === 'object' && value !== null && checks.every(([name, isIt]) => isIt(Reflect.get(value, name)));
}

const isCurrentlyPlaying = withFields<CurrentlyPlaying>({
  isPlaying: isBoolean,
  title: isText,
  artist: isText,
  album: isText,
  albumImageUrl: isText,
  songUrl: isText,
  source: orNull(isText),
  kind: orNull(isKind),
  durationMs: orNull(isNumber),
  startedAt: orNull(isMoment),
  endsAt: orNull(isMoment),
  updatedAt: isMoment,
  stale: isBoolean,
  degraded: orNull(withFields<Degraded>({ reason: isText, provider: orNull(isText), since: isMoment })),
  lastPlayed: orNull(
    withFields<LastPlayed>({
      title: isText,
      artist: isText,
      album: isText,
      albumImageUrl: orNull(isText),
      songUrl: orNull(isText),
      playedAt: orNull(isMoment),
    }),
  ),
});

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
