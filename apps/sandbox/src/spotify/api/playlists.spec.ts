import { beforeEach, describe, expect, it } from 'vitest';
import { pick, pickKeys, pickList, pickNumber } from '../../testing/pick.js';
import { spotifyUnderTest } from '../../testing/spotify-under-test.js';

const sandbox = await spotifyUnderTest();

beforeEach(async () => {
  await sandbox.control('POST', '/reset');
});

async function mine(): Promise<readonly unknown[]> {
  return pickList(await sandbox.json('me/playlists?limit=50'), 'items');
}

async function idAt(place: number): Promise<string> {
  return String(pick((await mine())[place], 'id'));
}

async function items(id: string, more = '&additional_types=track,episode'): Promise<unknown[]> {
  const found: unknown[] = [];
  for (;;) {
    const page = await sandbox.json(`playlists/${id}/items?limit=50&offset=${found.length}${more}`);
    found.push(...pickList(page, 'items'));
    if (pick(page, 'next') === null) return found;
  }
}

const uri = (entry: unknown): unknown => pick(entry, 'item', 'uri');

describe('the list of playlists', () => {
  it('has its oddities', async () => {
    const list = await mine();
    expect(list).toHaveLength(25);
    expect(list[7]).toBeNull();
    expect(pick(list[1], 'images')).toBeNull();
    expect(pick(list[1], 'items', 'total')).toBe(0);
    expect(pick(list[3], 'name')).toBe(pick(list[4], 'name'));
    expect(pick(list[3], 'id')).not.toBe(pick(list[4], 'id'));
    expect(new Set(list.map((one) => pick(one, 'owner', 'id'))).size).toBeGreaterThan(2);
    const descriptions = list.map((one) => pick(one, 'description'));
    expect(descriptions).toContain(null);
    expect(descriptions).toContain('');
    expect(descriptions.some((text) => /&amp;.*&#x27;/.test(String(text)))).toBe(true);
    expect(new Set(list.map((one) => pick(one, 'public')))).toEqual(new Set([true, false, null, undefined]));
  });

  it.each([
    ['limit=51', 'Invalid limit'],
    ['offset=100001', 'Invalid offset'],
  ])('refuses %s', async (query, message) => {
    const response = await sandbox.get(`me/playlists?${query}`);
    expect([response.status, await response.json()]).toEqual([400, { error: { status: 400, message } }]);
  });

  it('names a next page that development mode does not have', async () => {
    const next = String(pick(await sandbox.json('me/playlists?limit=10'), 'next'));
    expect(next).toBe(`${sandbox.spotify.apiUrl}/users/ada1815.sandbox/playlists?offset=10&limit=10`);
    const path = next.slice(sandbox.spotify.apiUrl.length + 1);
    expect((await sandbox.get(path)).status).toBe(403);
    await sandbox.switches({ mode: 'extended' });
    expect(await sandbox.json(path)).toEqual(await sandbox.json('me/playlists?limit=10&offset=10'));
  });

  it.each([
    ['dev2026', ['items'], ['item']],
    ['extended', ['tracks', 'items'], ['track', 'item']],
    ['legacy', ['tracks'], ['track']],
  ])('%s says %o', async (mode, lists, entries) => {
    await sandbox.switches({ mode });
    const kept = (keys: readonly string[], of: readonly string[]): string[] => keys.filter((key) => of.includes(key));
    const [first] = await mine();
    expect(kept(pickKeys(first), ['items', 'tracks'])).toEqual(lists);
    const whole = await sandbox.json(`playlists/${String(pick(first, 'id'))}`);
    expect(kept(pickKeys(whole), ['items', 'tracks'])).toEqual(lists);
    for (const list of lists) {
      const path = `playlists/${String(pick(first, 'id'))}/${list}`;
      expect(pick(whole, list, 'href')).toContain(path);
      expect(kept(pickKeys(whole, list, 'items', 0), ['item', 'track'])).toEqual(entries);
      expect(pickList(whole, list, 'items')).toHaveLength(100);
      const [usual, most] = list === 'tracks' ? [100, 100] : [20, 50];
      expect(pickNumber(await sandbox.json(path), 'limit')).toBe(usual);
      expect((await sandbox.get(`${path}?limit=${most}`)).status).toBe(200);
      expect((await sandbox.get(`${path}?limit=${most + 1}`)).status).toBe(400);
    }
  });
});

describe('the items', () => {
  it('come without holes, with everything that can be among them', async () => {
    const id = await idAt(0);
    const found = await items(id);
    expect(found).toHaveLength(260);
    expect(pickNumber(await sandbox.json(`playlists/${id}/items`), 'total')).toBe(260);
    const first = await sandbox.json(`playlists/${id}?additional_types=track,episode`);
    expect(pickList(first, 'items', 'items')).toEqual(found.slice(0, 100));
    const kinds = found.map((entry) => {
      const item = pick(entry, 'item');
      return item === null ? 'null' : pick(entry, 'is_local') === true ? 'local' : String(pick(item, 'type'));
    });
    for (const kind of ['null', 'local', 'episode', 'track']) expect(kinds).toContain(kind);
    expect(pick(found[0], 'added_at')).toBeNull();
    expect(pick(found[0], 'added_by')).toBeNull();
    expect(found.some((entry) => pick(entry, 'is_local') === true && pick(entry, 'item', 'album', 'name') === '')).toBe(
      true,
    );
    for (const entry of found.filter(
      (one) => pick(one, 'item', 'type') === 'track' && pick(one, 'is_local') === false,
    )) {
      expect(pick(entry, 'item')).toMatchObject({ track: true, episode: false, is_playable: true });
    }
  });

  it('hide episodes from a client that does not ask for them', async () => {
    const id = await idAt(0);
    const [asked, unasked] = [await items(id), await items(id, '')];
    const place = asked.findIndex((entry) => pick(entry, 'item', 'type') === 'episode');
    expect(pick(asked[place], 'item')).toMatchObject({ episode: true, track: false });
    expect(pick(unasked[place], 'item')).toMatchObject({
      type: 'track',
      uri: uri(asked[place]),
      album: { type: 'album' },
    });
  });

  it('of others can be read only where they are shared, and in no development mode', async () => {
    const [followed, shared] = [await idAt(2), await idAt(5)];
    const refused = await sandbox.get(`playlists/${followed}/items`);
    expect([refused.status, await refused.text()]).toEqual([
      403,
      '{"error": {"status": 403, "message": "Forbidden" } }',
    ]);
    expect(pickKeys(await sandbox.json(`playlists/${followed}`))).not.toContain('items');
    expect((await sandbox.get(`playlists/${shared}/items`)).status).toBe(200);
    await sandbox.switches({ mode: 'extended' });
    expect((await sandbox.get(`playlists/${followed}/items`)).status).toBe(200);
  });

  it('of a playlist that does not exist are not found', async () => {
    const response = await sandbox.get(`playlists/${'0'.repeat(22)}`);
    expect([response.status, await response.json()]).toEqual([
      404,
      { error: { status: 404, message: 'Resource not found' } },
    ]);
  });
});

describe('changing playlists', () => {
  async function snapshot(id: string): Promise<unknown> {
    return pick(await sandbox.json(`playlists/${id}`), 'snapshot_id');
  }

  async function created(): Promise<string> {
    const response = await sandbox.send('POST', 'me/playlists', {
      name: 'Løse ender',
      public: false,
      description: 'x',
    });
    expect(response.status).toBe(201);
    return String(pick(await response.json(), 'id'));
  }

  async function songs(count: number): Promise<unknown[]> {
    return pickList(await sandbox.json(`me/tracks?limit=${count}`), 'items').map((item) => pick(item, 'track', 'uri'));
  }

  it('a new one is empty and on top', async () => {
    const id = await created();
    const list = await mine();
    expect(list).toHaveLength(26);
    expect(list[0]).toMatchObject({ id, name: 'Løse ender', public: false, images: null, items: { total: 0 } });
    expect((await sandbox.send('POST', 'me/playlists', {})).status).toBe(400);
  });

  it('items are added, moved, removed and replaced, each with a new snapshot', async () => {
    const id = await created();
    const [a, b, c, d] = await songs(4);
    const path = `playlists/${id}/items`;
    const snapshots = new Set([await snapshot(id)]);
    const becomes = async (method: string, body: unknown, expected: readonly unknown[]): Promise<void> => {
      const response = await sandbox.send(method, path, body);
      expect(response.status).toBe(method === 'POST' ? 201 : 200);
      const said = pick(await response.json(), 'snapshot_id');
      expect(said).toBe(await snapshot(id));
      expect(snapshots.has(said)).toBe(false);
      snapshots.add(said);
      expect((await items(id)).map(uri)).toEqual(expected);
    };
    await becomes('POST', { uris: [a, b] }, [a, b]);
    await becomes('POST', { uris: [c, a], position: 1 }, [a, c, a, b]);
    await becomes('PUT', { range_start: 0, insert_before: 4 }, [c, a, b, a]);
    await becomes('PUT', { range_start: 2, range_length: 2, insert_before: 0 }, [b, a, c, a]);
    await becomes('DELETE', { items: [{ uri: a, positions: [3] }] }, [b, c]);
    await becomes('DELETE', { tracks: [{ uri: b }] }, [c]);
    await becomes('PUT', { uris: [d, d] }, [d, d]);
    const [entry] = await items(id);
    expect(Date.parse(String(pick(entry, 'added_at')))).toBe(sandbox.clock.nowMs);
  });

  it('refuses bad bodies, playlists of others and a token without the scope', async () => {
    const [own, followed] = [await created(), await idAt(3)];
    const [a] = await songs(1);
    for (const body of [
      {},
      { uris: [] },
      { uris: ['x'] },
      { uris: [`spotify:track:${'0'.repeat(22)}`] },
      { uris: Array.from({ length: 101 }, () => a) },
    ]) {
      expect((await sandbox.send('POST', `playlists/${own}/items`, body)).status).toBe(400);
    }
    expect((await sandbox.send('POST', `playlists/${followed}/items`, { uris: [a] })).status).toBe(403);
    const { accessToken } = await sandbox.tokens({ scopes: ['playlist-modify-public'] });
    const refused = await sandbox.send('POST', `playlists/${own}/items`, { uris: [a] }, accessToken);
    expect(await refused.json()).toEqual({ error: { status: 403, message: 'Insufficient client scope' } });
  });

  it('can be done by the controls, between two pages too', async () => {
    const id = await idAt(0);
    const [before, found] = [await snapshot(id), await items(id)];
    const [a] = await songs(1);
    const changed = await sandbox.set('POST', `/spotify/playlists/${id}`, { remove: [0, 2], add: [a] });
    expect(changed).toEqual({ snapshotId: await snapshot(id), total: 259 });
    expect(await snapshot(id)).not.toBe(before);
    expect((await items(id)).map(uri)).toEqual([...found.filter((_, at) => at !== 0 && at !== 2).map(uri), a]);
    expect((await sandbox.control('POST', '/spotify/playlists/none', {})).status).toBe(404);
  });
});
