import { beforeEach, describe, expect, it } from 'vitest';
import { pick, pickKeys, pickList, pickNumber } from '../../testing/pick.js';
import { spotifyUnderTest } from '../../testing/spotify-under-test.js';

const sandbox = await spotifyUnderTest();
const now = 'me/player/currently-playing?additional_types=track,episode';

beforeEach(async () => {
  await sandbox.control('POST', '/reset');
  await sandbox.control('PUT', '/clock', { offsetMs: 0 });
});

describe('what plays', () => {
  it('is what Last.fm says too, at every moment', async () => {
    for (const offsetMs of [0, 500_000, 3_500_000]) {
      const listener = pick(await sandbox.set('PUT', '/clock', { offsetMs }), 'listener');
      const playing = await sandbox.json(now);
      expect(pick(playing, 'item', 'name')).toBe(pick(listener, 'title'));
      expect(pick(playing, 'item', 'artists', 0, 'name')).toBe(pick(listener, 'artist'));
      const startMs = pickNumber(listener, 'startMs');
      expect(playing).toMatchObject({
        is_playing: true,
        currently_playing_type: 'track',
        timestamp: startMs,
        progress_ms: sandbox.clock.nowMs + offsetMs - startMs,
      });
      expect(pickNumber(playing, 'item', 'duration_ms')).toBe(pickNumber(listener, 'endMs') - startMs);
      expect(await sandbox.json('me/player')).toMatchObject({
        item: pick(playing, 'item'),
        device: { is_active: true },
      });
    }
  });

  it('has covers that can be fetched', async () => {
    const url = String(pick(await sandbox.json(now), 'item', 'album', 'images', 0, 'url'));
    expect((await fetch(url)).headers.get('content-type')).toBe('image/png');
  });

  it('playing: the song that a person describes', async () => {
    await sandbox.apiScenario('playing', { track: { artist: 'A', title: '<T>', album: 'B' } });
    const first = await sandbox.json(now);
    expect(first).toMatchObject({ progress_ms: 0, item: { name: '<T>', album: { name: 'B' }, duration_ms: 240_000 } });
    await sandbox.set('PUT', '/clock', { offsetMs: 250_000 });
    expect(await sandbox.json(now)).toMatchObject({ progress_ms: 10_000, item: pick(first, 'item') });
  });

  it('paused: the song stays where it was', async () => {
    const before = await sandbox.json(now);
    await sandbox.apiScenario('paused');
    for (const offsetMs of [0, 600_000]) {
      await sandbox.set('PUT', '/clock', { offsetMs });
      const frozen = { item: pick(before, 'item'), progress_ms: pick(before, 'progress_ms') };
      expect(await sandbox.json(now)).toMatchObject({ is_playing: false, ...frozen });
    }
  });

  it.each(['me/player', now])('idle: %s has no body', async (path) => {
    await sandbox.apiScenario('idle');
    const response = await sandbox.get(path);
    expect([response.status, await response.text()]).toEqual([204, '']);
  });

  it.each([
    ['ad', { currently_playing_type: 'ad', item: null }],
    ['unknown-item', { currently_playing_type: 'unknown', item: null }],
    ['episode-null-item', { currently_playing_type: 'episode', item: null }],
    ['null-progress', { progress_ms: null, currently_playing_type: 'track' }],
    ['no-context', { context: null, currently_playing_type: 'track' }],
  ])('%s', async (scenario, expected) => {
    await sandbox.apiScenario(scenario);
    expect(await sandbox.json(now)).toMatchObject(expected);
    expect(await sandbox.json('me/player?additional_types=episode')).toMatchObject(expected);
  });

  it('episode: only for a client that asks for episodes', async () => {
    await sandbox.apiScenario('episode');
    const playing = await sandbox.json(now);
    expect(playing).toMatchObject({ currently_playing_type: 'episode', context: { type: 'show' } });
    expect(pick(playing, 'item', 'show', 'uri')).toBe(pick(playing, 'context', 'uri'));
    const unasked = await sandbox.json('me/player/currently-playing');
    expect(unasked).toMatchObject({ currently_playing_type: 'episode', item: null });
  });

  it('chapter: an episode that is of a book', async () => {
    await sandbox.apiScenario('chapter');
    expect(await sandbox.json(now)).toMatchObject({
      currently_playing_type: 'episode',
      item: {
        type: 'episode',
        uri: expect.stringMatching(/^spotify:episode:/),
        release_date: '0000',
        languages: [''],
        show: { total_episodes: null, is_externally_hosted: null },
      },
    });
  });

  it('local-file: nothing but names', async () => {
    await sandbox.apiScenario('local-file');
    expect(pick(await sandbox.json(now), 'item')).toEqual({
      album: {
        album_type: null,
        artists: [],
        external_urls: {},
        href: null,
        id: null,
        images: [],
        name: '',
        release_date: null,
        release_date_precision: null,
        type: 'album',
        uri: null,
      },
      artists: [{ external_urls: {}, href: null, id: null, name: 'The Home Band', type: 'artist', uri: null }],
      disc_number: 0,
      duration_ms: 273_000,
      explicit: false,
      external_ids: {},
      external_urls: {},
      href: null,
      id: null,
      is_local: true,
      name: 'Demo 3 (loud)',
      preview_url: null,
      track_number: 0,
      type: 'track',
      uri: 'spotify:local:The+Home+Band::Demo+3+%28loud%29:273',
    });
  });

  it('private-session: only the player says so', async () => {
    await sandbox.apiScenario('private-session');
    expect(pick(await sandbox.json('me/player'), 'device', 'is_private_session')).toBe(true);
    expect(pickKeys(await sandbox.json(now))).not.toContain('device');
  });

  it('the queue begins with the next song', async () => {
    const queue = await sandbox.json('me/player/queue');
    const endMs = pickNumber(await sandbox.set('GET', ''), 'listener', 'endMs');
    await sandbox.set('PUT', '/clock', { offsetMs: endMs - sandbox.clock.nowMs });
    expect(pick(await sandbox.json(now), 'item', 'uri')).toBe(pick(queue, 'queue', 0, 'uri'));
  });
});

