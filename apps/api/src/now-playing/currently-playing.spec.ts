import { describe, expect, it } from 'vitest';
import {
  type Circumstances,
  keepMoment,
  listeningOf,
  parseCurrentlyPlaying,
  toCurrentlyPlaying,
  writeCurrentlyPlaying,
} from './currently-playing.js';
import { playing } from './testing/playing.js';

const idleImageUrl = 'http://music.example/not-playing.svg';
const lastPlayed = {
  title: 'Salt on the Window',
  artist: '',
  album: '',
  albumImageUrl: null,
  songUrl: null,
  playedAt: '2026-11-21T09:26:40.000Z',
};

describe('an answer', () => {
  it.each([
    ['of a song', {}],
    [
      'of a song with its time',
      { durationMs: 1_000, startedAt: playing.updatedAt, endsAt: '2026-11-21T09:30:03.000Z' },
    ],
    ['of a song without a picture', { albumImageUrl: idleImageUrl, artist: '', songUrl: 'https://songs.example/1' }],
    ['with what came before', { lastPlayed }],
    ['with what came before, at a time that nobody knows', { lastPlayed: { ...lastPlayed, playedAt: null } }],
  ])('%s says what it was made of', (_, more) => {
    const document = { ...playing, ...more, source: null };
    const circumstances: Circumstances = {
      running: null,
      trouble: null,
      stale: false,
      idleImageUrl,
      now: new Date(playing.updatedAt),
    };
    expect(toCurrentlyPlaying(listeningOf(document, idleImageUrl), circumstances)).toEqual(document);
    expect(parseCurrentlyPlaying(writeCurrentlyPlaying(document, idleImageUrl), idleImageUrl)).toEqual(document);
  });

  it('keeps its moment while the same is told, however well it is known', () => {
    const found = { ...playing, updatedAt: '2026-11-21T09:31:00.000Z' };
    const degraded = { reason: 'upstream_error', provider: 'lastfm', since: found.updatedAt };
    expect(keepMoment(playing, found)).toEqual(playing);
    expect(keepMoment({ ...playing, stale: true }, found)).toEqual(playing);
    expect(keepMoment(playing, { ...found, stale: true, degraded })).toEqual({ ...playing, stale: true, degraded });
    for (const other of [{ title: 'Compass Rose' }, { lastPlayed }]) {
      expect(keepMoment(playing, { ...found, ...other })).toEqual({ ...found, ...other });
    }
  });

  it('of nothing says that nothing plays', () => {
    const idle = { ...playing, isPlaying: false, title: 'Not Playing', kind: null };
    expect(listeningOf(idle, idleImageUrl)).toEqual({ playing: null, lastPlayed: null });
  });

  it.each([
    ['no object', 'null'],
    ['a field of another type', JSON.stringify({ ...playing, title: 1 })],
    ['a kind that this version does not know', JSON.stringify({ ...playing, kind: 'chapter' })],
    ['a moment that is none', JSON.stringify({ ...playing, updatedAt: 'now' })],
    ['a moment before it that is none', JSON.stringify({ ...playing, lastPlayed: { ...lastPlayed, playedAt: '' } })],
    ['a field that is not there', JSON.stringify({ ...playing, stale: undefined })],
    ['a song before it that lacks something', JSON.stringify({ ...playing, lastPlayed: { title: 'Salt' } })],
  ])('of another version is not taken: %s', (_, text) => {
    expect(parseCurrentlyPlaying(text, idleImageUrl)).toBeNull();
  });
});
