import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { migratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { AS_OWNER, OWNER, asOwner, linkByProgram } from '../support/link-by-program.js';
import { type Stage, openStage } from '../support/sandbox.js';
import { type Service, removeFolder, startService, temporaryFolder } from '../support/service.js';

const SCOPES = [
  'user-library-read',
  'user-follow-read',
  'user-top-read',
  'playlist-read-private',
  'playlist-read-collaborative',
];
const SIZES = {
  tracks: 120,
  albums: 30,
  shows: 4,
  episodes: 9,
  audiobooks: 3,
  artists: 7,
  playlists: 6,
  playlistItems: 130,
};
const ENDED = /^(complete|complete_with_omissions|failed)$/;

interface Backup {
  id: string;
  name: string;
  state: string;
  counts: Record<string, number>;
  omissions: { what: string; reason: string; remedy: string | null }[];
  findings: object[];
  trigger: string;
  provider: string;
  resumeAt: string | null;
  trouble: { code: string; detail: string; remedy: string } | null;
  progress: { list: string; done: number; total: number } | null;
}

let folder: string;
let stage: Stage;
let databaseUrl: string;
let service: Service;
const started: Service[] = [];

beforeAll(async () => {
  stage = await openStage();
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.stop()));
  removeFolder(folder);
  await stage.reset();
});
afterAll(async () => {
  await stage.close();
});

async function start(more: Record<string, string> = {}): Promise<Service> {
  const one = await startService(folder, {
    DATABASE_URL: databaseUrl,
    ADMIN_TOKEN: OWNER,
    LISTENING_PROVIDER: 'spotify',
    BACKUP_DIR: join(folder, 'backups'),
    ...stage.settings,
    ...stage.spotifySettings,
    ...more,
  });
  started.push(one);
  return one;
}

/** A service whose account has agreed to all that a backup reads, and that keeps so much. */
async function linkedService(sizes: Partial<typeof SIZES> = {}, scopes = SCOPES): Promise<void> {
  folder = temporaryFolder();
  databaseUrl = await migratedDatabase();
  service = await start();
  await stage.control('PUT', '/control/spotify/library', { ...SIZES, ...sizes });
  await linkByProgram(service, stage, `&scope=${encodeURIComponent(scopes.join(' '))}`);
}

async function begin(provider = 'spotify'): Promise<Backup> {
  const { status, body } = await asOwner(service, 'POST', '/admin/backups', { provider });
  expect(status).toBe(202);
  return body as Backup;
}

const one = async (id: string): Promise<Backup> =>
  (await asOwner(service, 'GET', `/admin/backups/${id}`)).body as Backup;

async function made(provider = 'spotify'): Promise<Backup> {
  const { id } = await begin(provider);
  return ended(id);
}

async function ended(id: string): Promise<Backup> {
  return eventually(async () => {
    const backup = await one(id);
    expect(backup.state).toMatch(ENDED);
    return backup;
  }, 30_000);
}

async function download(id: string, query: string): Promise<Response> {
  return fetch(`${service.url}/admin/backups/${id}/download?${query}`, { headers: AS_OWNER });
}

const scenario = (name: string, more: object = {}): Promise<unknown> =>
  stage.control('PUT', '/control/spotify', { scenario: name, ...more });

