import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ListeningProvider } from '#listening';
import { at, listAt } from '#listening/testing';
import { entriesOf, toLovedTracks } from './spotify.map.js';
import { asObject } from './spotify.wire.js';
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

async function checkSavedTracks(provider: ListeningProvider, body: unknown): Promise<void> {
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

/** No read of ours has playlists, but their entries are read as saved tracks are: wrapped, with a date. */
function checkEntries(list: (body: unknown) => unknown): Check {
  return (_, body, shaped) => {
    const tracks = toLovedTracks(entriesOf(asObject(list(shaped)) ?? {}));
    const raw = listAt(list(body), 'items');
    expect(tracks.length).toBeGreaterThan(0);
    expect(tracks).toEqual(
      raw.map((entry) => {
        const track = at(entry, 'item') ?? at(entry, 'track');
        return {
          title: at(track, 'name'),
          artist: namesOf(at(track, 'artists')) || at(track, 'show', 'name'),
          songUrl: pageOf(track),
          imageUrl: pictureOf(at(track, 'album')) ?? pictureOf(track),
          lovedAt: new Date(String(at(entry, 'added_at'))),
        };
      }),
    );
    return Promise.resolve();
  };
}

async function checkNotFound(provider: ListeningProvider): Promise<void> {
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
  'playlist_1.json': checkEntries((body) => at(body, 'items') ?? at(body, 'tracks')),
  'playlist_2.json': checkEntries((body) => at(body, 'items') ?? at(body, 'tracks')),
  'playlist_items.json': checkEntries((body) => body),
  'playlist_not_found.json': checkNotFound,
  'rate_limit.json': checkRateLimit,
};

/** Files of a library of which nothing is read yet. */
const WITHOUT_READER = ['current_user_playlist_1.json', 'followed_artists.json', 'saved_shows.json'];

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
    expect(files.sort()).toEqual([...Object.keys(CHECKS), ...WITHOUT_READER].sort());
  });

  describe.each(files.filter((file) => !WITHOUT_READER.includes(file)))('%s', (file) => {
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
