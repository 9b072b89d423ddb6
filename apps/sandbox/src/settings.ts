import type { SongSeconds } from './listening/catalogue.js';

/** What the process reads from its environment. */
export interface SandboxSettings {
  port: number;
  seed: number;
  songSeconds: SongSeconds | null;
}

/** Reads SANDBOX_PORT, SANDBOX_SEED and SANDBOX_SONG_SECONDS; throws an Error that lists every fault. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): SandboxSettings {
  const faults: string[] = [];
  const whole = (name: string, absent: number, max: number): number => {
    const text = environment[name] ?? '';
    if (text === '') return absent;
    if (/^\d{1,10}$/.test(text) && Number(text) <= max) return Number(text);
    faults.push(`${name} must be a whole number from 0 to ${max}.`);
    return absent;
  };
  const port = whole('SANDBOX_PORT', 7724, 65_535);
  const seed = whole('SANDBOX_SEED', 1, 2 ** 31 - 1);
  const songSeconds = readSongSeconds(environment['SANDBOX_SONG_SECONDS'] ?? '');
  if (songSeconds === undefined) {
    faults.push('SANDBOX_SONG_SECONDS must be two whole numbers of seconds, such as 20-40, from 1 to 1200.');
  }
  if (songSeconds === undefined || faults.length > 0) throw new Error(faults.join('\n'));
  return { port, seed, songSeconds };
}

function readSongSeconds(text: string): SongSeconds | null | undefined {
  if (text === '') return null;
  const [, min, max] = /^(\d{1,4})-(\d{1,4})$/.exec(text) ?? [];
  const read = { min: Number(min), max: Number(max) };
  return read.min >= 1 && read.min <= read.max && read.max <= 1200 ? read : undefined;
}