async function query(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

const spotifyCalls = async (): Promise<number> =>
  Object.entries(await stage.calls())
    .filter(([name]) => name.startsWith('spotify') && !name.includes('player'))
    .reduce((sum, [, count]) => sum + count, 0);

describe('a backup', () => {
  it('has all that the account keeps, tells what it has not, and the next one costs next to nothing', async () => {
    await linkedService();
    const first = await made();
    expect(first).toMatchObject({ state: 'complete_with_omissions', findings: [], trouble: null, progress: null });
    expect(first.counts).toMatchObject({
      tracks: SIZES.tracks,
      albums: SIZES.albums,
      shows: SIZES.shows,
      episodes: SIZES.episodes,
      audiobooks: SIZES.audiobooks,
      artists: SIZES.artists,
      playlists: SIZES.playlists,
    });
    expect(first.omissions.length).toBeGreaterThan(0);
    for (const { what, reason } of first.omissions) expect([what, reason]).not.toContain('');

    const rows: unknown = parse(await (await download(first.id, 'format=csv&list=tracks')).text(), { columns: true });
    expect(rows).toHaveLength(SIZES.tracks);
    const list = (await (await download(first.id, 'format=json&list=tracks')).json()) as { entries: { uri: string }[] };
    expect(new Set(list.entries.map(({ uri }) => uri)).size).toBe(SIZES.tracks);

    const before = await spotifyCalls();
    const second = await made();
    expect(second).toMatchObject({ state: first.state, counts: first.counts });
    expect((await spotifyCalls()) - before).toBeLessThanOrEqual(10 + Math.ceil(SIZES.playlists / 50));
    const [of, other] = [first, second].map(
      ({ name }) => statSync(join(folder, 'backups', name, 'lists/tracks.json')).ino,
    );
    expect(of).toBe(other);
  });

  it('is told apart from another one, and its files are looked through and taken away', async () => {
    await linkedService({ tracks: 60, playlists: 3 });
    const first = await made();
    const { entries } = (await (await download(first.id, 'format=json&list=tracks')).json()) as {
      entries: { uri: string; name: string }[];
    };
    const [, , gone] = entries;
    await stage.control('POST', '/control/spotify/library', { remove: [gone?.uri], addTracks: 2 });
    const second = await made();
    expect(second.counts['tracks']).toBe(61);
    const { body } = await asOwner(service, 'GET', `/admin/backups/${second.id}/diff/${first.id}`);
    expect(body).toMatchObject({
      from: first.name,
      to: second.name,
      lists: {
        tracks: {
          added: { count: 2 },
          removed: { count: 1, items: [{ uri: gone?.uri, name: gone?.name, position: 3 }] },
          moved: { count: 0 },
        },
        albums: { added: { count: 0 }, removed: { count: 0 } },
      },
      playlists: { changed: { count: 0 } },
    });

    expect((await asOwner(service, 'GET', '/admin/backups/changes?since=2026-01-01')).body).toEqual(body);
    expect(await asOwner(service, 'GET', '/admin/backups/changes?since=yesterday')).toMatchObject({ status: 400 });

    // The folder may be older than the database.
    await query('DELETE FROM backups');
    const { items } = (await asOwner(service, 'GET', '/admin/backups')).body as { items: Backup[] };
    expect(items).toMatchObject([
      { id: second.id, trigger: 'found', state: second.state, counts: second.counts },
      { id: first.id, trigger: 'found', state: first.state, counts: first.counts },
    ]);

    const tracks = join(folder, 'backups', second.name, 'lists/tracks.csv');
    writeFileSync(tracks, readFileSync(tracks, 'utf8').replace('track', 'trick'));
    expect((await asOwner(service, 'POST', `/admin/backups/${second.id}/verify`)).body).toMatchObject({
      state: 'failed',
      findings: [{ file: 'lists/tracks.csv' }],
    });
    expect((await asOwner(service, 'POST', `/admin/backups/${first.id}/verify`)).body).toMatchObject({ findings: [] });
    expect((await asOwner(service, 'DELETE', `/admin/backups/${second.id}`)).status).toBe(204);
    expect(readdirSync(join(folder, 'backups'))).toEqual([first.name]);
    expect((await asOwner(service, 'GET', `/admin/backups/${second.id}`)).status).toBe(404);
    removeFolder(join(folder, 'backups', first.name));
    expect((await asOwner(service, 'POST', `/admin/backups/${first.id}/verify`)).body).toMatchObject({
      state: 'failed',
      findings: [{ file: 'manifest.json' }],
    });
  });

  it('is of Last.fm as well', async () => {
    await linkedService();
    const backup = await made('lastfm');
    expect(backup).toMatchObject({ state: 'complete', omissions: [], findings: [] });
    expect(backup.counts['loved_tracks']).toBeGreaterThan(50);
  });

  it('without consent for all of it has what it may, and says what lacks and where to agree', async () => {
    await linkedService({}, ['user-library-read', 'user-top-read']);
    const backup = await made();
    expect(backup.state).toBe('complete_with_omissions');
    expect(backup.counts).toMatchObject({ tracks: SIZES.tracks });
    expect(backup.omissions).toContainEqual({
      what: expect.stringContaining('laylists'),
      reason: expect.stringContaining('playlist-read-private'),
      remedy: expect.stringContaining('/auth?'),
    });
  });

  it('of an empty library is complete', async () => {
    const nothing = { tracks: 0, albums: 0, shows: 0, episodes: 0, audiobooks: 0, artists: 0, playlists: 0 };
    await linkedService(nothing);
    const backup = await made();
    expect(backup).toMatchObject({ state: 'complete', omissions: [], findings: [], counts: nothing });
  });
});

describe('a backup in bad days', () => {
  it('goes on where it was when the service is killed, with one page read twice at most', async () => {
    await linkedService({ tracks: 1_500, playlists: 0 });
    await scenario('slow', { ms: 60 });
    const before = await spotifyCalls();
    const { id } = await begin();
    for (const done of [200, 700, 1_200]) {
      await eventually(async () => {
        const { progress } = await one(id);
        expect(progress?.list === 'tracks' && progress.done >= done % 500).toBe(true);
      });
      await service.stop('SIGKILL');
      started.splice(0);
      service = await start();
    }
    const backup = await ended(id);
    expect(backup).toMatchObject({ findings: [], counts: { tracks: 1_500 } });
    const lists = 30 + SIZES.albums / 50 + 12;
    // One profile for each time that it went on, and what was under way at each kill: three calls at most.
    expect((await spotifyCalls()) - before).toBeLessThanOrEqual(lists + 4 + 3 * 3 + 1);
  });

  it('waits when the provider asks for hours, also after a restart, and goes on when they are over', async () => {
    await linkedService({ tracks: 300, playlists: 0 });
    await scenario('rate-limited', { retryAfter: 7_200 });
    const { id } = await begin();
    const paused = await eventually(async () => {
      const backup = await one(id);
      expect(backup).toMatchObject({ state: 'paused', trouble: { code: 'upstream_rate_limited' } });
      return backup;
    });
    expect(Date.parse(paused.resumeAt ?? '') - Date.now()).toBeGreaterThan(7_000_000);
    await service.stop();
    started.splice(0);
    const calls = await spotifyCalls();
    service = await start();
    expect((await begin()).id).toBe(id);
    expect((await one(id)).state).toBe('paused');
    expect(await spotifyCalls()).toBe(calls);
    await stage.control('DELETE', '/control/spotify');
    await query('DELETE FROM upstream_blocks');
    await query('UPDATE backups SET resume_at = now()');
    expect(await ended(id)).toMatchObject({ counts: { tracks: 300 }, findings: [], trouble: null });
  });

  it('ends with the reason when the link is taken back in the middle, and earlier ones are untouched', async () => {
    await linkedService({ tracks: 800, playlists: 0 });
    const first = await made();
    await stage.control('POST', '/control/spotify/library', { addTracks: 3 });
    await scenario('slow', { ms: 60 });
    const { id } = await begin();
    await eventually(async () => {
      expect((await one(id)).progress).not.toBeNull();
    });
    await stage.control('POST', '/control/spotify/revoke');
    await stage.control('POST', '/control/spotify/expire');
    expect(await ended(id)).toMatchObject({
      state: 'failed',
      trouble: { code: 'reauthorization_required', remedy: expect.stringContaining('/auth') },
    });
    expect(readdirSync(join(folder, 'backups'))).toEqual([first.name]);
    expect((await asOwner(service, 'GET', '/admin/backups')).body).toMatchObject({
      alert: expect.stringContaining('Spotify has failed'),
    });
  });

  it('is refused at once where the folder cannot be written, with what to do', async () => {
    await linkedService();
    await service.stop();
    started.splice(0);
    writeFileSync(join(folder, 'a-file'), '');
    service = await start({ BACKUP_DIR: join(folder, 'a-file', 'backups') });
    expect(await asOwner(service, 'POST', '/admin/backups', {})).toMatchObject({
      status: 507,
      body: { code: 'storage_failed', remedy: expect.stringContaining('BACKUP_DIR') },
    });
  });
});

describe('the schedule', () => {
  it('makes one that was missed, once over all processes, and keeps as many as it is told', async () => {
    await linkedService({ tracks: 20, playlists: 0, albums: 0 });
    await service.stop();
    started.splice(0);
    const schedule = { BACKUP_CRON: '15 3 * * *', TIMEZONE: 'UTC', BACKUP_KEEP: 'daily=1' };
    service = await start(schedule);
    expect((await asOwner(service, 'GET', '/admin/backups')).body).toMatchObject({
      items: [],
      nextAt: expect.stringMatching(/T03:15:00\.000Z$/),
      alert: null,
    });
    await query("UPDATE schedule_slots SET slot = now() - interval '50 hours'");
    const other = await start(schedule);
    const names = await eventually(async () => {
      const { items } = (await asOwner(service, 'GET', '/admin/backups')).body as { items: Backup[] };
      expect(items.map(({ state, provider, trigger }) => [state, provider, trigger]).sort()).toEqual([
        ['complete', 'lastfm', 'schedule'],
        ['complete', 'spotify', 'schedule'],
      ]);
      return items.map(({ name }) => name);
    }, 30_000);
    expect([service, other].some((each) => /backups? (was|were) not made when due/.test(each.output()))).toBe(true);
    await query("UPDATE schedule_slots SET slot = slot - interval '26 hours'");
    await eventually(async () => {
      const { items } = (await asOwner(service, 'GET', '/admin/backups')).body as { items: Backup[] };
      expect(items.filter(({ name, state }) => state === 'complete' && !names.includes(name))).toHaveLength(2);
    }, 30_000);
  });
});
