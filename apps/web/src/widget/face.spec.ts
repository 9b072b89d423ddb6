import { describe, expect, it } from 'vitest';
import { type Face, faceOf, plain } from './face.js';
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
      title: [{ text: SONG.title, isName: true }],
      titleUrl: SONG.songUrl,
      detail: [{ text: SONG.artist, isName: true }],
      imageUrl: SONG.albumImageUrl,
      imageText: 'Cover of Harbour Lights',
    });
  });

  it('needs no more than the six fields that there always were', () => {
    expect(face({})).toMatchObject({ label: 'Now playing', source: '', titleUrl: SONG.songUrl, detailUrl: null });
  });

  it('has its cover without a text when its album has no name, and one over http', () => {
    const albumImageUrl = 'http://covers.local/1.jpg';
    expect(face({ album: '', albumImageUrl })).toMatchObject({ imageText: '', imageUrl: albumImageUrl });
  });

  it.each([
    'javascript:alert(1)',
    'javascript://x/%0Aalert(1)//https://x',
    'data:image/svg+xml,<svg/>',
    '//covers.example/1.jpg',
    'https:covers',
    '',
  ])('has no link and no cover at %j', (address) => {
    expect(face({ songUrl: address, albumImageUrl: address })).toMatchObject({ titleUrl: null, imageUrl: null });
  });
});

describe('a name', () => {
  it.each([
    ['\u202eretaW\u2066', 'retaW'],
    ['a\u0000b\n\tc ', 'a b c'],
    ['\u05e9\u200f!', '\u05e9\u200f!'],
  ])('%j is written and spoken as %j', (title, clean) => {
    expect(plain(face({ title }).title)).toBe(clean);
    expect(plain(face({ title }).spoken)).toBe(`Now playing: \u2068${clean}\u2069, \u2068${SONG.artist}\u2069`);
    expect(face({ album: title }).imageText).toBe(`Cover of ${clean}`);
  });
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
      title: [{ text: 'Not Playing', isName: false }],
      titleUrl: null,
      detail: [
        { text: 'Last played: ', isName: false },
        { text: 'Salt on the Window', isName: true },
        { text: ' – ', isName: false },
        { text: 'The Night Ferry', isName: true },
      ],
      detailUrl: 'https://music.example/salt',
    });
    expect(face({ ...SILENCE, lastPlayed: null })).toMatchObject({ detail: [], detailUrl: null });
    const script = { ...lastPlayed, songUrl: 'javascript:alert(1)' };
    expect(face({ ...SILENCE, lastPlayed: script }).detailUrl).toBeNull();
    expect(face({ ...SILENCE, lastPlayed: { title: 'Salt' } }).detail).toEqual([]);
  });

  it('is heard as such, and its picture is none of a cover', () => {
    const { label, spoken, imageText } = face(SILENCE);
    expect([label, plain(spoken), imageText]).toEqual(['', 'Not Playing', '']);
    expect(face(SILENCE, true).label).toBe('Last known');
  });
});

describe('what may not be so any more', () => {
  it('is called so in words', () => {
    expect(face({ stale: true })).toMatchObject({ label: 'Last known', titleUrl: SONG.songUrl });
    expect(face({}, true)).toMatchObject({ label: 'Last known', titleUrl: SONG.songUrl });
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
