import { describe, expect, it } from 'vitest';
import type { LibraryReads, LibraryWrites } from '#listening';
import { failureOf } from '#listening/testing';
import { library as shape } from './spotify.library.js';
import { NEEDED_SCOPES } from './spotify.questions.js';
import { type Call, type Said, TOKEN, listening } from './testing/spotify-server.js';

const EMPTY: Said = { body: '{"items":[],"total":0,"snapshot_id":"s1","artists":{"items":[],"total":0}}' };
const ID = '1mostly0000000000000001';

function pageOf(entries: number, total: number | null, more: object = {}): Said {
  const items = Array.from({ length: entries }, (_, index) => ({ name: `A ${index}`, uri: `spotify:track:${index}` }));
  return { body: JSON.stringify({ items, total, ...more }) };
}

async function reading(says: (call: Call) => Said | undefined = () => EMPTY) {
  const spotify = await listening(says);
  const { library, libraryWrites: writes } = spotify.provider;
  if (!library || !writes) throw new Error('Spotify has a library.');
  return { ...spotify, library, writes };
}

function refused(status: number, message: string): Said {
  return { status, body: JSON.stringify({ error: { status, message } }) };
}

it('asks of those who link for the listening alone no more than before', () => {
  expect(NEEDED_SCOPES).toEqual([
    'user-read-currently-playing',
    'user-read-recently-played',
    'user-top-read',
    'user-library-read',
  ]);
  expect([...shape.scopes].sort()).toEqual([
    'playlist-read-collaborative',
    'playlist-read-private',
    'user-follow-read',
    'user-library-read',
    'user-top-read',
  ]);
});

describe('every read asks Spotify the right question, with a token that is allowed it and no more', () => {
  const playlists = ['playlist-read-private', 'playlist-read-collaborative'];
  const library = ['user-library-read'];
  const read = (list: string, at: string | null) => (reads: LibraryReads) => reads.list(list, at);

  it.each<[string, (reads: LibraryReads) => Promise<unknown>, string, Call['query'], string[]]>([
    ['tracks', read('tracks', null), 'me/tracks', { limit: '50', offset: '0' }, library],
    ['later tracks', read('tracks', '1150'), 'me/tracks', { limit: '50', offset: '1150' }, library],
    ['albums', read('albums', '50'), 'me/albums', { limit: '50', offset: '50' }, library],
    ['shows', read('shows', null), 'me/shows', { limit: '50', offset: '0' }, library],
    ['episodes', read('episodes', null), 'me/episodes', { limit: '50', offset: '0' }, library],
    ['audiobooks', read('audiobooks', null), 'me/audiobooks', { limit: '50', offset: '0' }, library],
    ['artists', read('artists', null), 'me/following', { type: 'artist', limit: '50' }, ['user-follow-read']],
    [
      'later artists',
      read('artists', '7Caj'),
      'me/following',
      { type: 'artist', limit: '50', after: '7Caj' },
      ['user-follow-read'],
    ],
    ...(
      [
        ['1month', 'short_term'],
        ['6month', 'medium_term'],
        ['12month', 'long_term'],
      ] as const
    ).flatMap(([name, time_range]) =>
      (['tracks', 'artists'] as const).map(
        (of): [string, (reads: LibraryReads) => Promise<unknown>, string, Call['query'], string[]] => [
          `top ${of} of ${name}`,
          read(`top_${of}_${name}`, null),
          `me/top/${of}`,
          { time_range, limit: '50', offset: '0' },
          ['user-top-read'],
        ],
      ),
    ),
    ['playlists', (reads) => reads.playlists('50'), 'me/playlists', { limit: '50', offset: '50' }, playlists],
    [
      'entries of a playlist',
      (reads) => reads.playlistEntries(ID, '100'),
      `playlists/${ID}/items`,
      { additional_types: 'track,episode', limit: '50', offset: '100' },
      playlists,
    ],
    [
      'the version of a playlist',
      (reads) => reads.playlistVersion(ID),
      `playlists/${ID}`,
      { fields: 'snapshot_id' },
      playlists,
    ],
  ])('%s', async (_, ask, path, query, scopes) => {
    const { library: reads, calls, needs } = await reading();
    expect(await ask(reads)).toBeTruthy();
    expect(calls).toEqual([{ method: 'GET', path, query, authorization: `Bearer ${TOKEN}`, body: '' }]);
    expect(needs).toEqual([{ scopes }]);
  });
});

