import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENTRY_KINDS } from '#listening';
import { listAt } from '#listening/testing';
import { PLAYLIST_ENTRY, toEntry, toPlaylist } from './spotify.library-map.js';
import { bodyOf } from './testing/fixtures.js';

/** What an entry is when Spotify tells nothing of it. */
const NOTHING = {
  uri: null,
  name: '',
  artists: [],
  album: null,
  isrc: null,
  upc: null,
  durationMs: null,
  releaseDate: null,
  url: null,
  addedAt: null,
  addedBy: null,
  playcount: null,
};

const TRACK = {
  type: 'track',
  uri: 'spotify:track:3allweneed0000000000001',
  name: 'All We Need',
  artists: [{ name: 'The Night Ferry' }, { name: '' }, { name: 'Moth & Lamp' }],
  album: { name: 'Harbour Lights', release_date: '2026-03', release_date_precision: 'month' },
  duration_ms: 227_934,
  external_ids: { isrc: 'gb-aye-00-00001', upc: '0602445790098' },
  external_urls: { spotify: 'https://open.spotify.com/track/3allweneed0000000000001' },
};

const TRACK_ENTRY = {
  ...NOTHING,
  kind: 'track',
  uri: TRACK.uri,
  name: 'All We Need',
  artists: ['The Night Ferry', 'Moth & Lamp'],
  album: 'Harbour Lights',
  isrc: 'GBAYE0000001',
  durationMs: 227_934,
  releaseDate: '2026-03',
  url: TRACK.external_urls.spotify,
};

const EPISODE = {
  type: 'episode',
  uri: 'spotify:episode:1sleepless0000000000001',
  name: 'Sleepless in the archive',
  duration_ms: 1_800_000,
  release_date: '2026-05-04',
  external_urls: { spotify: 'https://open.spotify.com/episode/1sleepless0000000000001' },
  show: { name: 'The Night Desk', publisher: 'Radio North' },
};

const EPISODE_ENTRY = {
  ...NOTHING,
  kind: 'episode',
  uri: EPISODE.uri,
  name: EPISODE.name,
  artists: ['Radio North'],
  album: 'The Night Desk',
  durationMs: 1_800_000,
  releaseDate: '2026-05-04',
  url: EPISODE.external_urls.spotify,
};

describe('an entry of a playlist', () => {
  const added = { added_at: '2025-07-29T21:11:55Z', added_by: { id: 'ada1815', type: 'user' } };
  const when = { addedAt: new Date('2025-07-29T21:11:55Z'), addedBy: 'ada1815' };
  const inside = { ...TRACK, episode: false, track: true };

  it.each([
    ['in development mode', { ...added, item: inside }],
    ['of apps that get both', { ...added, item: inside, track: inside }],
    ['as before 2026', { ...added, track: inside }],
    ['with a mere mark where the track was', { ...added, item: inside, track: true }],
  ])('is its track, %s', (_, raw) => {
    expect(toEntry(raw, PLAYLIST_ENTRY)).toEqual({ ...TRACK_ENTRY, ...when });
  });

  it.each([
    ['as such', EPISODE],
    ['in the guise of a track', { ...EPISODE, type: 'track', show: null, album: EPISODE.show, artists: [] }],
  ])('is its episode, %s', (_, item) => {
    const artists = item.show ? EPISODE_ENTRY.artists : [];
    expect(toEntry({ ...added, item }, PLAYLIST_ENTRY)).toEqual({ ...EPISODE_ENTRY, artists, ...when });
  });

  it.each([
    ['null', { ...added, item: null }, when],
    ['null twice', { ...added, item: null, track: null }, when],
    ['without anything but a mark', { ...added, track: true }, when],
    ['nothing at all', null, {}],
    ['of another kind', 'gone', {}],
  ])('keeps its place when it is %s', (_, raw, kept) => {
    expect(toEntry(raw, PLAYLIST_ENTRY)).toEqual({ ...NOTHING, kind: 'gone', ...kept });
  });

  it('without its name has gone, and keeps what else is known', () => {
    const taken = { ...TRACK, name: '' };
    expect(toEntry({ item: taken }, PLAYLIST_ENTRY)).toEqual({ ...TRACK_ENTRY, kind: 'gone', name: '' });
  });

  it.each([
    ['marked', { is_local: true }],
    ['by its address', {}],
  ])('is a file of their own, %s', (_, mark) => {
    const item = { ...listItem('playing-local'), ...mark };
    expect(toEntry({ ...added, is_local: true, item }, PLAYLIST_ENTRY)).toEqual({
      ...NOTHING,
      kind: 'local',
      uri: 'spotify:local:The+Home+Band::Demo+3:273',
      name: 'Demo 3',
      artists: ['The Home Band'],
      durationMs: 273_000,
      ...when,
    });
  });

  it.each([
    [null, null],
    ['1970-01-01T00:00:00Z', { id: '' }],
    ['', {}],
    [undefined, undefined],
  ])('of old ones, and of those that Spotify made, has neither day nor person: %o', (added_at, added_by) => {
    expect(toEntry({ added_at, added_by, item: TRACK }, PLAYLIST_ENTRY)).toEqual(TRACK_ENTRY);
  });
});

function listItem(name: string): object {
  const item = bodyOf(name)['item'];
  return typeof item === 'object' && item !== null ? item : {};
}

