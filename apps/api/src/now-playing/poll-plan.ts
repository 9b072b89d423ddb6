import type { PollTempo } from '#listening';

/** A song's successor is asked for when this is over its expected end: players and upstreams are a little late. */
const PAST_END_MS = 600;
const EARLY_UNTIL_MS = 7_000;
const MIDDLE_UNTIL_MS = 25_000;
const JITTER = 0.05;
/** From this part of the budget on the pauses grow. */
const AMPLE = 0.5;
/** How many times as long they are when it is used up. */
const LONGEST = 8;

/** What a poll has found, as far as the next one depends on it. */
export interface PollOutcome {
  /** Null while nothing plays. */
  playing: {
    /** How far the song has come; since it was first seen, when the upstream does not tell. */
    positionMs: number;
    /** Until its expected end; null when the upstream does not tell. */
    remainingMs: number | null;
  } | null;
  /** How many polls in a row have found nothing playing. */
  idlePolls: number;
}

/**
 * How long to wait before what plays is asked for again, in milliseconds.
 *
 * @param budgetUsed part of the day's calls that are used, from 0
 * @param random a number from 0 to 1
 */
export function pauseBeforePoll(
  { playing, idlePolls }: PollOutcome,
  tempo: PollTempo,
  budgetUsed: number,
  random: number,
): number {
  const jitter = 1 - JITTER + 2 * JITTER * random;
  const pause = (seconds: number): number => seconds * 1000 * widening(budgetUsed) * jitter;
  if (!playing) return pause(tempo.idle[Math.min(Math.max(idlePolls, 1), tempo.idle.length) - 1] ?? tempo.late);
  const { positionMs, remainingMs } = playing;
  // Past its end it is not the old song that is waited for but the next one to show, as at the start of a song.
  const isOver = remainingMs !== null && remainingMs <= 0;
  const seconds =
    isOver || positionMs < EARLY_UNTIL_MS ? tempo.early : positionMs < MIDDLE_UNTIL_MS ? tempo.middle : tempo.late;
  return isOver || remainingMs === null ? pause(seconds) : Math.min(pause(seconds), remainingMs + PAST_END_MS);
}

/** How many times as long pauses are: once while half of the budget is left, and more as it empties. */
export function widening(budgetUsed: number): number {
  const spent = Math.min(Math.max((budgetUsed - AMPLE) / (1 - AMPLE), 0), 1);
  return 1 + (LONGEST - 1) * spent;
}