describe('the next part', () => {
  it.each([
    ['comes by the total, whatever Spotify says', '0', pageOf(50, 120, { next: null }), '50'],
    ['comes though this one is not full', '0', pageOf(48, 120), '50'],
    ['is none after the last', '100', pageOf(20, 120, { next: 'https://api.spotify.com/v1/users/x' }), null],
    ['is none when the last is full', '50', pageOf(50, 100), null],
    ['comes after a full one when there is no total', '0', pageOf(50, null), '50'],
    ['is none after one that is not full when there is no total', '0', pageOf(49, null), null],
  ])('%s', async (_, at, said, next) => {
    const { library } = await reading(() => said);
    expect((await library.list('tracks', at)).next).toBe(next);
    expect((await library.playlists(at)).next).toBe(next);
    expect((await library.playlistEntries(ID, at)).next).toBe(next);
  });

  it('of a chart is none, however long it is', async () => {
    const { library } = await reading(() => pageOf(50, 2742));
    expect(await library.list('top_tracks_6month', null)).toMatchObject({ total: 2742, next: null });
    expect((await failureOf(library.list('top_tracks_6month', '50'))).code).toBe('not_supported');
  });

  it.each([
    ['comes after the artist that Spotify names', { next: 'https://x', cursors: { after: '7Caj' } }, '7Caj'],
    ['is none where Spotify names none', { next: null, cursors: { after: null } }, null],
    ['is none where the address says so', { next: null, cursors: { after: '7Caj' } }, null],
    ['is none without cursors', { next: 'https://x', cursors: null }, null],
    ['is none where it would be this one again', { next: 'https://x', cursors: { after: '1st' } }, null],
  ])('of the followed artists %s', async (_, more, next) => {
    const artists = { items: [{ name: 'A' }], total: 83, ...more };
    const { library } = await reading(() => ({ body: JSON.stringify({ artists }) }));
    expect(await library.list('artists', '1st')).toMatchObject({ total: 83, next, entries: [{ name: 'A' }] });
  });
});

it('null keeps its place, in a list as gone and among playlists as null', async () => {
  const { library } = await reading(() => ({ body: '{"items":[null,{"item":null},{"id":"1"}],"total":3}' }));
  for (const page of [await library.list('tracks', null), await library.playlistEntries(ID, null)]) {
    expect(page.entries.map(({ kind }) => kind)).toEqual(['gone', 'gone', 'gone']);
  }
  expect((await library.playlists(null)).entries.map((playlist) => playlist?.id ?? null)).toEqual([null, null, '1']);
});

it.each(['{}', '{"artists":null}', '{"artists":{}}', '{"artists":{"items":null}}'])(
  'an answer without a list is no empty list: %s',
  async (body) => {
    const { library } = await reading(() => ({ body }));
    expect((await failureOf(library.list('artists', null))).code).toBe('upstream_error');
    expect((await failureOf(library.list('tracks', null))).code).toBe('upstream_error');
  },
);

it.each(['', '..', 'a/b', 'a?b', '%2e%2e'])('nothing is asked about a playlist of the id %o', async (id) => {
  const { library, writes, calls } = await reading();
  for (const asked of [library.playlistEntries(id, null), library.playlistVersion(id), writes.insert(id, ['x'], 0)]) {
    expect((await failureOf(asked)).code).toBe('not_supported');
  }
  expect(calls).toEqual([]);
});

