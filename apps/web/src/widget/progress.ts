import { type Playing, momentOf } from './playing.js';

/** How far a song is, in milliseconds. */
export interface Progress {
  position: number;
  duration: number;
}

/** @returns null when nothing plays, or nobody tells since when or how long */
export function progressOf(playing: Playing, now: number): Progress | null {
  const span = spanOf(playing);
  if (!playing.isPlaying || span === null) return null;
  const duration = span.end - span.start;
  return { position: Math.min(Math.max(now - span.start, 0), duration), duration };
}

/** When a song ends if nobody touches it; null when that is not known. */
export function endOf(playing: Playing): number | null {
  return playing.isPlaying ? (spanOf(playing)?.end ?? momentOf(playing.endsAt)) : null;
}

function spanOf({ startedAt, endsAt, durationMs }: Playing): { start: number; end: number } | null {
  const end = momentOf(endsAt);
  const start = momentOf(startedAt) ?? (end !== null && durationMs !== null ? end - durationMs : null);
  if (start === null) return null;
  const last = durationMs === null ? end : start + durationMs;
  return last !== null && last > start ? { start, end: last } : null;
}

/** As players write it: 3:07, or 1:02:09 when it is that long. */
export function clockOf(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const hours = Math.floor(seconds / 3600);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  if (hours > 0) parts.unshift(hours);
  return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}
