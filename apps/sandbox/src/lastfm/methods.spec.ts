import { describe, expect, it } from 'vitest';
import { pick, pickList, pickNumber } from '../testing/pick.js';
import { apiKey, sandboxUnderTest } from '../testing/sandbox-under-test.js';

const sandbox = await sandboxUnderTest();
const star = '2a96cbd8b46e442fc41c2b86b821562f';
const everyCall = [
  { method: 'user.getRecentTracks' },
  { method: 'user.getTopTracks' },
  { method: 'user.getTopArtists', period: '1month' },
  { method: 'user.getTopAlbums', period: '7day' },
  { method: 'user.getLovedTracks' },
  { method: 'user.getInfo' },
];

describe('the same seed and time', () => {
  it('give the same bytes; another seed gives others', async () => {
    const twin = await sandboxUnderTest();
    const other = await sandboxUnderTest({ seed: 8 });
    for (const call of everyCall) {
      // Pictures carry the address of the sandbox that was asked.
      const bytes = async (of: typeof sandbox): Promise<string> =>
        (await (await of.ask(call)).text()).replaceAll(of.url, 'http://sandbox');
      expect(await bytes(twin)).toBe(await bytes(sandbox));
      expect(await bytes(other)).not.toBe(await bytes(sandbox));
    }
  });
});

describe('top lists', () => {
  it.each([
    ['user.getTopTracks', 'toptracks', 'track'],
    ['user.getTopArtists', 'topartists', 'artist'],
    ['user.getTopAlbums', 'topalbums', 'album'],
  ])('%s ranks by playcount over all pages, and counts more overall than in a week', async (method, list, entry) => {
    const of = async (period: string, page: string): Promise<readonly unknown[]> =>
      pickList(await sandbox.read({ method, period, page, limit: '20' }), list, entry);
    const week = [...(await of('7day', '1')), ...(await of('7day', '2'))];
    const overall = await of('overall', '1');
    expect(week.map((one) => pick(one, '@attr', 'rank'))).toEqual(week.map((_, index) => String(index + 1)));
    const counts = week.map((one) => pickNumber(one, 'playcount'));
    expect(counts).toEqual(counts.toSorted((left, right) => right - left));
    expect(pickNumber(overall[0], 'playcount')).toBeGreaterThan(pickNumber(week[0], 'playcount'));
    expect(overall).toEqual(pickList(await sandbox.read({ method, limit: '20' }), list, entry));
  });

  it.each([
    ['7day', 7],
    ['1month', 30],
    ['3month', 90],
    ['6month', 180],
    ['12month', 365],
  ])('count in %s the plays of %d days', async (period, days) => {
    const from = String(sandbox.clock.nowMs / 1000 - days * 86_400);
    const recent = await sandbox.read({ method: 'user.getRecentTracks', from, limit: '1' });
    const list = await sandbox.read({ method: 'user.getTopTracks', period, limit: '1000' });
    const counts = pickList(list, 'toptracks', 'track').map((entry) => pickNumber(entry, 'playcount'));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(pickNumber(recent, 'recenttracks', '@attr', 'total'));
  });

  it('have real pictures for albums only, and five sizes for artists', async () => {
    const first = async (method: string, ...path: string[]): Promise<string[]> =>
      pickList(await sandbox.read({ method }), ...path, 0, 'image').map((image) => String(pick(image, '#text')));
    const [tracks, artists, albums] = [
      await first('user.getTopTracks', 'toptracks', 'track'),
      await first('user.getTopArtists', 'topartists', 'artist'),
      await first('user.getTopAlbums', 'topalbums', 'album'),
    ];
    expect([tracks.length, artists.length, albums.length]).toEqual([4, 5, 4]);
    expect([...tracks, ...artists].every((url) => url.includes(star))).toBe(true);
    expect(albums.some((url) => url.includes(star))).toBe(false);
    const cover = await fetch(albums[3] ?? '');
    expect(cover.status).toBe(200);
    expect(cover.headers.get('content-type')).toBe('image/png');
  });

  it('refuse a period that does not exist', async () => {
    const response = await sandbox.ask({ method: 'user.getTopTracks', period: 'week' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 6 });
  });
});