describe('a playlist that the account may not have', () => {
  const OWNER = 'Active premium subscription required for the owner of the app.';

  it.each([
    ["somebody else's", 403, 'Forbidden', 'forbidden', /owner/],
    ["somebody else's, in other words", 403, "You cannot add tracks to a playlist you don't own.", 'forbidden', /own/],
    ['gone', 404, 'Resource not found', 'forbidden', /gone/],
    ['no playlist but an address that is not there', 404, 'Service not found', 'upstream_error', /Service not found/],
    ['the app that is closed', 403, OWNER, 'owner_premium_required', /Premium/],
    ['a scope that is missing', 403, 'Insufficient client scope', 'insufficient_scope', /playlist-/],
    ['the country', 403, 'Spotify is unavailable in this country', 'country_unavailable', /country/],
  ])('is %s', async (_, status, words, code, message) => {
    const { library, writes } = await reading(() => refused(status, words));
    for (const asked of [
      () => library.playlistEntries(ID, null),
      () => library.playlistVersion(ID),
      () => writes.insert(ID, ['spotify:track:1'], 0),
      () => writes.removeEntries(ID, ['spotify:track:1']),
      () => writes.move(ID, { from: 1, count: 1, to: 0 }),
    ]) {
      const error = await failureOf(asked());
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
    }
  });

  it.each([403, 404])('is not told from a page of a gateway, status %d', async (status) => {
    const { library } = await reading(() => ({ status, body: '<html><body>No</body></html>' }));
    expect((await failureOf(library.playlistEntries(ID, null))).code).toBe('upstream_error');
  });

  it('is another matter than an endpoint that has gone', async () => {
    const { library } = await reading(() => refused(403, 'Forbidden'));
    expect((await failureOf(library.list('albums', null))).code).toBe('not_supported');
    expect((await failureOf(library.playlists(null))).code).toBe('not_supported');
  });
});

