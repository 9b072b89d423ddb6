import type { ReadOptions } from './read-options.js';

/** What an entry of a library is. `local` is a file of the owner's own; `gone` has left the catalogue, its place stays. */
export const ENTRY_KINDS = ['track', 'album', 'artist', 'show', 'episode', 'audiobook', 'local', 'gone'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** One line of a list, with all by which another service can find it again. */
export interface LibraryEntry {
  kind: EntryKind;
  /** The upstream's own name for it, the same for ever; null for what has none. */
  uri: string | null;
  /** Empty when the upstream names it no more. */
  name: string;
  /** In the upstream's order; authors of a book, and whoever publishes a show. Empty when none is named. */
  artists: readonly string[];
  /** The album of a track, the show of an episode; null when it is on none. */
  album: string | null;
  /** Upper case without hyphens; null when the upstream does not tell. */
  isrc: string | null;
  /** Of an album; digits alone; null when the upstream does not tell. */
  upc: string | null;
  /** Milliseconds; null when the upstream does not tell. */
  durationMs: number | null;
  /** `1973`, `1973-05` or `1973-05-01`, as precise as the upstream knows; null when it does not tell. */
  releaseDate: string | null;
  /** Its page; null when it has none. */
  url: string | null;
  /** When it came into the list; null when the upstream does not tell. */
  addedAt: Date | null;
  /** The upstream's id of who put it into a playlist; null when the upstream does not tell. */
  addedBy: string | null;
  /** In a chart: how often it was played; null when the upstream does not count. */
  playcount: number | null;
}

/** A playlist without its entries. */
export interface LibraryPlaylist {
  /** By which its entries are asked for. */
  id: string;
  uri: string;
  name: string;
  /** As people read it; empty for none. */
  description: string;
  owner: { id: string; name: string };
  /** Whether it is shown on the profile; null when the upstream does not tell. */
  isPublic: boolean | null;
  isCollaborative: boolean;
  /** Another one after every change of its entries. */
  version: string;
  /** How many entries it has, dead ones included; null when the upstream does not tell. */
  total: number | null;
  url: string | null;
}

/** A part of a list. */
export interface LibraryPage<Entry> {
  /** In the order of the list; null where the upstream has a hole. */
  entries: Entry[];
  /** How many the whole list has, as the upstream counts them; null when it does not tell. */
  total: number | null;
  /** Where the next part begins; null after the last. */
  next: string | null;
}

/** How a list is read. */
export interface LibraryList {
  /** Stands in names of files: lower case, digits and underscores, and never changes. */
  name: string;
  /** For people. */
  title: string;
  /**
   * - `newest`: what is added comes first, so a list with the same total and the same first page is the same list.
   * - `chart`: the upstream works it out, and it moves by itself. Its first page is all that is kept.
   * - `none`: nothing can be said of where something new stands.
   */
  order: 'newest' | 'chart' | 'none';
  /** Of a chart: of how many days it tells, about; absent when of all time. */
  days?: number;
  /** How many entries a part has, all but the last. */
  pageSize: number;
  /** Whether any part can be asked for at once, by how many entries come before it; else each tells where the next begins. */
  byOffset: boolean;
  /** Of a list that is not read by offset: where the part begins that follows this entry; null when that cannot be said. */
  partAfter?: (entry: LibraryEntry) => string | null;
}

/**
 * What an account keeps at its upstream. All methods reject with a `ProviderError` and nothing else.
 *
 * @see ProviderDefinition.library for the lists there are
 */
export interface LibraryReads {
  /**
   * @param list the name of one of the lists
   * @param at null for the first part; else a `next` or what `partAfter` tells, or for a list that is read by offset any
   *   multiple of its `pageSize`
   */
  list(list: string, at: string | null, options?: ReadOptions): Promise<LibraryPage<LibraryEntry>>;
  /** In the owner's order. Null stands for one that the upstream lists and tells nothing about. */
  playlists(at: string | null, options?: ReadOptions): Promise<LibraryPage<LibraryPlaylist | null>>;
  /** By offset, in parts of `PLAYLIST_PAGE`. @throws ProviderError `forbidden` when the account may not read it */
  playlistEntries(id: string, at: string | null, options?: ReadOptions): Promise<LibraryPage<LibraryEntry>>;
  /** Its version at this moment. @throws ProviderError `forbidden` when it is gone or closed */
  playlistVersion(id: string, options?: ReadOptions): Promise<string>;
}

/** Playlists are read in parts of so many entries, and in parts of so many playlists. */
export const PLAYLIST_PAGE = 50;

/** Changes an account's library. Nothing is sent twice: after an `upstream_timeout` or `upstream_error` whoever asked looks what is there. */
export interface LibraryWrites {
  /** Puts things in. @param uris from the newest, which will be on top, to the oldest; at most `LibraryShape.saveAtOnce` */
  save(uris: readonly string[]): Promise<void>;
  /** Takes things out. At most `LibraryShape.saveAtOnce`. */
  remove(uris: readonly string[]): Promise<void>;
  createPlaylist(wanted: {
    name: string;
    description: string;
    isPublic: boolean;
    isCollaborative: boolean;
  }): Promise<LibraryPlaylist>;
  /** @param position how many entries stay before them. At most `LibraryShape.insertAtOnce` */
  insert(playlistId: string, uris: readonly string[], position: number): Promise<void>;
  /**
   * Takes all entries out that have one of these URIs. At most `LibraryShape.insertAtOnce`. One of several that are the
   * same cannot be named: Spotify passes over positions since 2024, and takes them all.
   */
  removeEntries(playlistId: string, uris: readonly string[]): Promise<void>;
  /**
   * Puts entries elsewhere, as they are: when they were added stays.
   *
   * @param move `count` entries from `from` on, at most `LibraryShape.insertAtOnce`, come before the one at `to`; both are
   * counted from 0 as they stand before
   */
  move(playlistId: string, move: { from: number; count: number; to: number }): Promise<void>;
}

/** What of a library can be read and written, known without asking. */
export interface LibraryShape {
  lists: readonly LibraryList[];
  hasPlaylists: boolean;
  /** What the account must have agreed to so that all of it can be read. */
  scopes: readonly string[];
  /** Null when nothing can be written. */
  writes: {
    scopes: readonly string[];
    /** The lists that things can be put into. */
    lists: readonly string[];
    saveAtOnce: number;
    insertAtOnce: number;
  } | null;
}
