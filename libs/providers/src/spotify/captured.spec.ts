import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ListeningProvider } from '#listening';
import { at, listAt } from '#listening/testing';
import { PLAYLIST_ENTRY, toEntry, toPlaylist } from './spotify.library-map.js';
import { NOW, type Said, listening } from './testing/spotify-server.js';

const captured = process.env['CAPTURED_BODIES'] ?? '';

/** What apps in development mode do not get, wherever it stands. */
const FIELDS_GONE = new Set([
  'available_markets',
  'album_group',
  'country',
  'email',
  'explicit_content',
  'followers',
  'genres',
  'label',
  'linked_from',
  'popularity',
  'product',
  'publisher',
]);

/** A body of an app with extended quota as an app in development mode gets it: fewer fields, and `item` without `track`. */
function inDevelopmentMode(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(inDevelopmentMode);
  if (typeof body !== 'object' || body === null) return body;
  const hasBoth = at(body, 'item') !== undefined && at(body, 'track') !== undefined;
  const kept = Object.entries(body).filter(([key]) => !FIELDS_GONE.has(key) && !(hasBoth && key === 'track'));
  return Object.fromEntries(kept.map(([key, value]) => [key, inDevelopmentMode(value)]));
}

/** As it was before 2026: `track` without `item`. */
function asBefore(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(asBefore);
  if (typeof body !== 'object' || body === null) return body;
  const hasBoth = at(body, 'item') !== undefined && at(body, 'track') !== undefined;
  const kept = Object.entries(body).filter(([key]) => !(hasBoth && key === 'item'));
  return Object.fromEntries(kept.map(([key, value]) => [key, asBefore(value)]));
}

const SHAPES: readonly (readonly [string, (body: unknown) => unknown])[] = [
  ['as it came', (body) => body],
  ['in development mode', inDevelopmentMode],
  ['as before 2026', asBefore],
];

function namesOf(artists: unknown): string {
  return (Array.isArray(artists) ? artists : []).map((artist) => String(at(artist, 'name'))).join(', ');
}

/** The widest picture of up to 640 px; a few old ones are wider. */
function pictureOf(holder: unknown): unknown {
  const images = at(holder, 'images');
  const fitting = (Array.isArray(images) ? images : []).filter((image) => Number(at(image, 'width')) <= 640);
  return at(fitting, 0, 'url') ?? null;
}

function pageOf(thing: unknown): unknown {
  return at(thing, 'external_urls', 'spotify') ?? null;
}

async function checkTrackOn(provider: ListeningProvider, body: unknown): Promise<void> {
  const item = at(body, 'item');
  expect(await provider.nowPlaying()).toEqual({
    kind: 'track',
    title: at(item, 'name'),
    artist: namesOf(at(item, 'artists')),
    album: at(item, 'album', 'name'),
    albumImageUrl: pictureOf(at(item, 'album')),
    songUrl: pageOf(item),
    durationMs: at(item, 'duration_ms'),
    startedAt: new Date(NOW - Number(at(body, 'progress_ms'))),
  });
}

async function checkEpisodeOn(provider: ListeningProvider, body: unknown): Promise<void> {
  const item = at(body, 'item');
  expect(await provider.nowPlaying()).toEqual({
    kind: 'episode',
    title: at(item, 'name'),
    artist: at(item, 'show', 'name'),
    album: '',
    albumImageUrl: pictureOf(item),
    songUrl: pageOf(item),
    durationMs: at(item, 'duration_ms'),
    startedAt: new Date(NOW - Number(at(body, 'progress_ms'))),
  });
}

async function checkHistory(provider: ListeningProvider, body: unknown): Promise<void> {
  expect(await provider.recentTracks({ limit: 50 })).toEqual(
    listAt(body, 'items').map((entry) => ({
      title: at(entry, 'track', 'name'),
      artist: namesOf(at(entry, 'track', 'artists')),
      album: at(entry, 'track', 'album', 'name'),
      albumImageUrl: pictureOf(at(entry, 'track', 'album')),
      songUrl: pageOf(at(entry, 'track')),
      nowPlaying: false,
      playedAt: new Date(String(at(entry, 'played_at'))),
    })),
  );
}

async function checkTopTracks(provider: ListeningProvider, body: unknown): Promise<void> {
  const raw = listAt(body, 'items');
  const { items, derivation } = await provider.topTracks({ period: '6month', limit: 48 });
  expect(derivation).toBeNull();
  expect(items).toEqual(
    raw.map((track, index) => ({
      rank: index + 1,
      title: at(track, 'name'),
      artist: namesOf(at(track, 'artists')),
      playcount: null,
      songUrl: pageOf(track),
      imageUrl: pictureOf(at(track, 'album')),
    })),
  );
  const albums = await provider.topAlbums({ period: '6month', limit: 50 });
  expect(albums.items.length).toBe(new Set(raw.map((track) => at(track, 'album', 'id'))).size);
  const known = new Set(raw.map((track) => at(track, 'album', 'name')));
  for (const { title } of albums.items) expect(known).toContain(title);
}

