import { wrongUsage } from './fault.js';
import { PROGRAM } from './program.js';

/** How the list of one playlist is called; its id follows. */
export const PLAYLIST = 'playlist:';

/** @throws Fault for a playlist without an id */
export function expectId(list: string): void {
  if (list.trim() !== PLAYLIST) return;
  throw wrongUsage(
    `--list ${PLAYLIST} lacks the id of a playlist.`,
    `${PROGRAM} backups <backup> tells the ids of those it has.`,
  );
}
