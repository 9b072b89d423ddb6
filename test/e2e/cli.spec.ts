import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { READ_SCOPES, WRITE_SCOPES } from '../support/library.js';
import { OWNER, asOwner, linkByProgram } from '../support/link-by-program.js';
import { type Stage, openStage } from '../support/sandbox.js';
import { note } from '../support/secret-scan.js';
import { type Service, freePort, removeFolder, startService, temporaryFolder } from '../support/service.js';

const MAIN = join(process.cwd(), 'dist/apps/cli/src/main.js');
const SIZES = {
  tracks: 600,
  albums: 3,
  shows: 2,
  episodes: 2,
  audiobooks: 1,
  artists: 3,
  playlists: 4,
  playlistItems: 20,
};
/** What the sandbox waits before it answers, so that there is something to see. */
const SLOW = { scenario: 'slow', ms: 150 };

let folder: string;
let stage: Stage;
let settings: Record<string, string>;
let service: Service;

beforeAll(async () => {
  folder = temporaryFolder();
  stage = await openStage();
  settings = {
    DATABASE_URL: await migratedDatabase(),
    ADMIN_TOKEN: OWNER,
    LISTENING_PROVIDER: 'spotify',
    BACKUP_DIR: join(folder, 'backups'),
    PORT: String(await freePort()),
    ...stage.settings,
    ...stage.spotifySettings,
  };
  service = await startService(folder, settings);
  await stage.control('PUT', '/control/spotify/library', SIZES);
  await linkByProgram(service, stage, `&scope=${encodeURIComponent(READ_SCOPES.join(' '))}`);
});
afterAll(async () => {
  await service.stop();
  await stage.close();
  removeFolder(folder);
});

interface Run {
  child: ChildProcess;
  /** What it has written so far. */
  told: { output: string; errors: string };
  ended: Promise<{ code: number | null; output: string; errors: string; bytes: Buffer }>;
}

