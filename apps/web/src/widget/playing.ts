/** The last song that is over; null for what the service does not know. */
export interface LastPlayed {
  title: string;
  artist: string;
  songUrl: string | null;
  playedAt: string | null;
}

/** What the widget takes from `/currently-playing`. What only newer services tell is null from an older one. */
export interface Playing {
  isPlaying: boolean;
  title: string;
  artist: string;
  album: string;
  albumImageUrl: string;
  songUrl: string;
  source: string | null;
  durationMs: number | null;
  startedAt: string | null;
  endsAt: string | null;
  updatedAt: string | null;
  stale: boolean;
  degraded: boolean;
  lastPlayed: LastPlayed | null;
}

/** @returns null for what is no such document */
export function playingFrom(value: unknown): Playing | null {
  if (!isObject(value)) return null;
  const isPlaying = fieldOf(value, 'isPlaying');
  const title = textOf(value, 'title');
  const artist = textOf(value, 'artist');
  if (typeof isPlaying !== 'boolean' || title === null || artist === null) return null;
  return {
    isPlaying,
    title,
    artist,
    album: textOf(value, 'album') ?? '',
    albumImageUrl: textOf(value, 'albumImageUrl') ?? '',
    songUrl: textOf(value, 'songUrl') ?? '',
    source: textOf(value, 'source'),
    durationMs: numberOf(value, 'durationMs'),
    startedAt: textOf(value, 'startedAt'),
    endsAt: textOf(value, 'endsAt'),
    updatedAt: textOf(value, 'updatedAt'),
    stale: fieldOf(value, 'stale') === true,
    degraded: isObject(fieldOf(value, 'degraded')),
    lastPlayed: lastPlayedFrom(fieldOf(value, 'lastPlayed')),
  };
}

/** A moment in milliseconds; null when it is none. */
export function momentOf(text: string | null): number | null {
  const moment = text === null ? NaN : Date.parse(text);
  return Number.isNaN(moment) ? null : moment;
}

function lastPlayedFrom(value: unknown): LastPlayed | null {
  if (!isObject(value)) return null;
  const title = textOf(value, 'title');
  const artist = textOf(value, 'artist');
  if (title === null || artist === null) return null;
  return { title, artist, songUrl: textOf(value, 'songUrl'), playedAt: textOf(value, 'playedAt') };
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function fieldOf(value: object, name: string): unknown {
  return Reflect.get(value, name);
}

export function textOf(value: object, name: string): string | null {
  const text = fieldOf(value, name);
  return typeof text === 'string' ? text : null;
}

function numberOf(value: object, name: string): number | null {
  const number = fieldOf(value, name);
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}
