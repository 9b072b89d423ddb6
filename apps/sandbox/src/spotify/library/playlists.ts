import { draw } from '../../listening/random.js';
import { listenerPerson } from '../person.js';
import { idOf, numberOf } from './ids.js';
import type { PlaylistContent, PlaylistEntry, PlaylistFacts } from './playlist-content.js';

/** A playlist as it is now. */
export interface Playlist extends PlaylistFacts {
  /** Changes whenever the items do. */
  snapshotId: string;
  /** Whether the listener may read the items in development mode, and change them. */
  isOurs: boolean;
  /** The items from `offset` on, at most `limit`. */
  page(offset: number, limit: number): PlaylistEntry[];
}

/** What a person says of a new playlist. */
export type PlaylistWish = Pick<PlaylistFacts, 'name' | 'description' | 'collaborative' | 'public'>;

/** All playlists that there are, whether or not they are in the listener's list. */
export type Playlists = ReturnType<typeof createPlaylists>;

/** New playlists are numbered from here, far above those of the seed. */
const firstNew = 1_000_000;

interface Changed {
  facts: PlaylistFacts;
  /** Null while the items are those of the seed. */
  entries: PlaylistEntry[] | null;
  revision: number;
}

/** Playlists 0 to `count` - 1 of the seed. */
export function createPlaylists(seed: number, content: PlaylistContent, count: number) {
  const changed = new Map<number, Changed>();
  let created = 0;

  const stateOf = (number: number): Changed =>
    changed.get(number) ?? { facts: content.facts(number), entries: null, revision: 1 };

  const read = (number: number): Playlist => {
    const { facts, entries, revision } = stateOf(number);
    const total = entries?.length ?? facts.total;
    return {
      ...facts,
      total,
      snapshotId: snapshotId(seed, number, revision),
      isOurs: facts.owner.id === listenerPerson.id || facts.collaborative,
      page: (offset, limit) =>
        entries?.slice(offset, offset + limit) ??
        Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, at) =>
          content.entry(number, offset + at),
        ),
    };
  };

  const find = (id: string): number | null => {
    const number = numberOf(seed, 'playlist', id);
    if (number === null) return null;
    return (number < count && !content.isNull(number)) || changed.has(number) ? number : null;
  };

  return {
    byNumber: read,
    /** The playlist with this id; null when there is none. */
    byId: (id: string): Playlist | null => {
      const number = find(id);
      return number === null ? null : read(number);
    },
    /** Replaces the items of a playlist that exists. */
    change: (id: string, edit: (entries: PlaylistEntry[]) => PlaylistEntry[]): Playlist => {
      const number = find(id);
      if (number === null) throw new RangeError(`There is no playlist ${id}.`);
      const { facts, revision } = stateOf(number);
      const before = read(number);
      changed.set(number, { facts, entries: edit(before.page(0, before.total)), revision: revision + 1 });
      return read(number);
    },
    create: (wish: PlaylistWish): Playlist => {
      const number = firstNew + created;
      created += 1;
      const id = idOf(seed, 'playlist', number);
      const facts = { ...wish, id, uri: `spotify:playlist:${id}`, owner: listenerPerson, total: 0 };
      changed.set(number, { facts, entries: [], revision: 1 });
      return read(number);
    },
  };
}

function snapshotId(seed: number, number: number, revision: number): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(revision, 0);
  for (const at of [4, 8, 12]) bytes.writeUInt32BE(draw(seed, 'snapshot', number, revision, at), at);
  return bytes.toString('base64');
}
