import { isRecord } from '../../control/parameters.js';
import type { Answer } from '../../faults/answer.js';
import { kindOf } from '../library/library.js';
import type { PlaylistEntry } from '../library/playlist-content.js';
import type { Playlist } from '../library/playlists.js';
import { apiError, forbidden, jsonAnswer } from '../reply.js';
import type { Ask, Endpoint } from './ask.js';
import { withPlaylist } from './playlist-endpoints.js';
import { itemCounts, playlistShape } from './playlist-shapes.js';

/** The endpoints that change playlists. */
export const playlistChangeEndpoints: readonly Endpoint[] = [
  { method: 'POST', path: 'me/playlists', scopes: [], answer: create },
  {
    method: 'POST',
    path: 'playlists/{id}/items',
    scopes: [],
    answer: (ask) => changed(ask, 201, (bag) => inserted(ask, bag)),
  },
  {
    method: 'PUT',
    path: 'playlists/{id}/items',
    scopes: [],
    answer: (ask) => changed(ask, 200, (bag) => ('range_start' in bag ? moved(bag) : replaced(ask, bag))),
  },
  {
    method: 'DELETE',
    path: 'playlists/{id}/items',
    scopes: [],
    answer: (ask) => changed(ask, 200, removed),
  },
];

const maxUris = 100;

type Bag = Readonly<Record<string, unknown>>;
type Edit = (entries: PlaylistEntry[]) => PlaylistEntry[];

function create(ask: Ask): Answer {
  const bag = isRecord(ask.body) ? ask.body : {};
  const { name, description, public: isPublic, collaborative } = bag;
  if (typeof name !== 'string' || name === '') return apiError(400, 'Missing required field: name');
  if (!mayModify(ask, isPublic !== false)) return apiError(403, 'Insufficient client scope');
  const { library, nowMs } = ask.world;
  const playlist = library.playlists.create({
    name,
    description: typeof description === 'string' ? description : null,
    collaborative: collaborative === true,
    public: isPublic !== false,
  });
  library.lists.playlist.add(playlist.uri, nowMs);
  const shape = playlistShape(ask.look, playlist, itemCounts(ask.look, playlist), {
    followers: { href: null, total: 0 },
  });
  return jsonAnswer(201, shape);
}

function changed(ask: Ask, status: number, editOf: (bag: Bag) => Edit | null): Answer {
  return withPlaylist(ask, (playlist: Playlist) => {
    if (!playlist.isOurs) return forbidden;
    if (!mayModify(ask, playlist.public !== false)) return apiError(403, 'Insufficient client scope');
    const uris = ask.query.get('uris');
    const inQuery = uris === null ? {} : { uris: uris.split(',').filter((uri) => uri !== '') };
    const edit = editOf({ ...inQuery, ...(isRecord(ask.body) ? ask.body : {}) });
    if (edit === null) return apiError(400, 'Invalid request body');
    const { snapshotId } = ask.world.library.playlists.change(playlist.id, edit);
    return jsonAnswer(status, { snapshot_id: snapshotId });
  });
}

function mayModify({ scopes }: Ask, isPublic: boolean): boolean {
  return scopes.includes(isPublic ? 'playlist-modify-public' : 'playlist-modify-private');
}

function inserted(ask: Ask, bag: Bag): Edit | null {
  const entries = newEntries(ask, bag['uris']);
  const { position } = bag;
  if (entries === null || entries.length === 0) return null;
  if (position !== undefined && !isPlace(position)) return null;
  return (present) => present.toSpliced(position ?? present.length, 0, ...entries);
}

function replaced(ask: Ask, bag: Bag): Edit | null {
  const entries = newEntries(ask, bag['uris']);
  return entries === null ? null : () => entries;
}

/** `range_start`, `insert_before` and `range_length` as they count in the list before the move. */
function moved({ range_start: start, insert_before: before, range_length: length = 1 }: Bag): Edit | null {
  if (!isPlace(start) || !isPlace(before) || !isPlace(length)) return null;
  return (present) => {
    const range = present.slice(start, start + length);
    const rest = present.toSpliced(start, length);
    return rest.toSpliced(before > start ? Math.max(start, before - range.length) : before, 0, ...range);
  };
}

/** Takes every entry with one of the URIs: positions, which are in the reference, are passed over since May 2024. */
function removed(bag: Bag): Edit | null {
  const given = Array.isArray(bag['items']) ? bag['items'] : bag['tracks'];
  if (!Array.isArray(given) || given.length === 0 || given.length > maxUris) return null;
  const everywhere = new Set<string>();
  for (const one of given) {
    // A file of one's own has no URI that this endpoint knows.
    if (!isRecord(one) || typeof one['uri'] !== 'string' || kindOf(one['uri']) === null) return null;
    everywhere.add(one['uri']);
  }
  return (present) => present.filter(({ uri }) => uri === null || !everywhere.has(uri));
}

function newEntries({ world }: Ask, uris: unknown): PlaylistEntry[] | null {
  if (!Array.isArray(uris) || uris.length > maxUris) return null;
  const entries: PlaylistEntry[] = [];
  for (const uri of uris) {
    const isKnown = typeof uri === 'string' && (kindOf(uri) === 'track' || kindOf(uri) === 'episode');
    if (!isKnown) return null;
    const id = uri.split(':')[2] ?? '';
    if (world.discography.songById(id) === null && world.talk.episodeById(id) === null) return null;
    entries.push({ uri, addedMs: Math.floor(world.nowMs / 1000) * 1000 });
  }
  return entries;
}

function isPlace(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
