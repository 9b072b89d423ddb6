import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type NowPlaying, ProviderError, type RecentTrack } from '#listening';
import type { RunningProvider } from '../providers/running-providers.js';
import { PlayHistory } from './play-history.js';
import { song } from './testing/song.js';

const NOW = Date.parse('2026-11-21T09:30:00.000Z');
const FRESH_MS = 30 * 60_000;

const recent: RecentTrack = {
  title: 'Salt on the Window',
  artist: 'The Night Ferry',
  album: 'Harbour Lights',
  albumImageUrl: null,
  songUrl: null,
  nowPlaying: false,
  playedAt: new Date('2026-11-21T09:26:00.000Z'),
};
const other = { ...recent, title: 'Compass Rose' };
const refused = new ProviderError('upstream_error', { message: 'It fails.', remedy: 'Wait.' });

let told: RecentTrack[] | ProviderError;
let calls: number;
let running: RunningProvider;
let history: PlayHistory;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  told = [recent];
  calls = 0;
  const recentTracks = (): Promise<RecentTrack[]> => {
    calls += 1;
    return told instanceof ProviderError ? Promise.reject(told) : Promise.resolve(told);
  };
  running = { listeningKey: 'tapes 1', reads: { recentTracks } } as unknown as RunningProvider;
  history = new PlayHistory();
});
afterEach(() => {
  vi.useRealTimers();
});

const at = (ms: number): unknown => vi.setSystemTime(NOW + ms);
const refresh = (): Promise<boolean> => history.refresh(running, false);
const title = (): string | undefined => history.of(running)?.title;
const since = (agoMs: number): NowPlaying => ({ ...song, startedAt: new Date(Date.now() - agoMs) });

describe('the history', () => {
  it('is read once in half an hour', async () => {
    for (let minute = 0; minute < 30; minute += 1.5) {
      at(minute * 60_000);
      expect(await refresh()).toBe(minute === 0);
    }
    expect(calls).toBe(1);
    told = [other];
    at(FRESH_MS);
    expect(await refresh()).toBe(true);
    expect(calls).toBe(2);
    expect(title()).toBe('Compass Rose');
  });

  it('is not read with the first poll of a song, and with the next', async () => {
    expect(await history.refresh(running, true)).toBe(false);
    expect(calls).toBe(0);
    expect(await history.refresh(running, true)).toBe(true);
    expect(title()).toBe('Salt on the Window');
  });

  it('begins with what was played before the song that is on', async () => {
    told = [{ ...other, nowPlaying: true, playedAt: null }, recent];
    await refresh();
    expect(title()).toBe('Salt on the Window');
  });

  it('is left alone for a minute after it has failed, and keeps what is known', async () => {
    await refresh();
    told = refused;
    at(FRESH_MS);
    expect(await refresh()).toBe(false);
    at(FRESH_MS + 59_999);
    await refresh();
    expect(calls).toBe(2);
    expect(title()).toBe('Salt on the Window');
    told = [other];
    at(FRESH_MS + 60_000);
    expect(await refresh()).toBe(true);
    expect(calls).toBe(3);
  });

  it('is read anew when songs may have been missed', async () => {
    await refresh();
    history.missed(running);
    await refresh();
    expect(calls).toBe(2);
  });

  it('of one account says nothing of another one', async () => {
    await refresh();
    running.listeningKey = 'tapes 2';
    expect(history.of(running)).toBeNull();
    history.songEnded(running, since(60_000), NOW);
    expect(history.of(running)).toBeNull();
    told = [other];
    expect(await refresh()).toBe(true);
    expect(title()).toBe('Compass Rose');
  });

  it('goes on from what was told, and is read as well', async () => {
    history.told(running, other);
    expect(title()).toBe('Compass Rose');
    await refresh();
    expect(calls).toBe(1);
  });
});

describe('a song that has ended', () => {
  beforeEach(() => refresh());

  it.each(['ad', 'episode', 'unknown'] as const)('was not played when it is of the kind %s', async (kind) => {
    history.songEnded(running, { ...since(60_000), kind }, NOW);
    history.songEnded(running, { ...song, kind }, NOW);
    expect(title()).toBe('Salt on the Window');
    await refresh();
    expect(calls).toBe(1);
  });

  it('was not played when there was none', () => {
    history.songEnded(running, null, NOW - 60_000);
    expect(title()).toBe('Salt on the Window');
  });

  it('was skipped before 30 seconds, and played from then on', async () => {
    history.songEnded(running, since(29_999), NOW);
    expect(title()).toBe('Salt on the Window');
    await refresh();
    expect(calls).toBe(1);
    history.songEnded(running, since(30_000), NOW);
    expect(history.of(running)).toEqual({
      title: 'Paper Lanterns',
      artist: 'The Night Ferry',
      album: 'Harbour Lights',
      albumImageUrl: 'https://covers.example/harbour-lights.jpg',
      songUrl: null,
      nowPlaying: false,
      playedAt: new Date(NOW - 30_000),
    });
    await refresh();
    expect(calls).toBe(1);
  });

  it('without a start is looked up when it was seen for less, and known when it was seen for long', async () => {
    history.songEnded(running, song, NOW - 29_999);
    expect(title()).toBe('Salt on the Window');
    await refresh();
    expect(calls).toBe(2);
    history.songEnded(running, song, NOW - 30_000);
    expect(history.of(running)).toMatchObject({ title: 'Paper Lanterns', playedAt: new Date(NOW - 30_000) });
    await refresh();
    expect(calls).toBe(2);
  });

  it('and goes on is looked up, and another one is not', async () => {
    history.songEnded(running, since(60_000), NOW);
    for (const another of [
      { ...song, title: 'Compass Rose' },
      { ...song, artist: 'Compass Rose' },
    ]) {
      history.songBegan(running, another);
      expect(await refresh()).toBe(false);
      expect(title()).toBe('Paper Lanterns');
    }
    history.songBegan(running, song);
    expect(await refresh()).toBe(true);
    expect(title()).toBe('Salt on the Window');
  });
});
