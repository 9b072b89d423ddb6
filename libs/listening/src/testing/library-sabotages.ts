import type { LibraryEntry, LibraryList, LibraryPage, LibraryPlaylist, LibraryReads } from '../index.js';
import { CLOSED_ID, FAKE_ENTRY, FAKE_SHAPE } from './fake-library.js';
import { NO_WRITES, type Sabotage, type Way, error } from './faithful.js';
import { type Ways, never } from './sabotages.js';

/** A library with something broken in it. */
const library =
  (breakIt: (good: LibraryReads) => Partial<LibraryReads>): Sabotage =>
  ({ library: good }) => ({ library: good && { ...good, ...breakIt(good) } });

/** Every part of its lists, changed. */
const parts = (change: (part: LibraryPage<LibraryEntry>, at: string | null) => LibraryPage<LibraryEntry>): Sabotage =>
  library((good) => ({ list: async (name, at, options) => change(await good.list(name, at, options), at) }));

/** Every entry of its lists, changed. */
const entries = (change: (entry: LibraryEntry) => LibraryEntry): Sabotage =>
  parts((part) => ({ ...part, entries: part.entries.map(change) }));

/** The entries of its playlists, changed. */
const contents = (change: (part: LibraryPage<LibraryEntry>) => LibraryPage<LibraryEntry>): Sabotage =>
  library((good) => ({
    playlistEntries: async (id, at, options) => change(await good.playlistEntries(id, at, options)),
  }));

/** The parts of one of its lists, changed. */
const list = (one: string, change: (part: LibraryPage<LibraryEntry>) => LibraryPage<LibraryEntry>): Sabotage =>
  library((good) => ({
    list: async (name, at, options) => {
      const part = await good.list(name, at, options);
      return name === one ? change(part) : part;
    },
  }));

/** What it says of its lists, changed. */
const lists = (change: (list: LibraryList, index: number) => LibraryList): Way => ({
  definition: { library: { ...FAKE_SHAPE, lists: FAKE_SHAPE.lists.map(change) } },
});

/** Its playlists, changed. */
const playlists = (change: (playlist: LibraryPlaylist, first: LibraryPlaylist) => LibraryPlaylist): Sabotage =>
  library((good) => ({
    playlists: async (at, options) => {
      const part = await good.playlists(at, options);
      const [first] = part.entries.filter((playlist) => playlist !== null);
      return first ? { ...part, entries: part.entries.map((playlist) => playlist && change(playlist, first)) } : part;
    },
  }));

/** One that says to have no playlists, and keeps to it but for this. */
const withoutPlaylists = (but: (good: LibraryReads) => Partial<LibraryReads>): Way => ({
  definition: { library: { ...FAKE_SHAPE, hasPlaylists: false } },
  sabotage: library((good) => ({
    playlists: () => Promise.reject(error('not_supported')),
    playlistEntries: () => Promise.reject(error('not_supported')),
    playlistVersion: () => Promise.reject(error('not_supported')),
    ...but(good),
  })),
});

