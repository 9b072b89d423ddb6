import type { CurrentlyPlaying } from '../../now-playing/index.js';

/** What plays in these tests, but for what a test says. */
export function playing(more: Partial<CurrentlyPlaying> = {}): CurrentlyPlaying {
  return {
    isPlaying: true,
    title: 'Paper Lanterns',
    artist: 'The Night Ferry',
    album: 'Harbour Lights',
    albumImageUrl: 'https://covers.example/harbour-lights.jpg',
    songUrl: 'https://www.last.fm/music/The+Night+Ferry/_/Paper+Lanterns',
    source: 'last.fm',
    kind: 'track',
    durationMs: 201_000,
    startedAt: '2026-11-21T09:30:00.000Z',
    endsAt: '2026-11-21T09:33:21.000Z',
    updatedAt: '2026-11-21T09:30:02.000Z',
    stale: false,
    degraded: null,
    lastPlayed: {
      title: 'Salt on the Window',
      artist: 'The Night Ferry',
      album: 'Harbour Lights',
      albumImageUrl: null,
      songUrl: null,
      playedAt: '2026-11-21T09:26:40.000Z',
    },
    ...more,
  };
}
