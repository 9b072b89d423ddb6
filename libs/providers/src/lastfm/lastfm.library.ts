import {
  type EntryKind,
  type LibraryEntry,
  type LibraryList,
  type LibraryReads,
  type LibraryShape,
  type Period,
  type ReadOptions,
} from '#listening';
import { nothingLike, offsetOf, partAfter } from '../list-part.js';
import { type Wire, asObject } from '../wire.js';
import { QUESTIONS, type Query, type Question } from './lastfm.questions.js';
import { asCount, asList, asMoment, asName, asText, asUrl } from './lastfm.wire.js';

/** It would send up to a thousand; the larger a part and the deeper in the list, the likelier its backend fails. */
const PAGE = 200;

/** A list, and how Last.fm is asked for it. */
interface KnownList {
  list: LibraryList;
  question: Question;
  query: Query;
  /** Also the key under which its entries stand. */
  kind: EntryKind;
}

const SPANS: Readonly<Record<Period, { span: string; days?: number }>> = {
  overall: { span: 'all time' },
  '7day': { span: 'the last seven days', days: 7 },
  '1month': { span: 'the last month', days: 30 },
  '3month': { span: 'the last three months', days: 91 },
  '6month': { span: 'the last six months', days: 182 },
  '12month': { span: 'the last year', days: 365 },
};

function charts(of: string, question: Question, kind: EntryKind): KnownList[] {
  return Object.entries(SPANS).map(([period, { span, ...days }]) => ({
    list: {
      name: `top_${of}_${period}`,
      title: `Top ${of} of ${span}`,
      order: 'chart',
      ...days,
      pageSize: PAGE,
      byOffset: false,
    },
    question,
    query: { period },
    kind,
  }));
}

const LISTS: readonly KnownList[] = [
  {
    list: { name: 'loved_tracks', title: 'Loved tracks', order: 'newest', pageSize: PAGE, byOffset: true },
    question: QUESTIONS.lovedTracks,
    query: {},
    kind: 'track',
  },
  ...charts('tracks', QUESTIONS.topTracks, 'track'),
  ...charts('artists', QUESTIONS.topArtists, 'artist'),
  ...charts('albums', QUESTIONS.topAlbums, 'album'),
];

export const library: LibraryShape = {
  lists: LISTS.map(({ list }) => list),
  hasPlaylists: false,
  scopes: [],
  writes: null,
};

type Call = (question: Question, query: Query, options?: ReadOptions) => Promise<Wire>;

export function createLibrary(call: Call): LibraryReads {
  const noPlaylists = () => Promise.reject(nothingLike('Last.fm has no playlists.'));
  return {
    async list(name, at, options) {
      const known = LISTS.find(({ list }) => list.name === name);
      if (!known) throw nothingLike(`Last.fm has no list "${name}".`);
      const { list, question, query, kind } = known;
      const offset = offsetOf(at, PAGE);
      if (list.order === 'chart' && offset > 0) throw nothingLike('Of a chart there is the first part alone.');
      const body = await call(question, { ...query, limit: PAGE, page: offset / PAGE + 1 }, options);
      const found = asObject(body[question.list]);
      const entries = asList(found?.[kind]).map((raw) => toEntry(raw, kind));
      const total = asCount(asObject(found?.['@attr'])?.['total']);
      return { entries, total, next: list.order === 'chart' ? null : partAfter(offset, PAGE, entries.length, total) };
    },
    playlists: noPlaylists,
    playlistEntries: noPlaylists,
    playlistVersion: noPlaylists,
  };
}

/** Nothing at Last.fm has an id of its own: what it is, its page and the names say. */
function toEntry(raw: unknown, kind: EntryKind): LibraryEntry {
  const entry = asObject(raw) ?? {};
  const name = asText(entry['name']);
  const artist = asName(entry['artist']);
  const seconds = asCount(entry['duration']);
  return {
    kind: name === '' ? 'gone' : kind,
    uri: null,
    name,
    artists: artist === '' ? [] : [artist],
    album: null,
    isrc: null,
    upc: null,
    durationMs: seconds === null || seconds === 0 ? null : seconds * 1000,
    releaseDate: null,
    url: asUrl(entry['url']),
    addedAt: asMoment(asObject(entry['date'])?.['uts']),
    addedBy: null,
    playcount: asCount(entry['playcount']),
  };
}