async function checkTopArtists(provider: ListeningProvider, body: unknown): Promise<void> {
  const { items } = await provider.topArtists({ period: '6month', limit: 48 });
  expect(items).toEqual(
    listAt(body, 'items').map((artist, index) => ({
      rank: index + 1,
      name: at(artist, 'name'),
      playcount: null,
      url: pageOf(artist),
      imageUrl: pictureOf(artist),
    })),
  );
}

async function checkSavedTracks(provider: ListeningProvider, body: unknown, shaped: unknown): Promise<void> {
  await checkSavedList(provider, ['tracks', 'track'], body, shaped);
  expect(await provider.lovedTracks({ limit: 48 })).toEqual(
    listAt(body, 'items').map((entry) => ({
      title: at(entry, 'track', 'name'),
      artist: namesOf(at(entry, 'track', 'artists')),
      songUrl: pageOf(at(entry, 'track')),
      imageUrl: pictureOf(at(entry, 'track', 'album')),
      lovedAt: new Date(String(at(entry, 'added_at'))),
    })),
  );
}

async function checkProfile(provider: ListeningProvider, body: unknown): Promise<void> {
  expect(await provider.profile()).toMatchObject({
    name: at(body, 'id'),
    displayName: at(body, 'display_name'),
    url: pageOf(body),
    imageUrl: pictureOf(body),
    playcount: null,
  });
}

/** What a thing is in a library, from the body as it came. */
function libraryEntryOf(thing: unknown, entry: unknown, artists: unknown) {
  const isrc = at(thing, 'external_ids', 'isrc');
  const addedAt = at(entry, 'added_at');
  return {
    kind: at(thing, 'is_local') === true ? 'local' : at(thing, 'type'),
    uri: at(thing, 'uri'),
    name: at(thing, 'name'),
    artists,
    // Of a file of their own it can be empty.
    album: (at(thing, 'album', 'name') ?? at(thing, 'show', 'name') ?? null) || null,
    isrc: typeof isrc === 'string' ? isrc.toUpperCase() : null,
    upc: null,
    durationMs: at(thing, 'duration_ms') ?? null,
    releaseDate: at(thing, 'album', 'release_date') ?? at(thing, 'release_date') ?? null,
    url: pageOf(thing),
    addedAt: typeof addedAt === 'string' ? new Date(addedAt) : null,
    addedBy: at(entry, 'added_by', 'id') ?? null,
    playcount: null,
  };
}

function listOf(artists: unknown): unknown[] {
  return (Array.isArray(artists) ? artists : []).map((artist) => at(artist, 'name'));
}

async function checkSavedList(
  provider: ListeningProvider,
  [list, kind]: readonly ['tracks' | 'shows', 'track' | 'show'],
  body: unknown,
  shaped: unknown,
): Promise<void> {
  const page = await provider.library?.list(list, null);
  const publishers = listAt(shaped, 'items').map((entry) => at(entry, kind, 'publisher'));
  expect(page?.total).toBe(at(body, 'total'));
  expect(page?.entries).toEqual(
    listAt(body, 'items').map((entry, index) => {
      const publisher = publishers[index];
      const makers = typeof publisher === 'string' ? [publisher.trim()] : [];
      const artists = at(entry, kind, 'artists');
      return libraryEntryOf(at(entry, kind), entry, artists === undefined ? makers : listOf(artists));
    }),
  );
}

async function checkFollowed(provider: ListeningProvider, body: unknown): Promise<void> {
  expect(await provider.library?.list('artists', null)).toEqual({
    entries: listAt(body, 'artists', 'items').map((artist) => libraryEntryOf(artist, {}, [])),
    total: at(body, 'artists', 'total'),
    next: at(body, 'artists', 'cursors', 'after'),
  });
}

async function checkPlaylists(provider: ListeningProvider, body: unknown): Promise<void> {
  const page = await provider.library?.playlists(null);
  expect(page).toMatchObject({ total: at(body, 'total'), next: '50' });
  expect(page?.entries).toEqual(listAt(body, 'items').map(playlistOf));
}