/** Calls the built command line in the folder of the test, where it finds no .env but what a test has put there. */
function begin(words: readonly string[], environment: Record<string, string> = {}, program = MAIN): Run {
  const child = spawn(process.execPath, [program, ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'], TONEARM_URL: service.url, ADMIN_TOKEN: OWNER, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told = { output: '', errors: '' };
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    told.output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => (told.errors += chunk.toString()));
  const ended = new Promise<Awaited<Run['ended']>>((resolve) => {
    child.on('close', (code) => {
      note('output', told.output + told.errors);
      resolve({ code, ...told, bytes: Buffer.concat(chunks) });
    });
  });
  return { child, told, ended };
}

const tonearm = (...words: string[]): Run['ended'] => begin(words).ended;

async function saying({ told }: Run, pattern: RegExp): Promise<void> {
  await eventually(() => {
    expect(told.output).toMatch(pattern);
    return Promise.resolve();
  });
}

const stateOfLatest = async (): Promise<unknown> => {
  const { body } = await asOwner(service, 'GET', '/admin/backups');
  const { items } = body as { items: { state: string }[] };
  return items[0]?.state;
};

describe('the command line', () => {
  it('shows how a backup gets on, leaves it alone after Ctrl-C, and waits for a service that is started anew', async () => {
    await stage.control('PUT', '/control/spotify', SLOW);
    const first = begin(['backup']);
    await saying(first, /^spotify_backup_\S+ begins\.\n(.*\n)*.+ {2}\d+\/\d+ {2}\d+ %/);
    first.child.kill('SIGINT');
    expect(await first.ended).toMatchObject({ code: 130, errors: '', output: expect.stringContaining('goes on in') });
    expect(await stateOfLatest()).toBe('running');

    const second = begin(['backup', '--provider', 'spotify']);
    await saying(second, /is under way since/);
    await saying(second, / %/);
    await service.stop();
    await saying(second, /It is tried again for a minute/);
    service = await startService(folder, settings);
    await stage.control('DELETE', '/control/spotify');
    const { code, output, errors } = await second.ended;
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toMatch(/spotify_backup_\S+ is complete with omissions \(in .+, .+B\)\. Its id: [0-9a-f-]{36}\n/);
    expect(output).toMatch(/^ {2}tracks +600$/m);
    expect(output).toMatch(/^ {2}playlists +4$/m);
    expect(output).toMatch(/^Not in it: \d+\n( {2}.+: .+\n)+/m);
  });

  it('lists backups, tells all about one, and compares two', async () => {
    await stage.control('POST', '/control/spotify/library', { addTracks: 2 });
    const begun = await tonearm('backup', '--full', '--no-wait');
    expect(begun).toMatchObject({ code: 0, output: expect.stringContaining('It goes on in the service') });
    expect((await asOwner(service, 'GET', '/admin/backups')).body).toMatchObject({ items: [{ full: true }, {}] });
    await eventually(async () => {
      expect(await stateOfLatest()).toBe('complete_with_omissions');
    }, 30_000);
    const { code, output } = await tonearm('backups');
    expect(code).toBe(0);
    const [head, latest, earlier, ...rest] = output.trimEnd().split('\n');
    expect(head).toMatch(/^ID +NAME +STATE +BEGUN +SIZE$/);
    expect(latest).toMatch(
      /^[0-9a-f]{8} {2}spotify_backup_\S+ {2}complete with omissions \(\d+\) {2}[\d-]+ [\d:]+ .*B$/,
    );
    expect(rest).toEqual(['There is no schedule: BACKUP_CRON sets one.']);

    const of = await tonearm('backups', 'latest', '--provider', 'spotify');
    expect(of).toMatchObject({ code: 0, errors: '' });
    expect(of.output).toMatch(
      /^spotify_backup_\S+ is complete with omissions \(.+\)\. Its id: \S+\n( {2}.+\n)*Not in it: /,
    );
    const playlists = [...of.output.matchAll(/^ {2}(\S{10,}) {2}\S.* {2}20$/gm)].map(([, playlist = '']) => playlist);
    expect(playlists.length).toBeGreaterThan(0);
    const ofOne = ['--format', 'json', '--list', `playlist:${playlists[0] ?? ''}`, '--out', '-'];
    expect(JSON.parse((await tonearm('download', 'latest', ...ofOne)).output)).toMatchObject({
      playlist: playlists[0],
      entries: expect.any(Array),
    });

    const [id = '', name = ''] = [earlier?.split(' ')[0], /spotify_\S+/.exec(latest ?? '')?.[0]];
    for (const words of [
      [id, name],
      ['latest', id],
      ['--since', '2020-01-01'],
    ]) {
      const told = await tonearm('diff', ...words);
      expect(told.errors).toBe('');
      expect(told.output).toMatch(new RegExp(`to ${name}\\ntracks: 2 added\\n {2}\\+ .+ – .+\\n {2}\\+ .+ – .+\\n`));
    }
    expect(await tonearm('diff', '--since', '2100-01-01')).toMatchObject({
      code: 1,
      output: '',
      errors: 'No backup was made since 2100-01-01T00:00:00.000Z.\nMake one: npm run tonearm -- backup.\n',
    });
  });

  it('looks through the files of a backup, and fails when something is wrong with them', async () => {
    expect(await tonearm('verify', 'latest')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/is complete with omissions\. Nothing is wrong with its files\.\n$/),
    });
    const [earlier = ''] = readdirSync(settings['BACKUP_DIR'] ?? '').sort();
    writeFileSync(join(settings['BACKUP_DIR'] ?? '', earlier, 'lists/tracks.csv'), 'nothing');
    const { code, output } = await tonearm('verify', earlier);
    expect({ code, output }).toEqual({
      code: 1,
      output: expect.stringMatching(/ is failed\.\nFound wrong: \d+\n( {2}.*\n)* {2}lists\/tracks\.csv: .+\n/),
    });
  });

  it('fetches a list or all of a backup, and overwrites nothing unless told to', async () => {
    const out = ['--out', 'tracks.csv'];
    const ofSpotify = ['latest', '--provider', 'spotify'];
    expect(await tonearm('download', ...ofSpotify, '--format', 'csv', '--list', 'tracks', ...out)).toMatchObject({
      code: 0,
      output: '',
      errors: expect.stringMatching(/tracks\.csv \(.+B\)\n$/),
    });
    const file = join(folder, 'tracks.csv');
    expect(parse(readFileSync(file), { columns: true })).toHaveLength(602);

    writeFileSync(file, 'mine');
    const again = ['download', 'latest', '--format', 'json', '--list', 'tracks', ...out];
    expect(await tonearm(...again)).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/is there already\.\n.*--force/),
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(await tonearm(...again, '--force')).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ entries: expect.any(Array) });

    const { code, bytes } = await tonearm('download', 'latest', '--out', '-');
    expect(code).toBe(0);
    expect(gunzipSync(bytes).includes('manifest.json')).toBe(true);
    const { errors } = await tonearm('download', 'latest', '--format', 'json');
    const [, whole = ''] = /^(\S+_backup_\S+\.json) /.exec(errors) ?? [];
    expect(JSON.parse(readFileSync(whole, 'utf8'))).toBeTypeOf('object');
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(await tonearm('download', 'latest', '--out', 'tracks.csv/all.tar.gz')).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/cannot be written \(ENOTDIR\)\.\nName a file .+\n$/),
    });
    expect(await tonearm('download', 'latest', '--out', 'nowhere/')).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/nowhere\/ is no folder that is there\.\nMake it first.+\n$/),
    });
    expect(await tonearm('download', 'latest', '--format', 'csv', '--list', 'trakcs')).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/has no list "trakcs"\. Did you mean tracks\?\nIt has .* tracks; .+\n$/),
    });
  });

  it('says in two lines what went wrong and what to do, and shows no token', async () => {
    const wrong = 'a-token-that-nobody-knows-0123456789';
    const cases: [Run, number, RegExp][] = [
      [begin([], { ADMIN_TOKEN: wrong }), 0, /^$/],
      [begin(['bakcup']), 2, /^There is no command "bakcup"\. Did you mean backup\?\nThe commands are .+\n$/],
      [
        begin(['backup', '--provider', 'tape']),
        1,
        /^provider must be one of .+\nSee npm run tonearm -- help for .+\n$/,
      ],
      [
        begin(['backups'], { ADMIN_TOKEN: wrong }),
        1,
        /^The service at .+ does not know this token\.\nSet ADMIN_TOKEN .+\n$/,
      ],
      [begin(['backups'], { ADMIN_TOKEN: '' }), 1, /^The owner's token is not set\.\nSet ADMIN_TOKEN .+\n$/],
      [begin(['backups'], { TONEARM_URL: `${service.url}/docs` }), 1, /^.+\n.+\n$/],
      [begin(['remove', 'latest']), 2, /^This would take spotify_backup_\S+ away for good\.\nAdd --yes .+\n$/],
      [
        begin(['download', 'latest', '--provider', 'lastfm', '--out', '-']),
        1,
        /^There is no backup of "lastfm" yet\.\nThere are backups of spotify; .+\n$/,
      ],
      [
        begin(['download', 'latest', '--format', 'csv', '--list', 'playlist:none', '--out', '-']),
        1,
        /^This backup has no such list\.\nnpm run tonearm -- backups <backup> tells .+\n$/,
      ],
      [
        begin(['diff', '--since', 'yesterday']),
        1,
        /^since must be a day or a moment, .+\nSee npm run tonearm -- help .+\n$/,
      ],
      [
        begin(['diff', '--since', '2020-01-01', '--provider', 'lastfm']),
        1,
        /^There is no backup of "lastfm" yet\.\n.+\n$/,
      ],
      [
        begin(['restore', 'latest', '--list', 'playlist:']),
        2,
        /^--list playlist: lacks .+\nnpm run tonearm -- backups .+\n$/,
      ],
      [begin(['verify', 'nothing-like-it']), 1, /^No backup is called "nothing-like-it"\.\n.+\n$/],
      [
        begin(['backups', '--url', `http://127.0.0.1:${await freePort()}`]),
        1,
        /^Nothing listens at .+\.\nStart the service with npm start, .+\n$/,
      ],
    ];
    for (const [run, code, errors] of cases) {
      const ended = await run.ended;
      expect(ended).toMatchObject({ code, errors: expect.stringMatching(errors) });
      expect(ended.output + ended.errors).not.toContain(wrong);
      expect(ended.output + ended.errors).not.toContain(OWNER);
    }
  });

  it('says what to type as it was called itself, also by its name as in the image', async () => {
    const link = join(folder, 'tonearm');
    symlinkSync(MAIN, link);
    const { code, output } = await begin(['help', 'verify'], {}, link).ended;
    expect([code, output.split('\n')[0]]).toEqual([0, 'tonearm verify <backup> [--provider <provider>]']);
    expect((await tonearm('help', 'verify')).output).toMatch(/^npm run tonearm -- verify/);
  });

  it('reads .env, which the environment overrules', async () => {
    // With the mark that some editors put first, as the service reads it too.
    writeFileSync(join(folder, '.env'), `\uFEFFPORT=${settings['PORT'] ?? ''}\nADMIN_TOKEN: ${OWNER}\n`);
    const own = { TONEARM_URL: '', ADMIN_TOKEN: 'another-token-that-nobody-knows-01' };
    expect(await begin(['backups'], own).ended).toMatchObject({
      code: 1,
      errors: expect.stringContaining('this token'),
    });
    const child = spawn(process.execPath, [MAIN, 'backups'], { cwd: folder, env: {}, stdio: 'ignore' });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  });

  it('shows what a restore would do, does it when told to, and ends it when told to', async () => {
    const refused = await tonearm('restore', 'latest', '--list', 'tracks', '--yes');
    expect(refused).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/\n.* http:\/\/127\.0\.0\.1:\d+\/auth\?client_id=\S+library-modify/),
    });
    await linkByProgram(service, stage, `&scope=${encodeURIComponent([...READ_SCOPES, ...WRITE_SCOPES].join(' '))}`);
    const list = ['--format', 'json', '--list', 'tracks', '--out', '-'];
    const { entries } = JSON.parse((await tonearm('download', 'latest', ...list)).output) as {
      entries: { uri: string }[];
    };
    await stage.control('POST', '/control/spotify/library', { remove: entries.slice(0, 400).map(({ uri }) => uri) });

    expect(await tonearm('restore', 'latest', '--list', 'playlist:none')).toMatchObject({
      code: 1,
      errors: expect.stringMatching(
        /^The backup has no .+"playlist:none"\.\nnpm run tonearm -- backups <backup> tells .+\n$/,
      ),
    });
    const words = ['restore', 'latest', '--list', 'albums', '--list', 'tracks'];
    const plan =
      /^\S+, into the library of Ada \(spotify\):\n\S.*: 400 to add\n( {2}\+ .+\n){5} {2}… and 395 more\nNothing lacks of:\n {2}\S.*\nIn all: 400 to add, 0 to remove, 0 to move, 0 misplaced afterwards, 0 not possible\.\n/;
    const asked = await tonearm(...words);
    expect(asked).toMatchObject({ code: 0, errors: '', output: expect.stringMatching(plan) });
    expect(asked.output).toMatch(/\nNothing is put back yet: add --yes .+\n$/);
    const dry = await tonearm(...words, '--yes', '--dry-run');
    expect(dry).toMatchObject({ code: 0, output: expect.stringMatching(/not possible\.\n$/) });
    expect(await tonearm('restores')).toMatchObject({ code: 0, output: 'Nothing was restored yet.\n' });

    await stage.control('PUT', '/control/spotify', { scenario: 'slow', endpoint: 'put me/library', ms: 1_500 });
    const run = begin([...words, '--yes']);
    await saying(run, /\nThe restore of \S+ begins\.\n(.*\n)*tracks {2}\d+\/400 /);
    run.child.kill('SIGINT');
    const left = await run.ended;
    expect(left).toMatchObject({ code: 130, errors: '', output: expect.stringContaining('the restore goes on in') });
    const [, id = ''] = /tonearm -- cancel (\S+)\n$/.exec(left.output) ?? [];
    expect((await tonearm('restores')).output).toMatch(new RegExp(`\n${id.slice(0, 8)} {2}\\S+ {2}running: tracks `));
    expect(await tonearm('cancel', id.slice(0, 8))).toMatchObject({
      code: 0,
      output: expect.stringMatching(
        / is cancelled: \d+ added, 0 removed, 0 not possible\.\nWhat it has put in stays\./,
      ),
    });
    expect(await tonearm('cancel', 'latest')).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/ended.*\n.+npm run tonearm -- restores .+\n$/),
    });
    await stage.control('DELETE', '/control/spotify');

    const whole = await tonearm(...words, '--yes');
    expect(whole).toMatchObject({ code: 0, errors: '' });
    expect(whole.output).toMatch(
      /\nThe restore of \S+ is complete \(in .+\): \d+ added, 0 removed, 0 not possible\. Its id/,
    );
    const again = await tonearm(...words);
    expect(again).toMatchObject({ code: 0, output: expect.stringMatching(/\nThere is nothing to put back\.\n$/) });
  });

  it('tells when a backup that has to wait goes on, and takes it away', async () => {
    await stage.control('POST', '/control/spotify/library', { addTracks: 1 });
    await stage.control('PUT', '/control/spotify', { scenario: 'rate-limited', retryAfter: 7_200 });
    const run = begin(['backup']);
    await saying(run, /^It waits and goes on at [\d-]+ [\d:]+ in .+h.*: .+\n/m);
    run.child.kill('SIGINT');
    expect(await run.ended).toMatchObject({ code: 130 });
    const [name = ''] = /^spotify_backup_\S+/.exec(run.told.output) ?? [];
    expect((await tonearm('backups')).output).toMatch(new RegExp(`${name} {2}paused until `));
    expect(await tonearm('remove', name, '--yes')).toMatchObject({ code: 0, output: `${name} is gone.\n` });
    expect((await tonearm('backups')).output).not.toContain(name);
  });
});
