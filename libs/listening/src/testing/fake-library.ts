import {
  type LibraryEntry,
  type LibraryPage,
  type LibraryPlaylist,
  type LibraryReads,
  type LibraryShape,
  PLAYLIST_PAGE,
  ProviderError,
  type ReadOptions,
} from '../index.js';

/** One list of each sort. */
export const FAKE_SHAPE: LibraryShape = {
  lists: [
    { name: 'tracks', title: 'Tracks', order: 'newest', pageSize: 3, byOffset: true },
    {
      name: 'artists',
      title: 'Artists',
      order: 'none',
      pageSize: 2,
      byOffset: false,
      partAfter: ({ uri }) => String(Number(uri?.split(':').at(-1)) + 1),
    },
    { name: 'top_tracks', title: 'Top tracks', order: 'chart', days: 28, pageSize: 4, byOffset: false },
  ],
  hasPlaylists: true,
  scopes: [],
  writes: null,
};

export const FAKE_ENTRY: LibraryEntry = {
  kind: 'track',
  uri: 'fake:track:0',
  name: 'Paper Lanterns',
  artists: ['The Night Ferry'],
  album: 'Harbour Lights',
  isrc: 'XXAAA2600001',
  upc: null,
  durationMs: 201_000,
  releaseDate: '2026-03',
  url: 'https://songs.example/0',
  addedAt: new Date('2026-01-02T03:00:00Z'),
  addedBy: 'ada',
  playcount: null,
};

const TRACKS = Array.from({ length: 8 }, (_, index) => ({
  ...FAKE_ENTRY,
  uri: `fake:track:${index}`,
  addedAt: new Date(Date.UTC(2026, 0, 9 - index)),
}));
const ARTISTS = Array.from({ length: 3 }, (_, index) => ({
  ...FAKE_ENTRY,
  kind: 'artist' as const,
  uri: `fake:artist:${index}`,
}));

/** Somebody else's, which says how many it has and lets nobody see them. */
export const CLOSED_ID = 'closed';

const PLAYLISTS: readonly (LibraryPlaylist | null)[] = Array.from({ length: PLAYLIST_PAGE + 2 }, (_, index) => {
  const id = index === 3 ? CLOSED_ID : String(index);
  if (index === 1) return null;
  return {
    id,
    uri: `fake:playlist:${id}`,
    name: `Playlist ${index}`,
    description: '',
    owner: { id: 'ada', name: 'Ada' },
    isPublic: null,
    isCollaborative: false,
    version: `${id}a`,
    total: index === 2 ? PLAYLIST_PAGE + 2 : index % 3,
    url: null,
  };
});

function contentsOf(playlist: LibraryPlaylist): LibraryEntry[] {
  return Array.from({ length: playlist.total ?? 0 }, (_, index) =>
    index === 0 ? { ...FAKE_ENTRY, kind: 'gone', uri: null, name: '', artists: [], album: null } : FAKE_ENTRY,
  );
}

function refuse(code: ProviderError['code']): never {
  throw new ProviderError(code, { message: 'It is not there.', remedy: 'Ask for something else.' });
}

function part<Entry>(all: readonly Entry[], at: string | null, size: number): LibraryPage<Entry> {
  const offset = Number(at ?? '0');
  if (offset % size !== 0 || offset < 0) refuse('not_supported');
  const next = offset + size < all.length ? String(offset + size) : null;
  return { entries: all.slice(offset, offset + size), total: all.length, next };
}

/** A library that keeps every clause. `upstream` answers as the situation has it. */
export function fakeLibrary(upstream: <T>(answer: () => T, options?: ReadOptions) => Promise<T>): LibraryReads {
  const find = (id: string): LibraryPlaylist =>
    PLAYLISTS.find((playlist) => playlist?.id === id) ?? refuse('forbidden');
  return {
    list: (name, at, options) =>
      upstream(() => {
        if (name === 'tracks') return part(TRACKS, at, 3);
        if (name === 'artists') return part(ARTISTS, at, 2);
        if (name === 'top_tracks') return { ...part(TRACKS, at, 4), next: null };
        return refuse('not_supported');
      }, options),
    playlists: (at, options) => upstream(() => part(PLAYLISTS, at, PLAYLIST_PAGE), options),
    playlistEntries: (id, at, options) =>
      upstream(() => (id === CLOSED_ID ? refuse('forbidden') : part(contentsOf(find(id)), at, PLAYLIST_PAGE)), options),
    playlistVersion: (id, options) => upstream(() => find(id).version, options),
  };
}
