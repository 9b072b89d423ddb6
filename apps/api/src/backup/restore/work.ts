import type { LibraryEntry, LibraryPlaylist } from '#listening';
import type { ArchivedPlaylist } from '../archive/documents.js';
import type { PlaylistSteps } from './playlist-steps.js';
import { type PartReport, addCannot, emptyReport } from './restore-report.js';

const NOTHING: PlaylistSteps = { removals: [], inserts: [], order: [], lacking: [], misplaced: 0, stuck: 0 };

/** A thing to be put in, with its name for people. */
export interface Named {
  uri: string;
  name: string;
  /** Whether it comes to stand elsewhere than in the backup. */
  isMisplaced: boolean;
}

/** What there is to do with a list. */
export interface ListWork {
  kind: 'list';
  report: PartReport;
  /** Whether nobody knows what is there. */
  isUnseen?: boolean;
  /** In the order of the list. */
  save: Named[];
  remove: string[];
}

/** What there is to do with a playlist. */
export interface PlaylistWork {
  kind: 'playlist';
  report: PartReport;
  /** Whether nobody knows what is there. */
  isUnseen?: boolean;
  playlist: LibraryPlaylist | null;
  /** The id of the one that is there; null when there is none. */
  target: string | null;
  /** Whether the backup may have fewer entries than it had. */
  mayLack: boolean;
  /** How many more are counted than shown of it when all is well; null when that is not known. */
  usualLack: number | null;
  /** Own playlists of that name that are there. */
  namesakes: string[];
  steps: PlaylistSteps;
  /** Names for people by URI, of what is put in. */
  names: ReadonlyMap<string, string>;
}

export type Work = ListWork | PlaylistWork;

/** Nothing yet. */
export function playlistWork(part: string, { playlist, position }: ArchivedPlaylist): PlaylistWork {
  const report = emptyReport(part, playlist?.name ?? `Playlist ${position} of the list`, 'nothing');
  const nothing = {
    target: null,
    mayLack: false,
    usualLack: null,
    namesakes: [],
    steps: NOTHING,
    names: new Map<string, string>(),
  };
  return { kind: 'playlist', report, playlist, ...nothing };
}

/** Nothing, and why. */
export function nothingFor(part: string, kept: ArchivedPlaylist, reason: string): PlaylistWork {
  const work = playlistWork(part, kept);
  work.isUnseen = true;
  addCannot(work.report, { what: work.report.title, reason });
  return work;
}

/** For people. */
export function nameOf({ name, artists }: LibraryEntry): string {
  if (name === '') return 'An entry without a name';
  return artists.length === 0 ? name : `${name} by ${artists.join(', ')}`;
}
