import { beforeEach, describe, expect, it } from 'vitest';
import { pick, pickKeys, pickList, pickNumber } from '../../testing/pick.js';
import { spotifyUnderTest } from '../../testing/spotify-under-test.js';

const sandbox = await spotifyUnderTest();

beforeEach(async () => {
  await sandbox.control('POST', '/reset');
});

/** All entries of a list, by offsets of our own. */
async function all(path: string, limit = 50): Promise<unknown[]> {
  const items: unknown[] = [];
  for (;;) {
    const page = await sandbox.json(`${path}${path.includes('?') ? '&' : '?'}limit=${limit}&offset=${items.length}`);
    items.push(...pickList(page, 'items'));
    if (pick(page, 'next') === null || pickList(page, 'items').length === 0) {
      expect(items).toHaveLength(pickNumber(page, 'total'));
      return items;
    }
  }
}

const uriOf =
  (kind: string) =>
  (item: unknown): unknown =>
    pick(item, kind, 'uri');

describe('saved lists', () => {
  it('tracks: no holes, no duplicates, newest first', async () => {
    const items = await all('me/tracks');
    expect(items).toHaveLength(1200);
    expect(new Set(items.map(uriOf('track'))).size).toBe(1200);
    const added = items.map((item) => String(pick(item, 'added_at')));
    for (const time of added) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(added).toEqual(added.toSorted().toReversed());
    const titles = items.map((item) => String(pick(item, 'track', 'name')));
    expect(new Set(titles).size).toBeLessThan(1200);
    expect(titles.some((title) => /\p{Script=Han}/u.test(title))).toBe(true);
  });

  it('say where the neighbours are', async () => {
    const page = await sandbox.json('me/tracks?limit=30&offset=30');
    expect(pickKeys(page)).toEqual(['href', 'items', 'limit', 'next', 'offset', 'previous', 'total']);
    expect(pick(page, 'next')).toBe(`${sandbox.spotify.apiUrl}/me/tracks?offset=60&limit=30`);
    expect(pick(page, 'previous')).toBe(`${sandbox.spotify.apiUrl}/me/tracks?offset=0&limit=30`);
    expect(await sandbox.json('me/tracks?offset=5000')).toMatchObject({
      items: [],
      next: null,
      total: 1200,
      limit: 20,
    });
  });

  it.each([
    ['limit=51', 'Invalid limit'],
    ['limit=0', 'Invalid limit'],
    ['limit=x', 'Invalid limit'],
    ['offset=-1', 'Invalid offset'],
  ])('refuse %s', async (query, message) => {
    const response = await sandbox.get(`me/tracks?${query}`);
    expect([response.status, await response.json()]).toEqual([400, { error: { status: 400, message } }]);
  });

  it.each([
    ['me/albums', 'album', 90],
    ['me/shows', 'show', 12],
  ])('%s', async (path, kind, size) => {
    expect(new Set((await all(path)).map(uriOf(kind))).size).toBe(size);
  });

  it('albums hold their songs', async () => {
    const [item] = await all('me/albums');
    const songs = pickList(item, 'album', 'tracks', 'items');
    expect(songs.length).toBe(pickNumber(item, 'album', 'total_tracks'));
    const song = await sandbox.json(`tracks/${String(pick(songs[0], 'id'))}`);
    expect(pick(song, 'album', 'uri')).toBe(pick(item, 'album', 'uri'));
  });

  it('episodes: one of them is dead', async () => {
    const items = await all('me/episodes');
    const dead = items.filter((item) => pick(item, 'episode', 'id') === null);
    expect(items).toHaveLength(30);
    expect(dead.length).toBeGreaterThan(0);
    expect(pick(dead[0], 'episode')).toMatchObject({
      uri: null,
      name: null,
      duration_ms: null,
      languages: [null],
      images: [],
      release_date: '0000',
      show: { name: null },
      resume_point: { fully_played: false, resume_position_ms: 0 },
    });
  });

  it('audiobooks stand bare', async () => {
    const [book] = await all('me/audiobooks');
    expect(pick(book, 'uri')).toMatch(/^spotify:audiobook:/);
    expect(pickKeys(book)).not.toContain('added_at');
  });

  it('followed artists go by a cursor', async () => {
    const ids: unknown[] = [];
    let path = 'me/following?type=artist&limit=25';
    for (;;) {
      const page = await sandbox.json(path);
      ids.push(...pickList(page, 'artists', 'items').map((artist) => pick(artist, 'id')));
      const next = pick(page, 'artists', 'next');
      if (typeof next !== 'string') break;
      expect(pick(page, 'artists', 'cursors', 'after')).toBe(ids.at(-1));
      path = next.slice(sandbox.spotify.apiUrl.length + 1);
    }
    expect(ids).toHaveLength(55);
    expect(new Set(ids).size).toBe(55);
    expect((await sandbox.get('me/following?type=user')).status).toBe(400);
  });

  it('can be huge, and cost what a page costs', async () => {
    await sandbox.set('PUT', '/spotify/library', { tracks: 50_000, playlists: 1000 });
    const before = performance.now();
    const last = await sandbox.json('me/tracks?limit=50&offset=49950');
    const playlists = await sandbox.json('me/playlists?limit=50&offset=950');
    expect(performance.now() - before).toBeLessThan(1000);
    expect(last).toMatchObject({ total: 50_000, next: null });
    expect(pickList(last, 'items')).toHaveLength(50);
    expect(playlists).toMatchObject({ total: 1000, next: null });
    const uris = new Set<unknown>();
    for (let offset = 0; offset < 50_000; offset += 2500) {
      const page = await sandbox.json(`me/tracks?limit=50&offset=${offset}`);
      for (const item of pickList(page, 'items')) uris.add(pick(item, 'track', 'uri'));
    }
    expect(uris.size).toBe(1000);
  });

  it('are the same for the same seed', async () => {
    const [twin, other] = [await spotifyUnderTest(), await spotifyUnderTest({ seed: 8 })];
    const titles = async (of: typeof sandbox): Promise<unknown[]> =>
      pickList(await of.json('me/tracks?limit=50'), 'items').map((item) => pick(item, 'track', 'name'));
    expect(await titles(twin)).toEqual(await titles(sandbox));
    expect(await titles(other)).not.toEqual(await titles(sandbox));
  });
});