describe('every change is sent once, with a token that is allowed it', () => {
  const MADE: Said = {
    status: 201,
    body: JSON.stringify({ id: ID, name: 'Mine', snapshot_id: 's1', items: { total: 0 } }),
  };
  const playlists = ['playlist-modify-public', 'playlist-modify-private'];
  const wanted = { name: 'Mine', description: '', isPublic: true, isCollaborative: false };

  it.each<[string, (writes: LibraryWrites) => Promise<unknown>, Partial<Call>, object | null, string[]]>([
    [
      'save',
      (writes) => writes.save(['spotify:track:1', 'spotify:album:2']),
      { method: 'PUT', path: 'me/library', query: { uris: 'spotify:track:1,spotify:album:2' } },
      null,
      ['user-library-modify'],
    ],
    [
      'follow',
      (writes) => writes.save(['spotify:artist:1']),
      { method: 'PUT', path: 'me/library', query: { uris: 'spotify:artist:1' } },
      null,
      ['user-follow-modify'],
    ],
    [
      'follow a playlist',
      (writes) => writes.save([`spotify:playlist:${ID}`]),
      { method: 'PUT', path: 'me/library', query: { uris: `spotify:playlist:${ID}` } },
      null,
      ['playlist-modify-public'],
    ],
    [
      'remove',
      (writes) => writes.remove(['spotify:show:1']),
      { method: 'DELETE', path: 'me/library', query: { uris: 'spotify:show:1' } },
      null,
      ['user-library-modify'],
    ],
    [
      'create',
      (writes) => writes.createPlaylist(wanted),
      { method: 'POST', path: 'me/playlists', query: {} },
      { name: 'Mine', public: true, collaborative: false },
      playlists,
    ],
    [
      'create one of several people',
      (writes) => writes.createPlaylist({ ...wanted, description: 'Ours', isCollaborative: true }),
      { method: 'POST', path: 'me/playlists', query: {} },
      { name: 'Mine', description: 'Ours', public: false, collaborative: true },
      playlists,
    ],
    [
      'insert',
      (writes) => writes.insert(ID, ['spotify:track:1', 'spotify:episode:2'], 40),
      { method: 'POST', path: `playlists/${ID}/items`, query: {} },
      { uris: ['spotify:track:1', 'spotify:episode:2'], position: 40 },
      playlists,
    ],
    [
      'remove entries',
      (writes) => writes.removeEntries(ID, ['spotify:track:1', 'spotify:track:2']),
      { method: 'DELETE', path: `playlists/${ID}/items`, query: {} },
      { items: [{ uri: 'spotify:track:1' }, { uri: 'spotify:track:2' }] },
      playlists,
    ],
    [
      'move',
      (writes) => writes.move(ID, { from: 7, count: 2, to: 3 }),
      { method: 'PUT', path: `playlists/${ID}/items`, query: {} },
      { range_start: 7, range_length: 2, insert_before: 3 },
      playlists,
    ],
  ])('%s', async (_, change, call, body, scopes) => {
    const { writes, calls, needs } = await reading(({ path }) => (path === 'me/library' ? { body: '' } : MADE));
    await change(writes);
    expect(calls).toMatchObject([call]);
    expect(calls[0]?.body ?? '').toBe(body === null ? '' : JSON.stringify(body));
    expect(needs).toEqual([{ scopes }]);
  });

  it('of three kinds goes out in three parts, and nothing in none', async () => {
    const { writes, calls, needs } = await reading(() => ({ body: '' }));
    await writes.save(['spotify:artist:1', `spotify:playlist:${ID}`, 'spotify:track:2', 'spotify:artist:3']);
    expect(calls.map(({ query }) => query['uris'])).toEqual([
      'spotify:track:2',
      'spotify:artist:1,spotify:artist:3',
      `spotify:playlist:${ID}`,
    ]);
    expect(needs.flatMap(({ scopes }) => scopes)).toEqual([
      'user-library-modify',
      'user-follow-modify',
      'playlist-modify-public',
    ]);
    await writes.save([]);
    expect(calls).toHaveLength(3);
  });

  it.each(['', ' ', '{}', '[]'])('is good when the status says so, with %o', async (body) => {
    const { writes, calls } = await reading(() => ({ body }));
    await writes.remove(['spotify:track:1']);
    expect(calls).toHaveLength(1);
  });

  it('tells of the playlist that it made', async () => {
    const { writes } = await reading(() => MADE);
    expect(await writes.createPlaylist(wanted)).toMatchObject({ id: ID, name: 'Mine', version: 's1', total: 0 });
  });

  it('goes out again when its token was refused, for then nothing was done', async () => {
    const { writes, calls } = await reading(({ authorization }) =>
      authorization === `Bearer ${TOKEN}` ? refused(401, 'The access token expired') : { body: '' },
    );
    await writes.save(['spotify:track:1']);
    expect(calls).toHaveLength(2);
  });

  it.each([
    ['a fault', refused(503, 'Service unavailable'), 'upstream_error'],
    ['a page', { body: '<html></html>' }, 'upstream_error'],
    ['a token that got lost', refused(401, 'Access token missing'), 'upstream_error'],
    ['a rate limit', { status: 429, body: '' }, 'upstream_rate_limited'],
    ['a uri that is none', refused(400, 'Invalid uri'), 'upstream_error'],
    ['a scope that is missing', refused(403, 'Insufficient client scope'), 'insufficient_scope'],
  ])('is not sent again after %s', async (_, said, code) => {
    const { writes, calls } = await reading(() => said);
    expect((await failureOf(writes.save(['spotify:track:1']))).code).toBe(code);
    expect(calls).toHaveLength(1);
  });

  it('that tells of no playlist is a fault', async () => {
    const { writes } = await reading(() => ({ body: '{}' }));
    expect((await failureOf(writes.createPlaylist(wanted))).code).toBe('upstream_error');
    expect((await failureOf(writes.insert(ID, ['spotify:track:1'], 0))).code).toBe('upstream_error');
  });
});
