import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { ISO, json, useHarness } from '../support/harness.js';

const harness = useHarness();

describe('lists', () => {
  it.each([1, 2, 10, 50])('/recent-tracks?limit=%i has exactly so many, the running song first', async (limit) => {
    const { status, body } = await json(harness.shared, `/recent-tracks?limit=${limit}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ source: 'last.fm', limit });
    const { items } = body as { items: { nowPlaying: boolean; playedAt: string | null }[] };
    expect(items).toHaveLength(limit);
    expect(items.map(({ nowPlaying }) => nowPlaying)).toEqual([true, ...Array<boolean>(limit - 1).fill(false)]);
    expect(items.map(({ playedAt }) => playedAt === null)).toEqual([true, ...Array<boolean>(limit - 1).fill(false)]);
  });

  it('has ten without a limit', async () => {
    const { body } = await json(harness.shared, '/recent-tracks');
    expect((body as { items: unknown[] }).items).toHaveLength(10);
  });

  it('is a list of one when the history is one play', async () => {
    await harness.stage.scenario('one');
    const service = await harness.freshService();
    const { body } = await json(service, '/recent-tracks');
    expect((body as { items: unknown[] }).items).toHaveLength(1);
  });

  it('is empty, not an error, when there is no history', async () => {
    await harness.stage.scenario('empty');
    const service = await harness.freshService();
    expect((await json(service, '/recent-tracks')).body).toEqual({ source: 'last.fm', limit: 10, items: [] });
  });

  it.each([
    ['/top/tracks?period=overall&limit=5', ['rank', 'title', 'artist', 'playcount', 'songUrl', 'imageUrl'], 'overall'],
    ['/top/artists?limit=5', ['rank', 'name', 'playcount', 'url', 'imageUrl'], '7day'],
    ['/top/albums?period=12month&limit=5', ['rank', 'title', 'artist', 'playcount', 'url', 'imageUrl'], '12month'],
  ])('%s', async (path, fields, period) => {
    const { status, body } = await json(harness.shared, path);
    expect(status).toBe(200);
    expect(body).toMatchObject({ source: 'last.fm', period, derived: false });
    const { items } = body as { items: Record<string, unknown>[] };
    expect(items).toHaveLength(5);
    for (const item of items) expect(Object.keys(item).sort()).toEqual([...fields].sort());
    expect(items.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
  });

  it('/loved-tracks and /profile', async () => {
    const loved = await json(harness.shared, '/loved-tracks?limit=3');
    expect(loved.body).toMatchObject({ source: 'last.fm' });
    const { items } = loved.body as { items: Record<string, unknown>[] };
    expect(items).toHaveLength(3);
    expect(Object.keys(items[0] ?? {}).sort()).toEqual(['artist', 'imageUrl', 'lovedAt', 'songUrl', 'title']);
    expect((await json(harness.shared, '/profile')).body).toEqual({
      source: 'last.fm',
      name: 'Ada',
      displayName: expect.any(String),
      url: expect.stringMatching(/^https:/),
      imageUrl: expect.anything(),
      playcount: expect.any(Number),
      artistCount: expect.any(Number),
      trackCount: expect.any(Number),
      albumCount: expect.any(Number),
      registeredAt: expect.stringMatching(ISO),
    });
  });
});

describe('GET /summary', () => {
  it('has all parts as bare lists', async () => {
    const { status, body } = await json(harness.shared, '/summary?period=1month&limit=4');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      source: 'last.fm',
      period: '1month',
      profile: { name: 'Ada' },
      currentlyPlaying: { isPlaying: true },
      errors: [],
    });
    for (const part of ['recentTracks', 'topTracks', 'topArtists', 'topAlbums'])
      expect(Reflect.get(Object(body), part)).toHaveLength(4);
  });

  it('serves what it has, and names the part that failed', async () => {
    await harness.stage.scenario('backend-failed', { method: 'user.gettopalbums' });
    const service = await harness.freshService();
    const { status, body } = await json(service, '/summary');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      topAlbums: null,
      errors: [{ part: 'topAlbums', code: 'upstream_error', stale: false }],
    });
    expect((body as { topTracks: unknown[] }).topTracks).toHaveLength(10);
  });

  it('does not say of one song that it plays and of another that it ran, while the song changes', async () => {
    const song = (title: string) => ({ track: { artist: 'The Night Ferry', title, album: 'Harbour Lights' } });
    await harness.stage.scenario('playing', song('Salt'));
    const service = await harness.freshService();
    await json(service, '/summary?limit=3');
    await harness.stage.scenario('playing', song('Tide'));
    const seen: { playing: string; running: string[]; entries: number }[] = [];
    await eventually(async () => {
      const { body } = await json(service, '/summary?limit=3');
      const { currentlyPlaying, recentTracks } = body as {
        currentlyPlaying: { title: string };
        recentTracks: { title: string; nowPlaying: boolean }[];
      };
      const running = recentTracks.filter(({ nowPlaying }) => nowPlaying).map(({ title }) => title);
      seen.push({ playing: currentlyPlaying.title, running, entries: recentTracks.length });
      expect(currentlyPlaying.title).toBe('Tide');
    });
    for (const { playing, running, entries } of seen) {
      expect([[], [playing]]).toContainEqual(running);
      expect(entries).toBe(3);
    }
  });

  it('fetches its parts side by side', async () => {
    await harness.stage.scenario('slow', { ms: 600 });
    const service = await harness.freshService();
    const start = Date.now();
    const { body } = await json(service, '/summary');
    // Five parts one after the other would take three seconds, and be given up after two and a half.
    expect(Date.now() - start).toBeLessThan(2_500);
    expect(body).toMatchObject({ errors: [] });
  });
});

describe('HTTP', () => {
  const ROUTES = [
    '/currently-playing',
    '/recent-tracks',
    '/top/tracks',
    '/top/artists',
    '/top/albums',
    '/loved-tracks',
    '/profile',
    '/endpoints',
    '/openapi.json',
    '/docs',
  ];

  it('says how long what plays, lists and charts may be kept, and for how long while the service is away', async () => {
    const of = async (path: string): Promise<[age: number, rules: string | null]> => {
      const { headers } = await json(harness.shared, path);
      return [Number(headers.get('age')), headers.get('cache-control')];
    };
    expect(await of('/currently-playing')).toEqual([
      0,
      'public, max-age=2, s-maxage=4, stale-while-revalidate=30, stale-if-error=600',
    ]);
    // Age is taken off max-age.
    const kept = (seconds: number, away: number): string =>
      `public, max-age=${seconds}, stale-while-revalidate=60, stale-if-error=${away}`;
    const [recentAge, recent] = await of('/recent-tracks?limit=7');
    expect(recent).toBe(kept(recentAge + 10, 600));
    const [chartAge, chart] = await of('/top/artists?limit=7');
    expect(chart).toBe(kept(chartAge + 60, 86_400));
  });

  it.each(ROUTES)(
    '%s has validators, cache rules and CORS, answers HEAD, and 304 to every form of If-None-Match',
    async (path) => {
      const answer = await fetch(harness.shared.url + path, { headers: { origin: 'https://blog.example' } });
      await answer.text();
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('cache-control')).toMatch(/^public, max-age=\d+/);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      // A song may end in between: then the next answer has another tag, and the question begins anew.
      await eventually(async () => {
        const first = await fetch(harness.shared.url + path);
        await first.text();
        const current = first.headers.get('etag') ?? '';
        expect(current).toMatch(/^"[\w-]+"$/);
        for (const known of [current, `W/${current}`, `"other", ${current}`, '*']) {
          const again = await json(harness.shared, path, { headers: { 'if-none-match': known } });
          expect(again.status).toBe(304);
          expect(again.headers.get('etag')).toBe(current);
        }
        const head = await fetch(harness.shared.url + path, { method: 'HEAD' });
        expect(head.status).toBe(200);
        expect(head.headers.get('etag')).toBe(current);
      });
      const other = await fetch(harness.shared.url + path, { headers: { 'if-none-match': '"other"' } });
      expect(other.status).toBe(200);
    },
  );

  it('answers an OPTIONS that is no preflight', async () => {
    const answer = await fetch(`${harness.shared.url}/currently-playing`, { method: 'OPTIONS' });
    await answer.text();
    expect(answer.status).toBe(204);
  });

  it('answers a preflight', async () => {
    const answer = await fetch(`${harness.shared.url}/currently-playing`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://blog.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'if-none-match',
      },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-methods')).toBe('GET, HEAD');
  });
});
