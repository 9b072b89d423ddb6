/** The periods a chart can cover, counted back from now. */
export const PERIODS = ['overall', '7day', '1month', '3month', '6month', '12month'] as const;
export type Period = (typeof PERIODS)[number];

/** What can be on: a song, a podcast episode, an advertisement, or something the upstream does not name. */
export const PLAYING_KINDS = ['track', 'episode', 'ad', 'unknown'] as const;
export type PlayingKind = (typeof PLAYING_KINDS)[number];

/** What is on at this moment. A paused player plays nothing: that is `null` in its place, not an object. */
export interface NowPlaying {
  kind: PlayingKind;
  /** Never empty: for an advertisement or something unnamed it says so in words. */
  title: string;
  /** All artists, or a podcast's show; empty when the upstream names none. */
  artist: string;
  /** Empty when the upstream names none. */
  album: string;
  /** Cover, at most some 640 px wide; null when there is none or only a placeholder. */
  albumImageUrl: string | null;
  /** The song's page at the service; null for what has none, such as a local file. */
  songUrl: string | null;
  /** Length in milliseconds; null when the upstream does not tell. */
  durationMs: number | null;
  /** When it started, as far as the upstream tells; null otherwise. */
  startedAt: Date | null;
}

/** One line of the listening history. */
export interface RecentTrack {
  title: string;
  artist: string;
  /** Empty when the upstream names none. */
  album: string;
  albumImageUrl: string | null;
  songUrl: string | null;
  /** True for a song that is still on; at most one, always the first of a list. */
  nowPlaying: boolean;
  /**
   * When it was played, by its start or by its end, as the upstream dates plays; null for the one that is still on, and for
   * a play the upstream has no usable date of.
   */
  playedAt: Date | null;
}

export interface TopTrack {
  /** From 1, without gaps. */
  rank: number;
  title: string;
  artist: string;
  /** Plays in the period; null when the upstream does not count. */
  playcount: number | null;
  songUrl: string | null;
  imageUrl: string | null;
}

export interface TopArtist {
  rank: number;
  name: string;
  playcount: number | null;
  url: string | null;
  imageUrl: string | null;
}

export interface TopAlbum {
  rank: number;
  title: string;
  artist: string;
  playcount: number | null;
  url: string | null;
  imageUrl: string | null;
}

/** A chart. */
export interface TopList<Item> {
  items: Item[];
  /** How we worked the list out, in one sentence, when the upstream has no such chart; null when it is the upstream's own. */
  derivation: string | null;
}

export interface LovedTrack {
  title: string;
  artist: string;
  songUrl: string | null;
  imageUrl: string | null;
  /** When it was loved or saved; null when the upstream does not tell. */
  lovedAt: Date | null;
}

/** The account behind the provider. Counts are null where the upstream has none. */
export interface Profile {
  /** The account's name at the upstream, in its own spelling. */
  name: string;
  /** What the person calls themselves; the name again when they did not say. */
  displayName: string;
  url: string | null;
  imageUrl: string | null;
  playcount: number | null;
  artistCount: number | null;
  trackCount: number | null;
  albumCount: number | null;
  registeredAt: Date | null;
}