describe('an entry of a list', () => {
  it('is a saved track', () => {
    const [first] = listAt(bodyOf('saved-tracks'), 'items');
    expect(toEntry(first, { kind: 'track', under: ['track', 'item'] })).toMatchObject({
      kind: 'track',
      artists: ['The Night Ferry', 'Moth & Lamp'],
      album: 'Harbour Lights',
      releaseDate: '2026-03-06',
      addedAt: new Date('2026-02-23T13:28:26Z'),
      addedBy: null,
    });
  });

  it('is a saved album, the one thing with a bar code', () => {
    const album = {
      type: 'album',
      uri: 'spotify:album:1harbourlights000000001',
      name: 'Harbour Lights',
      artists: [{ name: 'The Night Ferry' }],
      release_date: '1973',
      external_ids: { upc: ' 0602445790098 ' },
      tracks: { items: [TRACK] },
    };
    expect(toEntry({ added_at: '2026-02-23T13:28:26Z', album }, { kind: 'album', under: ['album'] })).toEqual({
      ...NOTHING,
      kind: 'album',
      uri: album.uri,
      name: 'Harbour Lights',
      artists: ['The Night Ferry'],
      upc: '0602445790098',
      releaseDate: '1973',
      addedAt: new Date('2026-02-23T13:28:26Z'),
    });
  });

  it.each([
    ['as apps with extended quota get it', { publisher: 'Radio North' }, ['Radio North']],
    ['in development mode', {}, []],
  ])('is a saved show, %s', (_, more, artists) => {
    const show = { type: 'show', uri: 'spotify:show:1', name: 'The Night Desk', ...more };
    expect(toEntry({ show }, { kind: 'show', under: ['show'] })).toEqual({
      ...NOTHING,
      kind: 'show',
      uri: 'spotify:show:1',
      name: 'The Night Desk',
      artists,
    });
  });

  it('is a saved episode', () => {
    expect(toEntry({ episode: EPISODE }, { kind: 'episode', under: ['episode'] })).toEqual(EPISODE_ENTRY);
  });

  it('is what was left of a saved episode', () => {
    const episode = {
      ...{ id: null, name: null, uri: null, duration_ms: null, languages: [null], release_date: '0000' },
      ...{ external_urls: {}, type: 'episode', show: { name: null, publisher: null } },
    };
    const raw = { added_at: '2026-02-23T13:28:26Z', episode };
    expect(toEntry(raw, { kind: 'episode', under: ['episode'] })).toEqual({
      ...NOTHING,
      kind: 'gone',
      addedAt: new Date('2026-02-23T13:28:26Z'),
    });
  });

  it('is a bare audiobook, by its authors', () => {
    const book = { type: 'audiobook', uri: 'spotify:show:1', name: 'A Book', authors: [{ name: 'A' }, { name: 'B' }] };
    expect(toEntry({ ...book, publisher: 'P' }, { kind: 'audiobook', under: [] })).toEqual({
      ...NOTHING,
      kind: 'audiobook',
      uri: 'spotify:show:1',
      name: 'A Book',
      artists: ['A', 'B'],
    });
  });

  it('is a bare artist, and a bare track with its album', () => {
    const artist = { type: 'artist', uri: 'spotify:artist:1', name: 'The Night Ferry' };
    expect(toEntry(artist, { kind: 'artist', under: [] })).toEqual({
      ...NOTHING,
      ...artist,
      type: undefined,
      kind: 'artist',
    });
    expect(toEntry(TRACK, { kind: 'track', under: [] })).toEqual(TRACK_ENTRY);
  });
});

describe('a playlist', () => {
  const RAW = {
    collaborative: false,
    description: 'Songs by Moth &amp; Lamp, for &#x27;later&#x27;',
    external_urls: { spotify: 'https://open.spotify.com/playlist/1mostly0000000000000001' },
    id: '1mostly0000000000000001',
    images: null,
    name: 'Mostly Moth',
    owner: { display_name: 'Ada', id: 'ada1815' },
    public: true,
    snapshot_id: 'AAAAAqEcxS92',
    type: 'playlist',
    uri: 'spotify:playlist:1mostly0000000000000001',
  };
  const PLAYLIST = {
    id: RAW.id,
    uri: RAW.uri,
    name: 'Mostly Moth',
    description: "Songs by Moth & Lamp, for 'later'",
    owner: { id: 'ada1815', name: 'Ada' },
    isPublic: true,
    isCollaborative: false,
    version: 'AAAAAqEcxS92',
    total: 7,
    url: RAW.external_urls.spotify,
  };

  it.each([
    ['in development mode', { items: { total: 7 } }],
    ['of apps that get both', { items: { total: 7 }, tracks: { total: 7 } }],
    ['as before 2026', { tracks: { total: 7 } }],
  ])('is in our shape, %s', (_, contents) => {
    expect(toPlaylist({ ...RAW, ...contents })).toEqual(PLAYLIST);
  });

  it('may tell little of itself', () => {
    const owner = { id: 'ada1815', display_name: null };
    expect(toPlaylist({ ...RAW, description: null, owner, public: null, collaborative: true })).toEqual({
      ...PLAYLIST,
      description: '',
      owner: { id: 'ada1815', name: 'ada1815' },
      isPublic: null,
      isCollaborative: true,
      total: null,
    });
  });

  it.each([null, undefined, [], 'x', {}, { id: null, name: 'x' }])('is null for %o', (raw) => {
    expect(toPlaylist(raw)).toBeNull();
  });
});

it('any JSON is an entry, and a playlist or none', () => {
  const subject = fc.oneof(
    fc.jsonValue(),
    fc.record({ name: fc.jsonValue(), uri: fc.jsonValue(), type: fc.jsonValue(), artists: fc.jsonValue() }),
  );
  fc.assert(
    fc.property(fc.oneof(subject, fc.record({ item: subject, added_at: fc.jsonValue() })), (json) => {
      const entry = toEntry(json, PLAYLIST_ENTRY);
      expect(ENTRY_KINDS).toContain(entry.kind);
      if (entry.name === '') expect(['gone', 'local']).toContain(entry.kind);
      toPlaylist(json);
    }),
  );
});
