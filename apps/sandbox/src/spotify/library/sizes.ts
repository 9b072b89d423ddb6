import { integer, type Parameters } from '../../control/parameters.js';

/** How much the listener keeps. */
export interface LibrarySizes {
  tracks: number;
  albums: number;
  shows: number;
  episodes: number;
  audiobooks: number;
  artists: number;
  /** Entries of the list of playlists. */
  playlists: number;
  /** Items of the first playlist; of the others the seed decides. */
  playlistItems: number;
}

/** Sizes at the beginning. */
export const defaultSizes: LibrarySizes = {
  tracks: 1200,
  albums: 90,
  shows: 12,
  episodes: 30,
  audiobooks: 6,
  artists: 55,
  playlists: 25,
  playlistItems: 260,
};

/** The sizes as a control request may set them; what it leaves out is as at the beginning. */
export const sizeParameters: Parameters<LibrarySizes> = {
  tracks: integer({ min: 0, max: 200_000, absent: defaultSizes.tracks }),
  albums: integer({ min: 0, max: 20_000, absent: defaultSizes.albums }),
  shows: integer({ min: 0, max: 2000, absent: defaultSizes.shows }),
  episodes: integer({ min: 0, max: 20_000, absent: defaultSizes.episodes }),
  audiobooks: integer({ min: 0, max: 2000, absent: defaultSizes.audiobooks }),
  artists: integer({ min: 0, max: 55, absent: defaultSizes.artists }),
  playlists: integer({ min: 0, max: 5000, absent: defaultSizes.playlists }),
  playlistItems: integer({ min: 0, max: 20_000, absent: defaultSizes.playlistItems }),
};
