import { isDeepStrictEqual } from 'node:util';
import type { LibraryEntry, LibraryList } from '#listening';
import type { Archive } from '../archive/archive.js';
import { ArchiveError } from '../archive/archive-error.js';
import type { ArchivedPlaylist, Manifest } from '../archive/documents.js';
import { isDoubt, isRefusal, isToldTwice } from './lacks.js';

/** Four weeks, but for what a monthly schedule may be early. */
const OUTDATED_MS = 27 * 86_400_000;

/**
 * Whether these entries stand in a list one after another.
 *
 * @param from how many come before them
 * @returns false also when the list cannot be read
 */
export async function standsIn(
  archive: Archive,
  list: string,
  entries: readonly LibraryEntry[],
  from = 0,
): Promise<boolean> {
  let at = 0;
  try {
    for await (const entry of archive.entries(list)) {
      if (at === from + entries.length) break;
      if (at >= from && !isDeepStrictEqual(entry, entries[at - from])) return false;
      at += 1;
    }
  } catch (error) {
    if (error instanceof ArchiveError) return false;
    throw error;
  }
  return at === from + entries.length;
}

/** Where the part of a list begins that follows so many entries, as `LibraryReads.list` takes it; null when nobody can say. */
export async function partAfter(archive: Archive, list: LibraryList, count: number): Promise<string | null> {
  if (list.byOffset) return String(count);
  let at = 0;
  try {
    for await (const entry of archive.entries(list.name)) {
      at += 1;
      if (at === count) return list.partAfter?.(entry) ?? null;
    }
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
  }
  return null;
}

/** Whether nothing lacks of what the upstream counted. */
export function isAll({ count, total, missing }: Pick<ArchivedPlaylist, 'count' | 'total' | 'missing'>): boolean {
  return missing === null && (total === null || total === count);
}

/**
 * Whether a list can be taken over as it is, if it has not changed: what may lack something when two backups running have
 * found the same, for four weeks.
 *
 * @param at epoch milliseconds
 */
export function isAsGood(facts: Pick<ArchivedPlaylist, 'count' | 'total' | 'missing' | 'readAt'>, at: number): boolean {
  const { missing, readAt } = facts;
  if (isAll(facts)) return true;
  return missing !== null && isToldTwice(missing) && readAt !== null && at - readAt.getTime() < OUTDATED_MS;
}

/**
 * How many more were counted than shown of a list that may lack something; null of every other, and when nobody knows.
 */
export function lackOf(facts: Pick<ArchivedPlaylist, 'count' | 'total' | 'missing'> | null | undefined): number | null {
  if (!facts) return null;
  const { count, total, missing } = facts;
  return missing !== null && isDoubt(missing) && total !== null && count !== null ? total - count : null;
}

/** Whether a backup is so old that each of its charts tells of other days by now. */
export function isOutdated({ startedAt }: Pick<Manifest, 'startedAt'>, at: number): boolean {
  return at - startedAt.getTime() >= OUTDATED_MS;
}

/** A playlist of the backup before. */
export interface PlaylistBefore {
  version: string;
  /** The id of the account whose it is. */
  owner: string;
  /** `good` can be taken over, `closed` has no entries, and was not refused for the first time. */
  standing: 'good' | 'closed' | 'doubtful';
  /** Why it lacks something, or may; null when it does not. */
  told: string | null;
  /** See `lackOf`. */
  lack: number | null;
}

/**
 * By their id: those of which can be said whether they have changed.
 *
 * @param at epoch milliseconds
 */
export async function playlistsIn(archive: Archive | null, at: number): Promise<Map<string, PlaylistBefore>> {
  const playlists = new Map<string, PlaylistBefore>();
  if (archive === null) return playlists;
  try {
    for await (const facts of archive.playlists()) {
      const { playlist, json, missing: told } = facts;
      // Without a version nothing can be said.
      if (!playlist || playlist.version === '') continue;
      const isClosed = json === null && told !== null && (!isRefusal(told) || isToldTwice(told));
      const isGood = json !== null && isAsGood(facts, at);
      const standing = isClosed ? 'closed' : isGood ? 'good' : 'doubtful';
      playlists.set(playlist.id, {
        version: playlist.version,
        owner: playlist.owner.id,
        standing,
        told,
        lack: lackOf(facts),
      });
    }
  } catch (error) {
    // Those of a damaged list are read anew.
    if (!(error instanceof ArchiveError)) throw error;
    return new Map();
  }
  return playlists;
}