describe('recently played', () => {
  const recent = (query = ''): Promise<unknown> => sandbox.json(`me/player/recently-played${query}`);
  const ends = (list: unknown): number[] =>
    pickList(list, 'items').map((item) => Date.parse(String(pick(item, 'played_at'))));

  it('says when plays ended, newest first, and not what plays', async () => {
    const startMs = pickNumber(await sandbox.set('GET', ''), 'listener', 'startMs');
    const list = await recent('?limit=50');
    const [newest = 0, ...older] = ends(list);
    expect(newest).toBe(startMs);
    for (const [at, endMs] of older.entries()) {
      const later = ends(list)[at] ?? 0;
      expect(endMs).toBe(later - pickNumber(list, 'items', at, 'track', 'duration_ms'));
    }
    expect(pick(list, 'cursors')).toEqual({ after: String(newest), before: String(older.at(-1)) });
    expect(pickList(await recent(), 'items')).toHaveLength(20);
  });

  it('goes fifty plays deep: there is a next page, and nothing on it', async () => {
    const list = await recent('?limit=50');
    expect(pickList(list, 'items')).toHaveLength(50);
    const next = String(pick(list, 'next'));
    expect(next).toContain(`before=${String(pick(list, 'cursors', 'before'))}`);
    expect(await recent(new URL(next).search)).toMatchObject({ items: [], next: null, cursors: null, limit: 50 });
  });

  it('can be read backward and forward without holes', async () => {
    const whole = ends(await recent('?limit=50'));
    const walk = async (query: string): Promise<number[]> => {
      const list = await recent(query);
      const next = pick(list, 'next');
      return typeof next === 'string' ? [...ends(list), ...(await walk(new URL(next).search))] : ends(list);
    };
    expect(await walk('?limit=7')).toEqual(whole);
    const forward = await walk(`?limit=7&after=${whole[40] ?? 0}`);
    expect(forward.toSorted((left, right) => right - left)).toEqual(whole.slice(0, 40));
  });

  it('moves on with every song', async () => {
    const before = ends(await recent('?limit=50'));
    const endMs = pickNumber(await sandbox.set('GET', ''), 'listener', 'endMs');
    await sandbox.set('PUT', '/clock', { offsetMs: endMs - sandbox.clock.nowMs });
    expect(ends(await recent('?limit=50'))).toEqual([endMs, ...before.slice(0, 49)]);
  });

  it.each(['?limit=51', '?limit=0', '?limit=x', '?after=1&before=2', '?after=soon'])('refuses %s', async (query) => {
    expect((await sandbox.get(`me/player/recently-played${query}`)).status).toBe(400);
  });

  it('new-account: empty, with null for the cursors', async () => {
    await sandbox.apiScenario('new-account');
    expect(await recent('?limit=50')).toMatchObject({ items: [], next: null, cursors: null, limit: 50 });
    expect(await sandbox.json('me/top/tracks')).toMatchObject({ items: [], total: 0, next: null });
    expect((await sandbox.get('me/player')).status).toBe(204);
  });
});

describe('top lists', () => {
  it.each(['tracks', 'artists'])('%s: the same ranks as Last.fm for the same days', async (what) => {
    const method = what === 'tracks' ? 'user.getTopTracks' : 'user.getTopArtists';
    const list = what === 'tracks' ? ['toptracks', 'track'] : ['topartists', 'artist'];
    const theirs = pickList(await sandbox.read({ method, period: '12month', limit: '20' }), ...list);
    const ours = pickList(await sandbox.json(`me/top/${what}?time_range=long_term&limit=20`), 'items');
    expect(ours.map((item) => pick(item, 'name'))).toEqual(theirs.map((item) => pick(item, 'name')));
  });

  it('have ranges of their own, and medium_term when none is asked for', async () => {
    const names = async (query: string): Promise<unknown[]> =>
      pickList(await sandbox.json(`me/top/tracks?limit=50${query}`), 'items').map((item) => pick(item, 'name'));
    const [short, medium, long] = [
      await names('&time_range=short_term'),
      await names('&time_range=medium_term'),
      await names('&time_range=long_term'),
    ];
    expect(short).not.toEqual(medium);
    expect(medium).not.toEqual(long);
    expect(await names('')).toEqual(medium);
    expect((await sandbox.get('me/top/tracks?time_range=week')).status).toBe(400);
  });
});
