import type { CurrentlyPlaying } from '../now-playing.dto.js';

/** A song that plays. */
export const playing: CurrentlyPlaying = {
  isPlaying: true,
  title: 'Paper Lanterns',
  artist: 'The Night Ferry',
  album: 'Harbour Lights',
  albumImageUrl: 'https://covers.example/harbour-lights.jpg',
  songUrl: '',
  source: 'last.fm',
  kind: 'track',
  durationMs: null,
  startedAt: null,
  endsAt: null,
  updatedAt: '2026-11-21T09:30:02.000Z',
  stale: false,
  degraded: null,
  lastPlayed: null,
};
