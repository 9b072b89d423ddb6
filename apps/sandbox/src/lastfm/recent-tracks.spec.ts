import { describe, expect, it } from 'vitest';
import { pick, pickKeys, pickList, pickNumber } from '../testing/pick.js';
import { sandboxUnderTest } from '../testing/sandbox-under-test.js';

const sandbox = await sandboxUnderTest();

async function recent(parameters: Readonly<Record<string, string>>): Promise<unknown> {
  return pick(await sandbox.read({ method: 'user.getRecentTracks', ...parameters }), 'recenttracks');
}

function isPlaying(entry: unknown): boolean {
  return pick(entry, '@attr', 'nowplaying') === 'true';
}

function startsOf(list: unknown): number[] {
  return pickList(list, 'track')
    .filter((entry) => !isPlaying(entry))
    .map((entry) => pickNumber(entry, 'date', 'uts'));
}

describe('user.getRecentTracks', () => {
  it('adds the running song to the entries asked for, on every page', async () => {
    for (const page of ['1', '2', '40']) {
      const entries = pickList(await recent({ limit: '2', page }), 'track');
      expect(entries.map(isPlaying)).toEqual([true, false, false]);
      expect(pick(entries[0], 'date')).toBeUndefined();
    }
  });

  it('pages without holes or duplicates', async () => {
    const pages = await Promise.all(
      ['1', '2', '3', '4', '5'].map(async (page) => startsOf(await recent({ limit: '30', page }))),
    );
    expect(pages.flat()).toEqual(startsOf(await recent({ limit: '150' })));
    expect(new Set(pages.flat()).size).toBe(150);
  });

  it('says its totals as text and keeps the limit at 200', async () => {
    const list = await recent({ limit: '500' });
    const total = pickNumber(list, '@attr', 'total');
    expect(total).toBeGreaterThan(40_000);
    expect(pick(list, '@attr')).toEqual({
      page: '1',
      total: String(total),
      user: 'Ada',
      perPage: '200',
      totalPages: String(Math.ceil(total / 200)),
    });
    expect(startsOf(list)).toHaveLength(200);
    expect(startsOf(await recent({}))).toHaveLength(50);
  });

  it('ends with the first play, and has only the running song after it', async () => {
    const total = pickNumber(await recent({ limit: '200' }), '@attr', 'total');
    const last = Math.ceil(total / 200);
    expect(startsOf(await recent({ limit: '200', page: String(last) })).at(-1)).toBe(Date.UTC(2019, 5, 20, 8) / 1000);
    const beyond = pickList(await recent({ limit: '200', page: String(last + 1) }), 'track');
    expect(beyond.map(isPlaying)).toEqual([true]);
  });

  it('takes from as inclusive and to as exclusive', async () => {
    const starts = startsOf(await recent({ limit: '10' }));
    const [to, from] = [starts[2], starts[6]];
    const list = await recent({ from: String(from), to: String(to) });
    expect(startsOf(list)).toEqual(starts.slice(3, 7));
    expect(pick(list, '@attr', 'total')).toBe('4');
    expect(pickList(list, 'track').map(isPlaying)[0]).toBe(true);
  });

  it('has the artist as a text, or whole with extended=1', async () => {
    const [plain] = pickList(await recent({ limit: '1' }), 'track');
    const [extended] = pickList(await recent({ limit: '1', extended: '1' }), 'track');
    const name = pick(plain, 'artist', '#text');
    expect(name).toBeTypeOf('string');
    expect(pick(plain, 'loved')).toBeUndefined();
    expect(pick(extended, 'artist', 'name')).toBe(name);
    expect(pick(extended, 'artist', '#text')).toBeUndefined();
    expect(pick(extended, 'artist', 'image', 3, '#text')).toContain('2a96cbd8b46e442fc41c2b86b821562f');
    expect(pick(extended, 'loved')).toMatch(/^[01]$/);
    expect(pick(extended, 'album')).toEqual(pick(plain, 'album'));
  });

  it('says with extended=1 which songs are loved, and gives everything the ids that it has elsewhere', async () => {
    const loved = new Set(
      pickList(await sandbox.read({ method: 'user.getLovedTracks', limit: '1000' }), 'lovedtracks', 'track').map(
        (entry) => String(pick(entry, 'url')),
      ),
    );
    const albums = pickList(await sandbox.read({ method: 'user.getTopAlbums', limit: '1000' }), 'topalbums', 'album');
    const albumIds = new Map(albums.map((album) => [String(pick(album, 'url')), pick(album, 'mbid')]));
    const entries = pickList(await recent({ limit: '200', extended: '1' }), 'track');
    for (const entry of entries) {
      expect(pick(entry, 'loved')).toBe(loved.has(String(pick(entry, 'url'))) ? '1' : '0');
      const album = `${String(pick(entry, 'artist', 'url'))}/${String(pick(entry, 'album', '#text')).replaceAll(' ', '+')}`;
      const known = albumIds.get(album);
      if (known !== undefined) expect(pick(entry, 'album', 'mbid')).toBe(known);
    }
    expect(new Set(entries.map((entry) => pick(entry, 'loved')))).toEqual(new Set(['0', '1']));
    expect(entries.some((entry) => pick(entry, 'album', 'mbid') !== '')).toBe(true);
  });

  it('does not keep one order of keys', async () => {
    const entries = pickList(await recent({ limit: '20' }), 'track').slice(1);
    const orders = new Set(entries.map((entry) => pickKeys(entry).join()));
    expect(orders.size).toBeGreaterThan(10);
    expect(new Set(entries.map((entry) => pickKeys(entry).sort().join())).size).toBe(1);
  });

  it.each([{ page: '0' }, { page: '-1' }, { page: '1000001' }, { limit: '0' }, { limit: 'ten' }])(
    'answers %o with error 6 and its empty links',
    async (parameters) => {
      const response = await sandbox.ask({ method: 'user.getRecentTracks', ...parameters });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: 6, links: [] });
    },
  );
});

it.each([{ from: 'noon' }, { to: 'noon' }])('a window of %o is refused', async (parameters) => {
  const response = await sandbox.ask({ method: 'user.getRecentTracks', ...parameters });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: 6 });
});

describe('as songs end', () => {
  it('the running song enters the history, dated at its start, and the total grows by one', async () => {
    const before = await recent({ limit: '1' });
    const state: unknown = await (await sandbox.control('GET', '')).json();
    sandbox.clock.nowMs = pickNumber(state, 'listener', 'endMs') - 1;
    expect(await recent({ limit: '1' })).toEqual(before);

    sandbox.clock.nowMs += 1;
    const after = await recent({ limit: '1' });
    expect(pickNumber(after, '@attr', 'total')).toBe(pickNumber(before, '@attr', 'total') + 1);
    expect(pick(after, 'track', 1, 'name')).toBe(pick(before, 'track', 0, 'name'));
    expect(pickNumber(after, 'track', 1, 'date', 'uts') * 1000).toBe(pickNumber(state, 'listener', 'startMs'));
    expect(pick(after, 'track', 0, 'name')).not.toBe(pick(before, 'track', 0, 'name'));
  });
});
