import { beforeEach, describe, expect, it } from 'vitest';
import { pick, pickKeys, pickList, pickNumber } from '../testing/pick.js';
import { sandboxUnderTest } from '../testing/sandbox-under-test.js';

const sandbox = await sandboxUnderTest();
const recentCall = { method: 'user.getRecentTracks', limit: '4' };

async function recent(more: Readonly<Record<string, string>> = {}): Promise<unknown> {
  return pick(await sandbox.read({ ...recentCall, ...more }), 'recenttracks');
}

function playing(list: unknown): readonly unknown[] {
  return pickList(list, 'track').filter((entry) => pick(entry, '@attr', 'nowplaying') === 'true');
}

beforeEach(async () => {
  await sandbox.control('POST', '/reset');
});

describe('scenarios of the account', () => {
  it('idle: only the history', async () => {
    const whole = pickList(await recent(), 'track');
    await sandbox.scenario('idle');
    expect(pickList(await recent(), 'track')).toEqual(whole.slice(1));
  });

  it('playing: this song and no other', async () => {
    const track = { artist: 'A & "B"', title: '<T>', album: 'C' };
    await sandbox.scenario('playing', { track });
    const [entry] = playing(await recent());
    expect(entry).toMatchObject({ name: '<T>', artist: { '#text': 'A & "B"' }, album: { '#text': 'C' } });
    await sandbox.scenario('playing', { track: { artist: 'A', title: 'T' } });
    expect(playing(await recent())[0]).toMatchObject({ name: 'T', album: { '#text': '' } });
  });

  it('scrobbled-early: the running song is the newest of the history too', async () => {
    const total = pickNumber(await recent(), '@attr', 'total');
    await sandbox.scenario('scrobbled-early');
    const list = await recent();
    expect(pick(list, 'track', 1, 'name')).toBe(pick(list, 'track', 0, 'name'));
    expect(pickNumber(list, '@attr', 'total')).toBe(total + 1);
  });

  it('one: an object where a list is usual, in every list', async () => {
    await sandbox.scenario('one');
    const list = await recent();
    expect(pick(list, 'track', 'name')).toBeTypeOf('string');
    expect(pick(list, '@attr', 'total')).toBe('1');
    const top = await sandbox.read({ method: 'user.getTopTracks', period: '7day' });
    expect(pick(top, 'toptracks', 'track', 'name')).toBe(pick(list, 'track', 'name'));
    expect(pick(await sandbox.read({ method: 'user.getInfo' }), 'user', 'playcount')).toBe('1');
  });

  it('one-playing: a list on the first page, and the running song alone on the next', async () => {
    await sandbox.scenario('one-playing');
    expect(pickList(await recent(), 'track')).toHaveLength(2);
    expect(pick(await recent({ page: '2' }), 'track', '@attr', 'nowplaying')).toBe('true');
  });

  it('first-play: the running song alone, and a total of 0', async () => {
    await sandbox.scenario('first-play');
    const list = await recent();
    expect(pick(list, 'track', '@attr', 'nowplaying')).toBe('true');
    expect(pick(list, '@attr', 'total')).toBe('0');
  });

  it('empty: nothing anywhere', async () => {
    await sandbox.scenario('empty');
    expect(await recent()).toMatchObject({ '@attr': { total: '0', totalPages: '0' }, track: [] });
    expect(pick(await sandbox.read({ method: 'user.getTopAlbums' }), 'topalbums', 'album')).toEqual([]);
    expect(pick(await sandbox.read({ method: 'user.getLovedTracks' }), 'lovedtracks', 'track')).toEqual([]);
    expect(await sandbox.read({ method: 'user.getInfo' })).toMatchObject({
      user: { playcount: '0', artist_count: '0' },
    });
  });

  it("other-user: another's name and another's songs", async () => {
    const own = pickList(await recent(), 'track');
    await sandbox.scenario('other-user');
    const list = await recent();
    expect(pick(list, '@attr', 'user')).toBe('Grace');
    expect(pickList(list, 'track')).not.toEqual(own);
    expect(pick(await sandbox.read({ method: 'user.getInfo' }), 'user', 'name')).toBe('Grace');
  });

  it('extended-always: the extended shape unasked', async () => {
    await sandbox.scenario('extended-always');
    expect(pick(await recent(), 'track', 0, 'artist', 'name')).toBeTypeOf('string');
  });
});

