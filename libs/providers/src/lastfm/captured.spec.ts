import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ListeningProvider } from '#listening';
import { at, listAt } from '#listening/testing';
import { listening } from './testing/lastfm-server.js';

const captured = process.env['CAPTURED_BODIES'] ?? '';

function isOn(entry: unknown): boolean {
  return at(entry, '@attr', 'nowplaying') === 'true';
}

/** The largest picture of a raw entry; null for the star. */
function pictureOf(entry: unknown): unknown {
  const url = at(listAt(entry, 'image').at(-1), '#text');
  return typeof url !== 'string' || url.includes('/2a96cbd8b46e442fc41c2b86b821562f.') ? null : url;
}

function momentOf(seconds: unknown): Date {
  return new Date(Number(seconds) * 1000);
}

async function checkRecent(provider: ListeningProvider, body: unknown): Promise<void> {
  const raw = listAt(body, 'recenttracks', 'track');
  const tracks = await provider.recentTracks({ limit: 50 });
  expect(tracks.length).toBeGreaterThan(0);
  expect(tracks).toEqual(
    raw.map((entry) => ({
      title: at(entry, 'name'),
      artist: at(entry, 'artist', 'name') ?? at(entry, 'artist', '#text'),
      album: at(entry, 'album', '#text'),
      albumImageUrl: pictureOf(entry),
      songUrl: at(entry, 'url'),
      nowPlaying: isOn(entry),
      playedAt: isOn(entry) ? null : momentOf(at(entry, 'date', 'uts')),
    })),
  );
  expect(await provider.recentTracks({ limit: 1 })).toEqual(tracks.slice(0, 1));
  expect((await provider.nowPlaying())?.title).toBe(at(raw.find(isOn), 'name'));
}

/** What the library calls the same charts. */
const CHART_LISTS = {
  topTracks: 'top_tracks_overall',
  topArtists: 'top_artists_overall',
  topAlbums: 'top_albums_overall',
};

async function checkChart(
  read: 'topTracks' | 'topArtists' | 'topAlbums',
  provider: ListeningProvider,
  raw: readonly unknown[],
): Promise<void> {
  await checkLibrary(provider, CHART_LISTS[read], raw);
  const { items, derivation } = await provider[read]({ period: 'overall', limit: 50 });
  expect(derivation).toBeNull();
  expect(items.length).toBeGreaterThan(0);
  expect(items).toEqual(
    raw.map((entry) => {
      const [rank, playcount] = [Number(at(entry, '@attr', 'rank')), Number(at(entry, 'playcount'))];
      const [name, url, imageUrl] = [at(entry, 'name'), at(entry, 'url'), pictureOf(entry)];
      if (read === 'topArtists') return { rank, playcount, name, url, imageUrl };
      const song = { rank, playcount, title: name, artist: at(entry, 'artist', 'name'), imageUrl };
      return read === 'topTracks' ? { ...song, songUrl: url } : { ...song, url };
    }),
  );
}

async function checkLoved(provider: ListeningProvider, body: unknown): Promise<void> {
  await checkLibrary(provider, 'loved_tracks', listAt(body, 'lovedtracks', 'track'));
  expect(await provider.lovedTracks({ limit: 50 })).toEqual(
    listAt(body, 'lovedtracks', 'track').map((entry) => ({
      title: at(entry, 'name'),
      artist: at(entry, 'artist', 'name'),
      songUrl: at(entry, 'url'),
      imageUrl: pictureOf(entry),
      lovedAt: momentOf(at(entry, 'date', 'uts')),
    })),
  );
}

/** Any of the lists, as the library has it. */
async function checkLibrary(provider: ListeningProvider, list: string, raw: readonly unknown[]): Promise<void> {
  const { entries = [] } = (await provider.library?.list(list, null)) ?? {};
  expect(entries.length).toBeGreaterThan(0);
  expect(entries).toMatchObject(
    raw.map((entry) => ({
      name: at(entry, 'name'),
      artists: [at(entry, 'artist', 'name') ?? []].flat(),
      url: at(entry, 'url'),
      addedAt: at(entry, 'date') === undefined ? null : momentOf(at(entry, 'date', 'uts')),
      playcount: at(entry, 'playcount') === undefined ? null : Number(at(entry, 'playcount')),
    })),
  );
}

async function checkProfile(provider: ListeningProvider, body: unknown): Promise<void> {
  const user = at(body, 'user');
  const count = (name: string) => (at(user, name) === undefined ? null : Number(at(user, name)));
  expect(await provider.profile()).toEqual({
    name: at(user, 'name'),
    displayName: at(user, 'realname') === '' ? at(user, 'name') : at(user, 'realname'),
    url: at(user, 'url'),
    imageUrl: pictureOf(user),
    playcount: count('playcount'),
    artistCount: count('artist_count'),
    trackCount: count('track_count'),
    albumCount: count('album_count'),
    registeredAt: momentOf(at(user, 'registered', '#text')),
  });
}

async function checkNotFound(provider: ListeningProvider): Promise<void> {
  const reading = provider.profile();
  await expect(reading).rejects.toMatchObject({ name: 'ProviderError', code: 'provider_not_configured' });
  await expect(reading).rejects.toHaveProperty('remedy', expect.stringContaining('LASTFM_USERNAME'));
}

type Check = (provider: ListeningProvider, body: unknown) => Promise<void>;

/** How each file is checked. A file that is not here fails: none is left out in silence. */
const CHECKS: Readonly<Record<string, Check>> = {
  'user.getRecentTracks.json': checkRecent,
  'user.getRecentTracks.extended.json': checkRecent,
  'user.getTopTracks.json': (provider, body) => checkChart('topTracks', provider, listAt(body, 'toptracks', 'track')),
  'user.getTopArtists.json': (provider, body) =>
    checkChart('topArtists', provider, listAt(body, 'topartists', 'artist')),
  'user.getTopAlbums.json': (provider, body) => checkChart('topAlbums', provider, listAt(body, 'topalbums', 'album')),
  'user.getLovedTracks.json': checkLoved,
  'user.getInfo.json': checkProfile,
  'user.getInfo.not-found.json': checkNotFound,
};

/** Whose data a raw body is. */
function accountOf(body: unknown): string {
  const lists = typeof body === 'object' && body !== null ? Object.values(body) : [];
  const names = [...lists.map((list: unknown) => at(list, '@attr', 'user')), at(body, 'user', 'name')];
  return names.filter((name) => typeof name === 'string')[0] ?? 'nobody-in-particular';
}

describe('captured answers of Last.fm', () => {
  if (captured === '') {
    it('are left out, because CAPTURED_BODIES does not name their folder', () => {
      expect(captured).toBe('');
    });
    return;
  }
  const folder = join(captured, 'lastfm');
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));

  it('are all there', () => {
    expect(files.sort()).toEqual(Object.keys(CHECKS).sort());
  });

  it.each(files)('%s', async (file) => {
    const check = CHECKS[file];
    if (!check) throw new Error(`Nothing here knows how to check ${file}: add it to CHECKS.`);
    const text = readFileSync(join(folder, file), 'utf8');
    const body: unknown = JSON.parse(text);
    const status = file.includes('not-found') ? 404 : 200;
    const { provider } = await listening(accountOf(body), { status, body: text });
    await check(provider, body);
  });
});
