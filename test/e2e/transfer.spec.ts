import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { READ_SCOPES } from '../support/library.js';
import { AS_OWNER, OWNER, asOwner, linkByProgram } from '../support/link-by-program.js';
import { type Stage, openStage } from '../support/sandbox.js';
import { type Service, removeFolder, startAlone, startService, temporaryFolder } from '../support/service.js';

const CLI = join(process.cwd(), 'dist/apps/cli/src/main.js');
/** As few ISRCs as there can be: each takes a second. */
const SIZES = {
  ...{ tracks: 6, albums: 2, shows: 1, episodes: 2, audiobooks: 1, artists: 2 },
  ...{ playlists: 0, playlistItems: 0 },
};
const ONE_IN_MS = 1_000;

interface Figures {
  known: number;
  asked: number;
  total: number;
  state: string;
}
interface Call {
  at: number;
  path: string;
  operation: string;
  userAgent: string;
}
type Row = Record<string, string>;

let folder: string;
let stage: Stage;
let settings: Record<string, string>;
let service: Service;
let id: string;

beforeAll(async () => {
  folder = temporaryFolder();
  stage = await openStage();
  settings = {
    DATABASE_URL: await migratedDatabase(),
    ADMIN_TOKEN: OWNER,
    LISTENING_PROVIDER: 'spotify',
    BACKUP_DIR: join(folder, 'backups'),
    BASE_URL: 'https://music.example.org',
    ...stage.settings,
    ...stage.spotifySettings,
    MUSICBRAINZ_URL: stage.musicbrainzSettings['MUSICBRAINZ_URL'] ?? '',
  };
  service = await startService(folder, settings);
  await stage.control('PUT', '/control/spotify/library', SIZES);
  await linkByProgram(service, stage, `&scope=${encodeURIComponent(READ_SCOPES.join(' '))}`);
  id = ((await asOwner(service, 'POST', '/admin/backups', {})).body as { id: string }).id;
  await eventually(async () => {
    const { body } = await asOwner(service, 'GET', `/admin/backups/${id}`);
    expect(body).toMatchObject({ state: expect.stringMatching(/^complete/) });
  }, 30_000);
});
afterAll(async () => {
  await service.stop();
  await stage.close();
  removeFolder(folder);
});

const download = (query: string): Promise<Response> =>
  fetch(`${service.url}/admin/backups/${id}/download?${query}`, { headers: AS_OWNER });

async function figures(): Promise<Figures | null> {
  const { body } = await asOwner(service, 'GET', '/admin/backups');
  return (body as { musicbrainz: Figures | null }).musicbrainz;
}

async function look(accept: (figures: Figures) => void): Promise<void> {
  await eventually(async () => {
    const now = await figures();
    if (now === null) throw new Error('It is off.');
    accept(now);
  }, 40_000);
}

async function calls(): Promise<Call[]> {
  const { calls: all } = (await stage.control('GET', '/control/ledger')) as { calls: Call[] };
  return all.filter(({ operation }) => operation === 'musicbrainz isrc');
}

async function transferred(
  query = '',
): Promise<{ rows: Row[]; columns: string[]; leftOut: string | null; name: string }> {
  const answer = await download(`format=transfer${query}`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
  let columns: string[] = [];
  const rows: Row[] = parse(await answer.text(), {
    record_delimiter: '\r\n',
    columns: (names: string[]) => (columns = names),
  });
  const [, name = ''] = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '') ?? [];
  return { rows, columns, leftOut: answer.headers.get('tonearm-left-out'), name };
}

const COLUMNS = ['Track name', 'Artist name', 'Album', 'Playlist name', 'Type', 'ISRC', 'Spotify - id'];

