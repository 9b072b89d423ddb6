import type { Backup } from './backup.js';
import { whole } from './figures.js';
import { at, count, text } from './guards.js';
import { isMade } from './job.js';
import { indent, summary } from './summary.js';
import { table } from './table.js';

const PLAYLISTS = 'playlists';

/** A playlist of a backup. */
export interface Playlist {
  id: string;
  name: string;
  /** How many entries it has there; null when they could not be read. */
  count: number | null;
}

/** Whether there is anything to ask for. */
export function hasPlaylists({ counts }: Pick<Backup, 'counts'>): boolean {
  return (counts.get(PLAYLISTS) ?? 0) > 0;
}

/** Those that can be told; of some the provider tells nothing. Null when it is no list of playlists. */
export function parsePlaylists(value: unknown): Playlist[] | null {
  const found = at(value, PLAYLISTS);
  if (!Array.isArray(found)) return null;
  return found.flatMap((entry: unknown) => {
    const [id, name] = [text(at(entry, 'playlist'), 'id'), text(at(entry, 'playlist'), 'name')];
    return id === null || name === null ? [] : [{ id, name, count: count(entry, 'count') }];
  });
}

/** All about a backup but its playlists, with lists as options call them. */
export function detailLines(backup: Backup): string[] {
  const lacks = isMade(backup) && !hasPlaylists(backup);
  return [...summary(backup, (list) => list), ...(lacks ? ['It has no playlists.'] : [])];
}

/** In the order of their owner. */
export function playlistLines(playlists: readonly Playlist[]): string[] {
  const rows = playlists.map(({ id, name, count }) => [
    id,
    name === '' ? '(without a name)' : name,
    count === null ? 'not read' : whole(count),
  ]);
  return [
    'Its playlists, of which --list playlist:<id> takes one:',
    ...indent(table([['ID', 'NAME', 'ENTRIES'], ...rows], [2])),
  ];
}
