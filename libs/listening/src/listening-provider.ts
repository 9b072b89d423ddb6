import type {
  LovedTrack,
  NowPlaying,
  Period,
  PlayingKind,
  Profile,
  RecentTrack,
  TopAlbum,
  TopArtist,
  TopList,
  TopTrack,
} from './listening.js';
import type { LibraryReads, LibraryShape, LibraryWrites } from './library.js';
import type { Credentials, Linking } from './linking.js';
import type { ReadOptions } from './read-options.js';

/** The reads of a provider, by name. */
export const READS = [
  'nowPlaying',
  'recentTracks',
  'topTracks',
  'topArtists',
  'topAlbums',
  'lovedTracks',
  'profile',
] as const;
export type Read = (typeof READS)[number];

/** How many entries, from 1 to 50. A list has exactly this many when the upstream has as many. */
export interface ListQuery {
  limit: number;
}

export interface ChartQuery extends ListQuery {
  period: Period;
}

/**
 * One account at one upstream. Keeps no state and says everything in our words; only `libraryWrites` changes anything there.
 * Every method rejects with a `ProviderError` and nothing else; one that the capabilities do not name rejects with `not_supported`.
 */
export interface ListeningProvider {
  /** What is on; null when nothing is, when it is paused, and when the upstream answers that it has nothing to tell. */
  nowPlaying(options?: ReadOptions): Promise<NowPlaying | null>;
  /** Newest first. A song that is still on is the first entry and counts toward the limit. */
  recentTracks(query: ListQuery, options?: ReadOptions): Promise<RecentTrack[]>;
  topTracks(query: ChartQuery, options?: ReadOptions): Promise<TopList<TopTrack>>;
  topArtists(query: ChartQuery, options?: ReadOptions): Promise<TopList<TopArtist>>;
  topAlbums(query: ChartQuery, options?: ReadOptions): Promise<TopList<TopAlbum>>;
  /** Newest first. */
  lovedTracks(query: ListQuery, options?: ReadOptions): Promise<LovedTrack[]>;
  profile(options?: ReadOptions): Promise<Profile>;
  /** What the account keeps; null when the definition names no library. */
  library: LibraryReads | null;
  /** Null when the definition's library cannot be written. */
  libraryWrites: LibraryWrites | null;
}

/** What a provider can and cannot tell. A case of the contract is left out only where this says that it cannot occur. */
export interface Capabilities {
  reads: readonly Read[];
  /** What kinds of playing it tells apart. */
  kinds: readonly PlayingKind[];
  /** It tells a paused song from one that plays; without, a paused song simply is not on. */
  pause: boolean;
}

/** How often a provider may be asked what plays, in seconds. The closer a song is to its start, the likelier it is skipped. */
export interface PollTempo {
  /** In the first seven seconds of a song. */
  early: number;
  /** Until it is 25 seconds old. */
  middle: number;
  /** After that; the expected end of the song is always looked at. */
  late: number;
  /** While nothing plays: each pause once, the last one from then on. */
  idle: readonly number[];
}

/** What a provider is given. `Upstream` is the client that all its calls go through. */
export interface ProviderContext<Settings, Upstream> {
  settings: Settings;
  upstream: Upstream;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Tokens of the linked account; a provider that does not link has no use for it. */
  credentials: Credentials;
}

/** All that is known of a provider without calling its upstream. The rest of the house lists providers by this alone. */
export interface ProviderDefinition<Settings extends object, Upstream, Id extends string = string> {
  /** Stands in settings and in the database: never changes. */
  id: Id;
  /** The value of `source` in public answers. */
  source: string;
  displayName: string;
  /** `#rrggbb`, for marks on pages. */
  color: string;
  links: {
    /** The service's own page. */
    home: string;
    /** Where a self-hoster gets what the settings need. */
    credentials: string;
  };
  /** Declares and checks the environment variables of this provider (see `Setting`). */
  settings: new () => Settings;
  /** The settings without which it is not configured. Some but not all of them given is a fault. */
  requires: readonly (keyof Settings & string)[];
  /** Where its upstream is, from the settings. */
  upstreamUrl: (settings: Settings) => string;
  /** Hosts that its covers come from, over https and without a port; those on the host of the upstream need no mention. */
  artHosts: readonly string[];
  /** The account it reads, as far as the settings tell; null when only the upstream knows. */
  account: (settings: Settings) => string | null;
  /** How many calls an app may make in a rolling day, from the settings; a budget of ours, not a limit of the upstream. */
  dailyCalls: (settings: Settings) => number;
  tempo: PollTempo;
  capabilities: Capabilities;
  /** What can be read and written of what an account keeps; null for nothing. */
  library: LibraryShape | null;
  /** How accounts are linked; null when the settings are all that it needs. */
  linking: Linking<Settings, Upstream> | null;
  create: (context: ProviderContext<Settings, Upstream>) => ListeningProvider;
}