describe('changing what is kept', () => {
  const change = (method: string, uris: readonly unknown[]): Promise<Response> =>
    sandbox.send(method, `me/library?uris=${uris.join(',')}`);
  const contains = (uris: readonly unknown[]): Promise<unknown> =>
    sandbox.json(`me/library/contains?uris=${uris.join(',')}`);

  it('removes and adds again, on top', async () => {
    const before = (await all('me/tracks')).map(uriOf('track'));
    const gone = [before[0], before[600], before[601], before[1199]];
    expect((await change('DELETE', gone)).status).toBe(200);
    expect(await contains([...gone, before[1]])).toEqual([false, false, false, false, true]);
    const rest = before.filter((uri) => !gone.includes(uri));
    expect((await all('me/tracks')).map(uriOf('track'))).toEqual(rest);
    await change('PUT', [gone[2], gone[0], rest[0]]);
    expect((await all('me/tracks')).map(uriOf('track'))).toEqual([gone[2], gone[0], ...rest]);
    await change('DELETE', [gone[2]]);
    expect((await all('me/tracks')).map(uriOf('track'))).toEqual([gone[0], ...rest]);
  });

  it('is by kind, each with its scope', async () => {
    const [album] = (await all('me/albums')).map(uriOf('album'));
    const artist = pick(await sandbox.json('me/following?type=artist&limit=1'), 'artists', 'items', 0, 'uri');
    const { accessToken } = await sandbox.tokens({ scopes: ['user-library-modify', 'user-library-read'] });
    expect((await sandbox.send('DELETE', `me/library?uris=${String(album)}`, undefined, accessToken)).status).toBe(200);
    const refused = await sandbox.send('DELETE', `me/library?uris=${String(artist)}`, undefined, accessToken);
    expect([refused.status, await refused.json()]).toEqual([
      403,
      { error: { status: 403, message: 'Insufficient client scope' } },
    ]);
    expect(await contains([album, artist])).toEqual([false, true]);
    await change('DELETE', [artist]);
    expect(await contains([artist])).toEqual([false]);
  });

  it('refuses what is no URI, what does not exist, and more than forty', async () => {
    const [uri] = (await all('me/tracks')).map(uriOf('track'));
    for (const uris of [
      [],
      ['x'],
      ['spotify:track:short'],
      [`spotify:track:${'0'.repeat(22)}`],
      Array.from({ length: 41 }, () => uri),
    ]) {
      expect((await change('PUT', uris)).status).toBe(400);
    }
  });

  it('can be done by the controls, as the listener does in the app', async () => {
    const [first, second] = (await all('me/tracks')).map(uriOf('track'));
    const changed = await sandbox.set('POST', '/spotify/library', { remove: [first], addTracks: 3 });
    expect(pick(changed, 'totals', 'track')).toBe(1202);
    const after = (await all('me/tracks')).map(uriOf('track'));
    expect(after.slice(0, 4)).toEqual([...pickList(changed, 'added'), second]);
    expect((await sandbox.control('POST', '/spotify/library', { addTracks: -1 })).status).toBe(400);
  });
});
