import { describe, expect, it } from 'vitest';
import { type Face, faceOf } from './face.js';
import { playingFrom } from './playing.js';

const SONG = {
  isPlaying: true,
  title: 'Paper Lanterns',
  artist: 'The Night Ferry',
  album: 'Harbour Lights',
  albumImageUrl: 'https://covers.example/harbour-lights.jpg',
  songUrl: 'https://music.example/paper-lanterns',
};
const SILENCE = {
  ...SONG,
  isPlaying: false,
  title: 'Not Playing',
  artist: 'Last.fm',
  album: 'Last.fm',
  songUrl: '',
  source: 'last.fm',
};

function face(more: object, isAway = false): Face {
  const playing = playingFrom({ ...SONG, ...more });
  if (!playing) throw new Error('This is not what plays.');
  return faceOf(playing, isAway);
}

describe('a song', () => {
  it('is shown with its source, its cover and its page', () => {
    expect(face({ source: 'spotify' })).toMatchObject({
      label: 'Now playing',
      source: 'Spotify',
      hint: '',
      title: SONG.title,
      titleUrl: SONG.songUrl,
      detail: SONG.artist,
      imageUrl: SONG.albumImageUrl,
      imageText: 'Cover of Harbour Lights',
    });
  });

  it('needs no more than the six fields that there always were', () => {
    expect(face({})).toMatchObject({ label: 'Now playing', source: '', title: SONG.title, detailUrl: null });
  });

  it.each(['javascript:alert(1)', 'data:image/svg+xml,<svg/>', '//covers.example/1.jpg', 'https:covers', ''])(
    'has no link and no cover at %j',
    (address) => {
      expect(face({ songUrl: address, albumImageUrl: address })).toMatchObject({ titleUrl: null, imageUrl: null });
    },
  );
});

describe('silence', () => {
  it('is shown with what was played last, and its page', () => {
    const lastPlayed = {
      title: 'Salt on the Window',
      artist: 'The Night Ferry',
      songUrl: 'https://music.example/salt',
    };
    expect(face({ ...SILENCE, lastPlayed })).toMatchObject({
      source: 'Last.fm',
      title: 'Not Playing',
      titleUrl: null,
      detail: 'Last played: Salt on the Window – The Night Ferry',
      detailUrl: 'https://music.example/salt',
    });
    expect(face({ ...SILENCE, lastPlayed: null })).toMatchObject({ title: 'Not Playing', detail: '', detailUrl: null });
  });
});

describe('what may not be so any more', () => {
  it('is called so in words', () => {
    expect(face({ stale: true })).toMatchObject({ label: 'Last known', title: SONG.title });
    expect(face({}, true)).toMatchObject({ label: 'Last known', title: SONG.title });
    const hints = [face({ stale: true }), face({}, true), face({ degraded: { reason: 'upstream_error' } })];
    expect(new Set(hints.map(({ hint }) => hint)).size).toBe(3);
    expect(hints.map(({ hint }) => hint)).not.toContain('');
  });

  it('is still a song that plays when another source answers', () => {
    expect(face({ degraded: { reason: 'upstream_error' } }).label).toBe('Now playing');
  });
});

it.each([null, 'text', [], {}, { ...SONG, title: 7 }, { ...SONG, isPlaying: 'yes' }])(
  'takes %j for no document',
  (value) => {
    expect(playingFrom(value)).toBeNull();
  },
);