/** For every clause about a library, one provider at least for each thing that it promises. */
export const LIBRARY_SABOTAGES: Ways = {
  'library: is there as far as the definition says, with well formed names that differ': {
    none: () => ({ library: null }),

    'two lists of one name': {
      definition: { library: { ...FAKE_SHAPE, lists: FAKE_SHAPE.lists.flatMap((list) => [list, list]) } },
    },
    'a name that is a path': {
      definition: { library: { ...FAKE_SHAPE, lists: FAKE_SHAPE.lists.map((list) => ({ ...list, name: '../x' })) } },
    },
    'days of what is no chart': {
      definition: { library: { ...FAKE_SHAPE, lists: FAKE_SHAPE.lists.map((list) => ({ ...list, days: 30 })) } },
    },
    'a chart of no days': {
      definition: {
        library: { ...FAKE_SHAPE, lists: FAKE_SHAPE.lists.map((list) => (list.days ? { ...list, days: 0 } : list)) },
      },
    },
    'writes that are not there': {
      definition: {
        library: { ...FAKE_SHAPE, writes: { scopes: [], lists: ['tracks'], saveAtOnce: 1, insertAtOnce: 1 } },
      },
    },

    'reads of what it does not say to have': { definition: { library: null } },
    'writes that it does not say to have': () => ({ libraryWrites: NO_WRITES }),
    'one name that is a path': lists((list, index) => (index === 0 ? { ...list, name: '../x' } : list)),
    'no title': lists((list) => ({ ...list, title: ' ' })),
    'parts of nothing': lists((list) => ({ ...list, pageSize: 0 })),
    'parts of one and a half': lists((list) => ({ ...list, pageSize: 1.5 })),
    'a chart of a day and a half': lists((list) => (list.days ? { ...list, days: 1.5 } : list)),
    'a list that can be written and not read': {
      definition: {
        library: { ...FAKE_SHAPE, writes: { scopes: [], lists: ['albums'], saveAtOnce: 1, insertAtOnce: 1 } },
      },
      sabotage: () => ({ libraryWrites: NO_WRITES }),
    },
  },
  'library: lists go on part by part to their totals, and say nothing twice': {
    'the first part alone': parts((part) => ({
      ...part,
      next: null,
    })),

    'the first part for ever': library((good) => ({ list: (name, _, options) => good.list(name, null, options) })),
    'an entry twice': entries((entry) => ({ ...entry, uri: FAKE_ENTRY.uri })),
    'the oldest first': parts((part) => ({ ...part, entries: part.entries.toReversed() })),
    'an entry less': parts((part, at) => (at === null ? part : { ...part, entries: part.entries.slice(1) })),

    'parts that are not full': library((good) => ({
      list: async (name, at, options) => {
        const part = await good.list(name, at === 'rest' ? null : at, options);
        if (name !== 'tracks' || (at !== null && at !== 'rest')) return part;
        if (at === null) return { ...part, entries: part.entries.slice(0, 1), next: 'rest' };
        return { ...part, entries: part.entries.slice(1) };
      },
    })),
    'an empty list': list('artists', (part) => ({ ...part, entries: [], total: 0, next: null })),
    'another total': list('artists', (part) => ({ ...part, total: 4 })),
    'an empty chart': list('top_tracks', (part) => ({ ...part, entries: [], total: null })),
    'a chart of more than one part': list('top_tracks', (part) => ({ ...part, next: '4' })),
    'more of a chart than there is': list('top_tracks', (part) => ({ ...part, total: 3 })),
    'half an entry of a chart': list('top_tracks', (part) => ({ ...part, total: 4.5 })),
    'more of a chart than a part has': list('top_tracks', (part) => ({
      ...part,
      entries: [...part.entries, ...part.entries],
      total: null,
    })),
  },
  'library: any part of a list can be asked for at once, by offset or by what comes before it': {
    'none but the next': library((good) => {
      let before = '';
      return {
        list: (name, at, options) => {
          const isNext = at === null || Number(at) > Number(before);
          before = at ?? '0';
          return good.list(name, isNext ? at : null, options);
        },
      };
    }),

    'a part that begins elsewhere than the one before it says': {
      definition: {
        library: { ...FAKE_SHAPE, lists: FAKE_SHAPE.lists.map((list) => ({ ...list, partAfter: () => '1' })) },
      },
    },

    'playlists that are told once': library((good) => {
      const told = new Set<string | null>();
      return {
        playlists: (at, options) => {
          const isTold = told.has(at);
          told.add(at);
          return good.playlists(isTold ? null : at, options);
        },
      };
    }),
    'entries of a playlist that begin anew': library((good) => ({
      playlistEntries: async (id, at, options) =>
        at === null
          ? good.playlistEntries(id, at, options)
          : { ...(await good.playlistEntries(id, null, options)), entries: [], next: null },
    })),
    'no playlist': library(() => ({ playlists: () => Promise.resolve({ entries: [], total: 0, next: null }) })),
  },
  'library: entries are in our shape': {
    'a recording code with hyphens': entries((entry) => ({ ...entry, isrc: 'xx-aaa-26-00001' })),

    'a duration in seconds': entries((entry) => ({ ...entry, durationMs: 201 })),
    'the day 0000': entries((entry) => ({ ...entry, releaseDate: '0000' })),
    'a bar code of letters': entries((entry) => ({ ...entry, upc: 'none' })),
    'an address of another kind': entries((entry) => ({ ...entry, url: 'fake:track:1' })),
    'a day that is none': entries((entry) => ({ ...entry, addedAt: new Date(Number.NaN) })),
    'a song without a name': entries((entry) => ({ ...entry, name: '' })),
    'an empty artist': entries((entry) => ({ ...entry, artists: [''] })),

    'a kind of its own': entries((entry) => Object.assign({ ...entry }, { kind: 'tape' })),
    'a name for ever that is none': entries((entry) => ({ ...entry, uri: 'track 1' })),
    'an album without a name': entries((entry) => ({ ...entry, album: '' })),
    'put there by nobody': entries((entry) => ({ ...entry, addedBy: '' })),
    'a length of half a millisecond': entries((entry) => ({ ...entry, durationMs: 201_000.5 })),
    'less than nothing': entries((entry) => ({ ...entry, playcount: -1 })),
  },
  'library: playlists have as many entries as they say, dead and local ones too, in our shape': {
    'none of the dead': contents((part) => ({
      ...part,
      entries: part.entries.filter(({ kind }) => kind !== 'gone'),
    })),

    'a closed one that is told as a fault': library((good) => ({
      playlistEntries: (id, at, options) =>
        id === CLOSED_ID ? Promise.reject(error('upstream_error')) : good.playlistEntries(id, at, options),
    })),
    'a version that is always another one': library((good) => {
      let asked = 0;
      return {
        playlistVersion: async (id, options) => {
          asked += 1;
          return `${await good.playlistVersion(id, options)}${asked}`;
        },
      };
    }),
    'a list without those that are null': library((good) => ({
      playlists: async (at, options) => {
        const part = await good.playlists(at, options);
        return { ...part, entries: part.entries.filter((playlist) => playlist !== null) };
      },
    })),

    'none at all': library(() => ({ playlists: () => Promise.resolve({ entries: [], total: 0, next: null }) })),
    'one of them twice': playlists((playlist, first) => ({ ...playlist, id: first.id, total: null })),
    'one without an id': playlists((playlist) => ({
      ...playlist,
      id: playlist.id === '0' ? '' : playlist.id,
      total: null,
    })),
    'one without a name for ever': playlists((playlist) => ({ ...playlist, uri: '' })),
    'none with a version': (good, world) => {
      const { library: broken } = { ...good, ...playlists((playlist) => ({ ...playlist, version: '' }))(good, world) };
      return { library: broken && { ...broken, playlistVersion: () => Promise.resolve('') } };
    },
    'a page that is no address': playlists((playlist) => ({ ...playlist, url: playlist.uri })),
    'one more than it has': playlists((playlist) => ({ ...playlist, total: (playlist.total ?? 0) + 1 })),
    'entries of another shape': contents((part) => ({
      ...part,
      entries: part.entries.map((entry) => ({ ...entry, durationMs: 201 })),
    })),
  },
  'library: what it does not have rejects with not_supported': {
    'a list that is not there is empty': library((good) => ({
      list: (name, at, options) =>
        name.startsWith('no_') ? Promise.resolve({ entries: [], total: 0, next: null }) : good.list(name, at, options),
    })),

    'a part that begins in the middle of another': library((good) => ({
      list: (name, at, options) => good.list(name, at === '1' ? '0' : at, options),
    })),

    'a part before the first': library((good) => ({
      list: (name, at, options) => good.list(name, at === '-1' ? '0' : at, options),
    })),
    'a part that is no number': library((good) => ({
      list: (name, at, options) => good.list(name, at === 'x' ? '0' : at, options),
    })),
    'playlists that it does not say to have': { definition: { library: { ...FAKE_SHAPE, hasPlaylists: false } } },
    'entries of playlists that it does not say to have': withoutPlaylists((good) => ({
      playlistEntries: (id, at, options) => good.playlistEntries(id, at, options),
    })),
    'versions of playlists that it does not say to have': withoutPlaylists((good) => ({
      playlistVersion: (id, options) => good.playlistVersion(id, options),
    })),
  },
  'library: fails as every read does': {
    'an empty list in place of a fault': library((good) => ({
      playlists: (at, options) => good.playlists(at, options).catch(() => ({ entries: [], total: 0, next: null })),
    })),

    'another fault': library((good) => ({
      playlistVersion: (id, options) =>
        good.playlistVersion(id, options).catch(() => Promise.reject(error('not_supported'))),
    })),
  },
  'library: a read that is given up rejects at once with upstream_timeout': {
    'one that goes on': library(() => ({
      playlistVersion: () => never,
    })),
  },
};
