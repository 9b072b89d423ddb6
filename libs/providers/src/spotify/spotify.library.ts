import {
  type LibraryList,
  type LibraryPage,
  type LibraryReads,
  type LibraryShape,
  PLAYLIST_PAGE,
  ProviderError,
} from '#listening';
import { nothingLike, offsetOf, partAfter } from '../list-part.js';
import { type Wire, asObject } from '../wire.js';
import { EPISODES_TOO, PAGE, type Query, type SpotifyApi } from './spotify.api.js';
import { type TimeRange } from './spotify.charts.js';
import { type EntryShape, PLAYLIST_ENTRY, toEntry, toPlaylist } from './spotify.library-map.js';
import {
  CHANGES,
  LIBRARY_QUESTIONS,
  QUESTIONS,
  type Question,
  playlistEntriesQuestion,
  playlistQuestion,
} from './spotify.questions.js';
import { asCount, asList, asText } from './spotify.wire.js';

/** A list, and how Spotify is asked for it. */
interface KnownList {
  list: LibraryList;
  question: Question;
  query: Query;
  entry: EntryShape;
}

function saved(name: string, title: string, question: Question, entry: EntryShape): KnownList {
  return { list: { name, title, order: 'newest', pageSize: PAGE, byOffset: true }, question, query: {}, entry };
}

const CHARTS: readonly { name: string; span: string; days: number; range: TimeRange }[] = [
  { name: '1month', span: 'the last month', days: 28, range: 'short_term' },
  { name: '6month', span: 'the last six months', days: 182, range: 'medium_term' },
  { name: '12month', span: 'the last year', days: 365, range: 'long_term' },
];

function charts(of: 'tracks' | 'artists', question: Question, entry: EntryShape): KnownList[] {
  return CHARTS.map(({ name, span, days, range }) => ({
    list: {
      name: `top_${of}_${name}`,
      title: `Top ${of} of ${span}`,
      order: 'chart',
      days,
      pageSize: PAGE,
      byOffset: false,
    },
    question,
    query: { time_range: range },
    entry,
  }));
}

const FOLLOWED: KnownList = {
  list: {
    name: 'artists',
    title: 'Followed artists',
    order: 'none',
    pageSize: PAGE,
    byOffset: false,
    partAfter: ({ uri }) => uri?.split(':').at(-1) ?? null,
  },
  question: LIBRARY_QUESTIONS.followedArtists,
  query: { type: 'artist' },
  entry: { kind: 'artist', under: [] },
};

const LISTS: readonly KnownList[] = [
  saved('tracks', 'Saved tracks', QUESTIONS.savedTracks, { kind: 'track', under: ['track', 'item'] }),
  saved('albums', 'Saved albums', LIBRARY_QUESTIONS.savedAlbums, { kind: 'album', under: ['album', 'item'] }),
  saved('shows', 'Saved podcasts', LIBRARY_QUESTIONS.savedShows, { kind: 'show', under: ['show', 'item'] }),
  saved('episodes', 'Saved episodes', LIBRARY_QUESTIONS.savedEpisodes, { kind: 'episode', under: ['episode', 'item'] }),
  {
    list: { name: 'audiobooks', title: 'Saved audiobooks', order: 'none', pageSize: PAGE, byOffset: true },
    question: LIBRARY_QUESTIONS.savedAudiobooks,
    query: {},
    entry: { kind: 'audiobook', under: [] },
  },
  FOLLOWED,
  ...charts('tracks', QUESTIONS.topTracks, { kind: 'track', under: [] }),
  ...charts('artists', QUESTIONS.topArtists, { kind: 'artist', under: [] }),
];

/** @see https://developer.spotify.com/documentation/web-api/tutorials/february-2026-migration-guide */
export const library: LibraryShape = {
  lists: LISTS.map(({ list }) => list),
  hasPlaylists: true,
  scopes: [...new Set([...LISTS.flatMap(({ question }) => question.scopes), ...LIBRARY_QUESTIONS.playlists.scopes])],
  writes: {
    scopes: [...new Set(Object.values(CHANGES).flatMap(({ scopes }) => scopes))],
    lists: ['tracks', 'albums', 'shows', 'episodes', 'audiobooks', 'artists'],
    saveAtOnce: 40,
    insertAtOnce: 100,
  },
};

export function createLibrary({ ask }: SpotifyApi): LibraryReads {
  return {
    async list(name, at, options) {
      const known = LISTS.find(({ list }) => list.name === name);
      if (!known) throw nothingLike(`Spotify has no list "${name}".`);
      const { list, question, query, entry } = known;
      if (known === FOLLOWED) {
        const asked = { ...query, limit: PAGE, ...(at === null ? {} : { after: at }) };
        return followed(asObject((await ask(question, asked, options))['artists']) ?? {}, at);
      }
      const offset = offsetOf(at, PAGE);
      if (list.order === 'chart' && offset > 0) throw nothingLike('Of a chart there is the first part alone.');
      const body = await ask(question, { ...query, limit: PAGE, offset }, options);
      const page = pageOf(body, offset, (raw) => toEntry(raw, entry));
      return list.order === 'chart' ? { ...page, next: null } : page;
    },
    async playlists(at, options) {
      const offset = offsetOf(at, PLAYLIST_PAGE);
      const body = await ask(LIBRARY_QUESTIONS.playlists, { limit: PLAYLIST_PAGE, offset }, options);
      return pageOf(body, offset, toPlaylist);
    },
    async playlistEntries(id, at, options) {
      const offset = offsetOf(at, PLAYLIST_PAGE);
      const query = { ...EPISODES_TOO, limit: PLAYLIST_PAGE, offset };
      const body = await ask(playlistEntriesQuestion(id), query, options);
      return pageOf(body, offset, (raw) => toEntry(raw, PLAYLIST_ENTRY));
    },
    async playlistVersion(id, options) {
      const version = asText((await ask(playlistQuestion(id), { fields: 'snapshot_id' }, options))['snapshot_id']);
      if (version !== '') return version;
      throw new ProviderError('upstream_error', {
        message: 'Spotify told a playlist without its version.',
        remedy: 'Nothing to do here: the next read tries again.',
      });
    },
  };
}

/** Where the next part begins is worked out here: Spotify's own `next` has led to addresses that it refuses. */
function pageOf<Entry>(body: Wire, offset: number, toOne: (raw: unknown) => Entry): LibraryPage<Entry> {
  const entries = asList(body['items']).map(toOne);
  const total = asCount(body['total']);
  return { entries, total, next: partAfter(offset, PAGE, entries.length, total) };
}

/** A page of the followed artists, which begins after the artist that `at` names. */
function followed(body: Wire, at: string | null): LibraryPage<ReturnType<typeof toEntry>> {
  const entries = asList(body['items']).map((raw) => toEntry(raw, FOLLOWED.entry));
  const after = asText(asObject(body['cursors'])?.['after']);
  const isLast = body['next'] === null || entries.length === 0 || after === '' || after === at;
  return { entries, total: asCount(body['total']), next: isLast ? null : after };
}