describe('scenarios of errors', () => {
  it.each([
    ['key-invalid', 403, 10],
    ['key-suspended', 403, 26],
    ['user-not-found', 404, 6],
    ['user-not-found-200', 200, 6],
    ['rate-limited', 429, 29],
    ['backend-failed', 500, 8],
    ['offline', 503, 11],
    ['unavailable', 503, 16],
    ['error-200', 200, 8],
  ])('%s: status %i with error %i', async (scenario, status, error) => {
    await sandbox.scenario(scenario);
    const response = await sandbox.ask(recentCall);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error });
    expect(response.headers.get('retry-after')).toBeNull();
  });

  it('hidden: recent tracks fail with 17, the rest is well', async () => {
    await sandbox.scenario('hidden');
    const response = await sandbox.ask(recentCall);
    expect([response.status, pick(await response.json(), 'error')]).toEqual([403, 17]);
    expect((await sandbox.ask({ method: 'user.getTopAlbums' })).status).toBe(200);
    expect((await sandbox.ask({ method: 'user.getInfo' })).status).toBe(200);
  });

  it.each([
    [120, '120'],
    ['Wed, 14 Oct 2026 12:00:30 GMT', 'Wed, 14 Oct 2026 12:00:30 GMT'],
  ])('rate-limited: with retryAfter %s', async (retryAfter, header) => {
    await sandbox.scenario('rate-limited', { retryAfter });
    expect((await sandbox.ask(recentCall)).headers.get('retry-after')).toBe(header);
  });

  it('flaky: the share asked for, the same each time', async () => {
    const statuses = async (): Promise<number[]> => {
      await sandbox.scenario('flaky', { rate: 0.4 });
      const seen: number[] = [];
      for (let call = 0; call < 10; call += 1) seen.push((await sandbox.ask(recentCall)).status);
      return seen;
    };
    const first = await statuses();
    expect(first.filter((status) => status === 500)).toHaveLength(4);
    expect(first.filter((status) => status === 200)).toHaveLength(6);
    expect(await statuses()).toEqual(first);
  });

  it('xml-error: XML though JSON was asked for', async () => {
    await sandbox.scenario('xml-error');
    const response = await sandbox.ask(recentCall);
    expect(response.status).toBe(500);
    expect(await response.text()).toContain('<error code="8">');
  });

  it('libre-error: a code within an object', async () => {
    await sandbox.scenario('libre-error');
    expect(await sandbox.read(recentCall)).toEqual({ error: { code: '7', '#text': 'Invalid resource specified' } });
  });
});

describe('scenarios of odd bodies', () => {
  it('odd-dates: one of 1970, one undated', async () => {
    await sandbox.scenario('odd-dates');
    const [running, first, second, third] = pickList(await recent(), 'track');
    expect(pick(running, '@attr', 'nowplaying')).toBe('true');
    expect(pick(first, 'date')).toEqual({ uts: '0', '#text': '01 Jan 1970, 00:00' });
    expect(pick(second, 'date')).toBeUndefined();
    expect(pick(second, '@attr')).toBeUndefined();
    expect(pickNumber(third, 'date', 'uts')).toBeGreaterThan(0);
  });

  it('no-total: the rest of @attr stays', async () => {
    await sandbox.scenario('no-total');
    expect(pickKeys(await recent(), '@attr').sort()).toEqual(['page', 'perPage', 'totalPages', 'user']);
  });

  it('nulls: a hole of each kind', async () => {
    await sandbox.scenario('nulls');
    const [first, second, third, fourth] = pickList(await recent(), 'track');
    expect(pick(first, 'album')).toBeNull();
    expect(pick(second, 'image')).toBeUndefined();
    expect(pick(third, 'mbid')).toBe('');
    expect(pickKeys(fourth, 'artist')).toEqual(['mbid']);
    expect(pick(await sandbox.read({ method: 'user.getTopArtists' }), 'topartists', 'artist', 0, 'image')).toBeNull();
    expect(pick(await sandbox.read({ method: 'user.getInfo' }), 'user', 'image')).toBeNull();
  });
});
