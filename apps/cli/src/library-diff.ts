import { all, at, count, named, shown, text } from './guards.js';

/** Some of a kind, and how many there are. */
export interface Group<Item> {
  count: number;
  items: readonly Item[];
}

export interface Entry {
  name: string;
  artists: readonly string[];
}

/** What became of a list. */
export interface ListDiff {
  added: Group<Entry>;
  removed: Group<Entry>;
  moved: Group<Entry & { from: number; position: number }>;
  renamed: Group<Entry & { was: Entry }>;
}

export interface PlaylistsDiff {
  added: Group<{ name: string }>;
  removed: Group<{ name: string }>;
  renamed: Group<{ name: string; was: string }>;
  changed: Group<ListDiff & { name: string }>;
  /** Those of which nothing can be said. */
  unread: Group<{ name: string }>;
}

/** Whose library a backup is of. */
export interface Account {
  id: string;
  name: string;
}

/** What became of a library. */
export interface LibraryDiff {
  /** The names of the two backups. */
  from: string;
  to: string;
  /** Of whom the two are; null when the service does not tell. */
  accounts: { from: Account; to: Account } | null;
  lists: readonly (readonly [name: string, ListDiff])[];
  notInEarlier: readonly string[];
  notInLater: readonly string[];
  playlists: PlaylistsDiff | null;
  /** What may seem to have changed because one of the two does not have it. */
  mayLack: readonly { what: string; isLater: boolean; reason: string }[];
}

/** Null when it is none. */
export function parseDiff(value: unknown): LibraryDiff | null {
  const [from, to, playlists] = [text(value, 'from'), text(value, 'to'), at(value, 'playlists')];
  if (from === null || to === null || at(value, 'lists') === undefined || playlists === undefined) return null;
  return {
    from,
    to,
    accounts: parseAccounts(at(value, 'accounts')),
    lists: named(value, 'lists', parseListDiff),
    notInEarlier: all(value, 'notInEarlier', shown),
    notInLater: all(value, 'notInLater', shown),
    playlists: playlists === null ? null : parsePlaylistsDiff(playlists),
    mayLack: all(value, 'mayLack', (item) => {
      const [what, reason] = [text(item, 'what'), text(item, 'reason')];
      return what === null || reason === null ? null : { what, isLater: at(item, 'backup') === 'to', reason };
    }),
  };
}

function parseAccounts(value: unknown): LibraryDiff['accounts'] {
  const [from, to] = [parseAccount(at(value, 'from')), parseAccount(at(value, 'to'))];
  return from === null || to === null ? null : { from, to };
}

function parseAccount(value: unknown): Account | null {
  const [id, name] = [text(value, 'id'), text(value, 'name')];
  return id === null || name === null ? null : { id, name };
}

function parsePlaylistsDiff(value: unknown): PlaylistsDiff {
  return {
    added: group(value, 'added', parsePlaylist),
    removed: group(value, 'removed', parsePlaylist),
    renamed: group(value, 'renamed', (item) => {
      const [name, was] = [text(item, 'name'), text(item, 'was')];
      return name === null || was === null ? null : { name, was };
    }),
    changed: group(value, 'changed', (item) => {
      const name = text(item, 'name');
      return name === null ? null : { name, ...parseListDiff(item) };
    }),
    unread: group(value, 'unread', parsePlaylist),
  };
}

function parseListDiff(value: unknown): ListDiff {
  return {
    added: group(value, 'added', parseEntry),
    removed: group(value, 'removed', parseEntry),
    moved: group(value, 'moved', (item) => {
      const [entry, from, position] = [parseEntry(item), count(item, 'from'), count(item, 'position')];
      return entry === null || from === null || position === null ? null : { ...entry, from, position };
    }),
    renamed: group(value, 'renamed', (item) => {
      const [entry, was] = [parseEntry(item), parseEntry(at(item, 'was'))];
      return entry === null || was === null ? null : { ...entry, was };
    }),
  };
}

function group<Item>(value: unknown, name: string, read: (item: unknown) => Item | null): Group<Item> {
  const found = at(value, name);
  return { count: count(found, 'count') ?? 0, items: all(found, 'items', read) };
}

function parsePlaylist(value: unknown): { name: string } | null {
  const name = text(value, 'name');
  return name === null ? null : { name };
}

function parseEntry(value: unknown): Entry | null {
  const name = text(value, 'name');
  return name === null ? null : { name, artists: all(value, 'artists', shown) };
}