describe('a library that moves to another service', () => {
  it('is one file, or a list of it, and MusicBrainz is not asked for it', async () => {
    const { entries } = (await (await download('format=json&list=tracks')).json()) as {
      entries: { name: string; isrc: string; uri: string; artists: string[] }[];
    };
    const { rows, columns, leftOut, name } = await transferred();
    expect(columns).toEqual(COLUMNS);
    expect(leftOut).toBe(String(SIZES.shows + SIZES.episodes + SIZES.audiobooks));
    expect(name).toMatch(/^spotify_backup_.+_transfer\.csv$/);
    expect(rows.map((row) => row['Type'])).toEqual([
      ...Array.from({ length: SIZES.tracks }, () => 'Favorite'),
      ...Array.from({ length: SIZES.albums }, () => 'Album'),
      ...Array.from({ length: SIZES.artists }, () => 'Artist'),
    ]);
    const songs = rows.slice(0, SIZES.tracks);
    expect(songs.map((row) => [row['Track name'], row['Artist name'], row['ISRC'], row['Spotify - id']])).toEqual(
      entries.map(({ name: title, artists, isrc, uri }) => [title, artists.join(', '), isrc, uri.split(':')[2]]),
    );
    expect(await transferred('&list=artists')).toMatchObject({ rows: rows.slice(-SIZES.artists), leftOut: '0' });
    expect((await download('format=transfer&list=nothing')).status).toBe(404);
    expect((await download('format=transfer&list=playlist:nothing')).status).toBe(404);

    expect(await figures()).toBeNull();
    expect(await calls()).toEqual([]);
  });

  it('comes from the command line', async () => {
    const child = spawn(process.execPath, [CLI, 'download', 'latest', '--format', 'transfer', '--out', '-'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], TONEARM_URL: service.url, ADMIN_TOKEN: OWNER },
    });
    const told = { output: '', errors: '' };
    child.stdout.on('data', (chunk: Buffer) => (told.output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (told.errors += chunk.toString()));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, ...told }).toEqual({
      code: 0,
      output: await (await download('format=transfer')).text(),
      errors: '4 entries have no place in it: podcasts, books, what has no name.\n',
    });
  });

  it('has MusicBrainz ids, each asked for once, at its pace, and also when the service is killed', async () => {
    await service.stop();
    const killed = await startAlone(folder, { ...settings, ...stage.musicbrainzSettings });
    service = killed;
    await look(({ asked, total }) => {
      expect(asked).toBeGreaterThanOrEqual(2);
      expect(total).toBeGreaterThan(asked + 1);
    });
    await killed.kill();
    const before = (await calls()).length;
    // The time after which a process that says nothing is gone.
    const client = new pg.Client({ connectionString: settings['DATABASE_URL'] });
    await client.connect();
    await client.query('UPDATE musicbrainz_turn SET lease_until = now()');
    await client.end();
    service = await startService(folder, { ...settings, ...stage.musicbrainzSettings });
    await look(({ asked, total, state }) => {
      expect(asked).toBe(total);
      expect(state).toBe('idle');
    });
    const made = await calls();
    const paths = made.map(({ path }) => path);
    const told = await figures();
    expect(before).toBeLessThan(paths.length);
    expect(new Set(paths).size).toBe(told?.total);
    expect(paths.length).toBeLessThanOrEqual((told?.total ?? 0) + 1);
    const gaps = made.slice(1).map(({ at }, number) => at - (made[number]?.at ?? 0));
    // Any one may come late, and the next one seem early.
    expect(gaps.sort((one, other) => one - other)[Math.floor(gaps.length / 2)]).toBeGreaterThanOrEqual(ONE_IN_MS);
    for (const { userAgent } of made) expect(userAgent).toMatch(/^Tonearm\/\S+ \(\+https:\/\/music\.example\.org\)$/);

    const { rows, columns } = await transferred('&list=tracks');
    expect(columns).toEqual([...COLUMNS, 'MusicBrainz recording ids']);
    const ids = rows.map((row) => row['MusicBrainz recording ids'] ?? '');
    const known = ids.filter((text) => /^[0-9a-f-]{36}(; [0-9a-f-]{36})*$/.test(text));
    expect(known.length).toBeGreaterThan(0);
    expect(known.length + ids.filter((text) => text === '').length).toBe(SIZES.tracks);
    // They count for no provider.
    const { body } = await asOwner(service, 'GET', '/admin/providers');
    expect(JSON.stringify(body)).not.toContain('musicbrainz');
  });
});