describe('user.getLovedTracks', () => {
  it('is a part of the catalogue, latest first', async () => {
    const list = pick(await sandbox.read({ method: 'user.getLovedTracks', limit: '1000' }), 'lovedtracks');
    const dates = pickList(list, 'track').map((entry) => pickNumber(entry, 'date', 'uts'));
    expect(dates.length).toBeGreaterThan(20);
    expect(pickNumber(list, '@attr', 'total')).toBe(dates.length);
    expect(dates).toEqual(dates.toSorted((left, right) => right - left));
    expect(dates.at(-1)).toBeGreaterThanOrEqual(Date.UTC(2019, 5, 20) / 1000);
    expect(dates[0]).toBeLessThanOrEqual(sandbox.clock.nowMs / 1000);
    const few = pick(await sandbox.read({ method: 'user.getLovedTracks', limit: '5' }), 'lovedtracks');
    expect([pickList(few, 'track').length, pickNumber(few, '@attr', 'total')]).toEqual([5, dates.length]);
  });
});

it('takes the names of parameters in any case', async () => {
  const query = new URLSearchParams({ METHOD: 'user.getInfo', Api_Key: apiKey, FORMAT: 'JSON', User: 'Ada' });
  const answer = await fetch(`${sandbox.url}/2.0/?${query.toString()}`);
  expect(await answer.json()).toMatchObject({ user: { name: 'Ada' } });
});

it.each([
  ['user.getRecentTracks', 'recenttracks', 200],
  ['user.getTopTracks', 'toptracks', 1000],
  ['user.getTopArtists', 'topartists', 1000],
  ['user.getTopAlbums', 'topalbums', 1000],
  ['user.getLovedTracks', 'lovedtracks', 1000],
])('%s gives fifty unless told otherwise, and no more than it gives at most', async (method, list, most) => {
  const perPage = async (more: object): Promise<unknown> =>
    pick(await sandbox.read({ method, ...more }), list, '@attr', 'perPage');
  expect(await perPage({})).toBe('50');
  expect(await perPage({ limit: String(most) })).toBe(String(most));
  expect(await perPage({ limit: String(most + 1) })).toBe(String(most));
  const refused = await sandbox.ask({ method, limit: '0' });
  expect(await refused.json()).toMatchObject({ message: `limit param out of bounds (1-${most})` });
});

describe('user.getInfo', () => {
  it('agrees with the lists and has its one number', async () => {
    const user = pick(await sandbox.read({ method: 'user.getInfo', user: 'aDA' }), 'user');
    const recent = await sandbox.read({ method: 'user.getRecentTracks', limit: '1' });
    const artists = await sandbox.read({ method: 'user.getTopArtists', limit: '1' });
    expect(user).toMatchObject({
      name: 'Ada',
      country: 'None',
      playcount: pick(recent, 'recenttracks', '@attr', 'total'),
      artist_count: pick(artists, 'topartists', '@attr', 'total'),
      registered: { unixtime: '1561017600', '#text': 1_561_017_600 },
    });
  });
});

describe('a question', () => {
  const good = { method: 'user.getInfo', user: 'Ada', api_key: apiKey, format: 'json' };

  it('can be a POST with a form, and its method in any case', async () => {
    const body = new URLSearchParams({ ...good, method: 'USER.GETINFO' });
    const response = await fetch(`${sandbox.url}/2.0/`, { method: 'POST', body });
    expect(pick(await response.json(), 'user', 'name')).toBe('Ada');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each([
    ['no method', { ...good, method: '' }, 400, 6],
    ['an unknown method', { ...good, method: 'user.getEverything' }, 400, 3],
    ['no user', { ...good, user: '' }, 400, 6],
    ['no key', { ...good, api_key: '' }, 403, 10],
    ['a key that is none', { ...good, api_key: 'hunter2' }, 403, 10],
    ['an unknown user', { ...good, user: 'Nobody' }, 404, 6],
  ])('with %s is refused', async (_, question, status, error) => {
    const response = await sandbox.ask(question);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error });
  });

  it('that asks for no format gets XML, for errors too', async () => {
    const found = await sandbox.ask({ method: 'user.getRecentTracks', limit: '1', format: '' });
    expect(found.headers.get('content-type')).toContain('text/xml');
    const xml = await found.text();
    expect(xml).toMatch(/^<\?xml [^>]+>\n<lfm status="ok"><recenttracks [^>]*perPage="1"/);
    expect(xml.match(/<track/g)).toHaveLength(2);
    expect(xml).toMatch(/<date uts="\d+">\d\d \w{3} 2026, \d\d:\d\d<\/date>/);

    const missing = await sandbox.ask({ method: 'user.getInfo', user: 'Nobody', format: '' });
    expect(missing.status).toBe(404);
    expect(await missing.text()).toContain('<lfm status="failed"><error code="6">User not found</error></lfm>');
  });
});