function playlistOf(playlist: unknown) {
  const description = at(playlist, 'description');
  const escaped = typeof description === 'string' ? description.trim() : '';
  return {
    id: at(playlist, 'id'),
    uri: at(playlist, 'uri'),
    name: String(at(playlist, 'name')).trim(),
    description: escaped
      .replaceAll('&#x27;', "'")
      .replaceAll('&#x2F;', '/')
      .replaceAll('&quot;', '"')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&'),
    owner: { id: at(playlist, 'owner', 'id'), name: at(playlist, 'owner', 'display_name') },
    isPublic: at(playlist, 'public'),
    isCollaborative: at(playlist, 'collaborative'),
    version: at(playlist, 'snapshot_id'),
    total: at(playlist, 'items', 'total') ?? at(playlist, 'tracks', 'total'),
    url: pageOf(playlist),
  };
}

async function checkPlaylistEntries(provider: ListeningProvider, body: unknown): Promise<void> {
  const page = await provider.library?.playlistEntries('1Cp6VQCKf2VL4sP09jN9oX', null);
  expect(page).toEqual({ entries: entriesIn(body), total: at(body, 'total'), next: null });
}

function entriesIn(body: unknown): unknown[] {
  return listAt(body, 'items').map((entry) => {
    const thing = at(entry, 'item') ?? at(entry, 'track');
    return libraryEntryOf(thing, entry, listOf(at(thing, 'artists')));
  });
}

/** A whole playlist, with the first of its entries inside. */
function checkPlaylist(_: ListeningProvider, body: unknown, shaped: unknown): Promise<void> {
  expect(toPlaylist(shaped)).toEqual(playlistOf(body));
  const shown = at(shaped, 'items') ?? at(shaped, 'tracks');
  const entries = listAt(shown, 'items').map((entry) => toEntry(entry, PLAYLIST_ENTRY));
  expect(entries.length).toBeGreaterThan(0);
  expect(entries).toEqual(entriesIn(at(body, 'items') ?? at(body, 'tracks')));
  return Promise.resolve();
}

async function checkNotFound(provider: ListeningProvider): Promise<void> {
  await expect(provider.library?.playlistVersion('1')).rejects.toMatchObject({ code: 'forbidden' });
  await expect(provider.profile()).rejects.toMatchObject({ name: 'ProviderError', code: 'upstream_error' });
}

async function checkRateLimit(provider: ListeningProvider): Promise<void> {
  await expect(provider.nowPlaying()).rejects.toMatchObject({ code: 'upstream_rate_limited' });
}

/** `body` as it came; `shaped` is what the provider got. */
type Check = (provider: ListeningProvider, body: unknown, shaped: unknown) => Promise<void>;

/** How each file is checked. */
const CHECKS: Readonly<Record<string, Check>> = {
  'current_playing_track.json': checkTrackOn,
  'playback_1.json': checkTrackOn,
  'playback_episode_1.json': checkEpisodeOn,
  'recently_played_tracks.json': checkHistory,
  'top_tracks.json': checkTopTracks,
  'top_artists.json': checkTopArtists,
  'saved_tracks.json': checkSavedTracks,
  'current_user.json': checkProfile,
  'saved_shows.json': (provider, body, shaped) => checkSavedList(provider, ['shows', 'show'], body, shaped),
  'followed_artists.json': checkFollowed,
  'current_user_playlist_1.json': checkPlaylists,
  'playlist_1.json': checkPlaylist,
  'playlist_2.json': checkPlaylist,
  'playlist_items.json': checkPlaylistEntries,
  'playlist_not_found.json': checkNotFound,
  'rate_limit.json': checkRateLimit,
};

const STATUS: Readonly<Record<string, number>> = { 'playlist_not_found.json': 404, 'rate_limit.json': 429 };

describe('captured answers of Spotify', () => {
  if (captured === '') {
    it('are left out, because CAPTURED_BODIES does not name their folder', () => {
      expect(captured).toBe('');
    });
    return;
  }
  const folder = join(captured, 'spotify');
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));

  it('are all there, and none is left out in silence', () => {
    expect(files.sort()).toEqual(Object.keys(CHECKS).sort());
  });

  describe.each(files)('%s', (file) => {
    it.each(SHAPES)('%s', async (_, shape) => {
      const check = CHECKS[file];
      if (!check) throw new Error(`Nothing here knows how to check ${file}: add it to CHECKS.`);
      const raw: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      const body = shape(raw);
      const said: Said = { status: STATUS[file] ?? 200, body: JSON.stringify(body) };
      const isHistory = file.startsWith('recently_played');
      const { provider } = await listening(({ path, query }) => {
        if (isHistory && path.endsWith('currently-playing')) return { status: 204, body: '' };
        // One page was captured; what comes after it is empty.
        return Number(query['offset'] ?? '0') > 0 ? { body: '{"items":[]}' } : said;
      });
      // The mapping of every shape is compared with the body as it came: what is dropped must not matter.
      await check(provider, raw, body);
    });
  });
});
