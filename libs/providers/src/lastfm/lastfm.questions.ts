/** What a method of Last.fm is asked. */
export type Query = Readonly<Record<string, string | number>>;

export interface Question {
  method: string;
  /** The key of the answer under which it stands. */
  list: string;
}

export const QUESTIONS = {
  recentTracks: { method: 'user.getRecentTracks', list: 'recenttracks' },
  topTracks: { method: 'user.getTopTracks', list: 'toptracks' },
  topArtists: { method: 'user.getTopArtists', list: 'topartists' },
  topAlbums: { method: 'user.getTopAlbums', list: 'topalbums' },
  lovedTracks: { method: 'user.getLovedTracks', list: 'lovedtracks' },
  profile: { method: 'user.getInfo', list: 'user' },
} as const satisfies Record<string, Question>;
