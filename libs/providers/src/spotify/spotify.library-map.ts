import { ENTRY_KINDS, type EntryKind, type LibraryEntry, type LibraryPlaylist } from '#listening';
import { type Wire, asObject } from '../wire.js';
import {
  asCount,
  asIsrc,
  asMoment,
  asNameList,
  asPage,
  asReleaseDate,
  asText,
  asUnescaped,
  asUpc,
} from './spotify.wire.js';

/** What a list is of, and where in an entry of it that stands. */
export interface EntryShape {
  kind: EntryKind;
  /** The keys that it is looked for under, in this order; none when the entry is the thing itself. */
  under: readonly string[];
}

/** In playlists `item` since 2026, `track` before, both for some apps; in a track of a playlist `track` is a mere `true`. */
export const PLAYLIST_ENTRY: EntryShape = { kind: 'track', under: ['item', 'track'] };

/** An entry of a list, whatever it is: what is null or has lost its name keeps its place as `gone`. */
export function toEntry(raw: unknown, { kind, under }: EntryShape): LibraryEntry {
  const entry = asObject(raw) ?? {};
  const found = under.map((key) => asObject(entry[key])).find((subject) => subject !== null);
  const subject = under.length === 0 ? entry : (found ?? {});
  const album = asObject(subject['album']);
  const show = asObject(subject['show']);
  const is = kindOf(subject, kind);
  const externalIds = asObject(subject['external_ids']);
  return {
    kind: is,
    uri: asText(subject['uri']) || null,
    name: asText(subject['name']),
    artists: makersOf(subject, show),
    album: asText(album?.['name']) || asText(show?.['name']) || null,
    isrc: asIsrc(externalIds?.['isrc']),
    upc: is === 'album' ? asUpc(externalIds?.['upc']) : null,
    durationMs: asCount(subject['duration_ms']) || null,
    releaseDate: asReleaseDate(subject['release_date']) ?? asReleaseDate(album?.['release_date']),
    url: asPage(subject['external_urls']),
    addedAt: asMoment(entry['added_at']),
    addedBy: asText(asObject(entry['added_by'])?.['id']) || null,
    playcount: null,
  };
}

function kindOf(subject: Wire, listed: EntryKind): EntryKind {
  const uri = asText(subject['uri']);
  if (subject['is_local'] === true || uri.startsWith('spotify:local:')) return 'local';
  if (asText(subject['name']) === '') return 'gone';
  // In lists of tracks an episode can come in the guise of one.
  if (uri.startsWith('spotify:episode:')) return 'episode';
  return ENTRY_KINDS.find((kind) => kind === subject['type']) ?? listed;
}

/** Artists, authors, or the publisher, which apps in development mode are not told. */
function makersOf(subject: Wire, show: Wire | null): string[] {
  const people = [...asNameList(subject['artists']), ...asNameList(subject['authors'])];
  const publisher = asText(subject['publisher']) || asText(show?.['publisher']);
  return people.length > 0 || publisher === '' ? people : [publisher];
}

/** A playlist as lists of playlists have it; null for one that Spotify tells nothing about. */
export function toPlaylist(raw: unknown): LibraryPlaylist | null {
  const playlist = asObject(raw);
  const id = asText(playlist?.['id']);
  if (!playlist || id === '') return null;
  const owner = asObject(playlist['owner']);
  const ownerId = asText(owner?.['id']);
  const contents = asObject(playlist['items']) ?? asObject(playlist['tracks']);
  return {
    id,
    uri: asText(playlist['uri']) || `spotify:playlist:${id}`,
    name: asText(playlist['name']),
    description: asUnescaped(playlist['description']),
    owner: { id: ownerId, name: asText(owner?.['display_name']) || ownerId },
    isPublic: typeof playlist['public'] === 'boolean' ? playlist['public'] : null,
    isCollaborative: playlist['collaborative'] === true,
    version: asText(playlist['snapshot_id']),
    total: asCount(contents?.['total']),
    url: asPage(playlist['external_urls']),
  };
}
