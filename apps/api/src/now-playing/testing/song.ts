import type { NowPlaying } from '#listening';

/** A song that plays, as a provider tells it that does not tell since when. */
export const song: NowPlaying = {
  kind: 'track',
  title: 'Paper Lanterns',
  artist: 'The Night Ferry',
  album: 'Harbour Lights',
  albumImageUrl: 'https://covers.example/harbour-lights.jpg',
  songUrl: null,
  durationMs: null,
  startedAt: null,
};
