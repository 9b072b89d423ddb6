import type { PollTempo } from '#listening';
import { pauseBeforePoll } from '../../apps/api/src/now-playing/poll-plan.js';
import { type Figure, figure } from './figures.js';

const HOURS = 400;
const SEED = 1;
const SEEDS = 5;
/** From asking to the answer. */
const LATENCY_MS = 150;
const SONG_S = 205;
const SONG_SPREAD = 0.3;
/** Part of the songs that are skipped before so many seconds; what is left over is heard to its end. */
const SKIPPED: readonly (readonly [beforeS: number, part: number])[] = [
  [5, 0.24],
  [10, 0.29],
  [30, 0.35],
];
const NOT_HEARD_OUT = 0.486;
/** Calls that are not polls: the history twice an hour, which is two calls each, and a token. */
const OTHER_CALLS_PER_HOUR = 5;

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Song {
  startMs: number;
  lengthMs: number;
  /** When another one begins. */
  endMs: number;
}

function heardSeconds(length: number, random: () => number): number {
  const chance = random();
  let [from, below] = [0, 0];
  for (const [before, part] of SKIPPED) {
    if (chance < part) return from + random() * (before - from);
    [from, below] = [before, part];
  }
  if (below < NOT_HEARD_OUT && chance < NOT_HEARD_OUT) return from + random() * Math.max(0, length - from);
  return length;
}

/** What somebody listens to for hours on end: songs of log-normal length, skipped as listeners of Spotify do. */
function listeningOf(random: () => number): Song[] {
  const songs: Song[] = [];
  let startMs = 0;
  while (startMs < HOURS * 3_600_000) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const length = Math.max(60, SONG_S * Math.exp(SONG_SPREAD * normal - SONG_SPREAD ** 2 / 2));
    const endMs = startMs + Math.min(heardSeconds(length, random), length) * 1000;
    songs.push({ startMs, lengthMs: length * 1000, endMs });
    startMs = endMs;
  }
  return songs;
}

interface Outcome {
  callsPerHour: number;
  meanDelayS: number;
}

/** Polls such listening by the service's own plan, on a clock of its own. */
function simulate(tempo: PollTempo, seed: number): Outcome {
  const random = randomFrom(seed);
  const songs = listeningOf(random);
  let now = 0;
  let current = 0;
  let told = 0;
  let polls = 0;
  let delays = 0;
  while (now < HOURS * 3_600_000) {
    polls += 1;
    const seenAt = now + LATENCY_MS / 2;
    const answeredAt = now + LATENCY_MS;
    while ((songs[current]?.endMs ?? Number.POSITIVE_INFINITY) <= seenAt) current += 1;
    for (; told < current; told += 1) delays += answeredAt - (songs[told + 1]?.startMs ?? answeredAt);
    const { startMs = 0, lengthMs = 0 } = songs[current] ?? {};
    const positionMs = answeredAt - startMs;
    const playing = { positionMs, remainingMs: lengthMs - positionMs };
    now = answeredAt + pauseBeforePoll({ playing, idlePolls: 0 }, tempo, 0, random());
  }
  return { callsPerHour: polls / HOURS + OTHER_CALLS_PER_HOUR, meanDelayS: delays / told / 1000 };
}

/** How soon a change is seen, and for how many calls, while music plays and the budget is ample. */
export function simulatedListening(tempo: PollTempo): Figure[] {
  const outcomes = Array.from({ length: SEEDS }, (_, index) => simulate(tempo, SEED + index));
  const title = `${HOURS} h of simulated listening, seeds ${SEED} to ${SEED + SEEDS - 1}`;
  return [
    figure(
      `${title}: calls`,
      'per hour',
      '130',
      '130',
      outcomes.map(({ callsPerHour }) => callsPerHour),
    ),
    figure(
      'the same: mean delay of a change',
      's',
      '7',
      '6',
      outcomes.map(({ meanDelayS }) => meanDelayS),
    ),
  ];
}
