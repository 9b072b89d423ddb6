import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { hourly } from '../support/hourly.js';
import { type Backup, READ_SCOPES, SIZES, entriesOf, useLibrary } from '../support/library.js';
import { asOwner } from '../support/link-by-program.js';
import { removeFolder } from '../support/service.js';

const library = useLibrary();

const scenario = (name: string, more: object = {}): Promise<unknown> =>
  library.stage.control('PUT', '/control/spotify', { scenario: name, ...more });

/** Changes a file of one backup, and not of those that share it. */
function writeAnew(path: string, how: (text: string) => string): void {
  const text = readFileSync(path, 'utf8');
  removeFolder(path);
  writeFileSync(path, how(text));
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The same, and what the backup says of itself is true. */
function rewrite({ name }: { name: string }, file: string, how: (text: string) => string): void {
  const path = (one: string): string => join(library.backups, name, one);
  const before = readFileSync(path(file), 'utf8');
  const after = how(before);
  writeAnew(path(file), () => after);
  if (file !== 'manifest.json') {
    const facts = (text: string): string => `"bytes": ${Buffer.byteLength(text)},\n   "sha256": "${sha256(text)}"`;
    writeAnew(path('manifest.json'), (text) => text.replace(facts(before), facts(after)));
  }
  const sum = sha256(readFileSync(path('manifest.json'), 'utf8'));
  writeAnew(path('manifest.sha256'), (text) => text.replace(/^\w+/, sum));
}

/** With how many calls to Spotify it takes. */
async function counted<T>(work: () => Promise<T>): Promise<[T, number]> {
  const before = await library.spotifyCalls();
  const done = await work();
  return [done, (await library.spotifyCalls()) - before];
}

describe('a backup', () => {
  it('has all that the account keeps, tells what it has not, and the next one costs next to nothing', async () => {
    await library.linked();
    const first = await library.made();
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

    const rows: unknown = parse(await (await library.download(first.id, 'format=csv&list=tracks')).text(), {
      columns: true,
    });
    expect(rows).toHaveLength(SIZES.tracks);
    const list = (await (await library.download(first.id, 'format=json&list=tracks')).json()) as {
      entries: { uri: string }[];
    };
    expect(new Set(list.entries.map(({ uri }) => uri)).size).toBe(SIZES.tracks);

    const [second, calls] = await counted(() => library.made());
    expect(second).toMatchObject({ state: first.state, counts: first.counts });
    expect(calls).toBeLessThanOrEqual(10 + SIZES.playlists / 50);
    const fileOf = ({ name }: { name: string }, path: string): string => join(library.backups, name, path);
    const tracksOf = (backup: { name: string }): number => statSync(fileOf(backup, 'lists/tracks.json')).ino;
    expect(tracksOf(second)).toBe(tracksOf(first));

    const whole = await library.kept(first.id);
    const madeWhole = async (): Promise<{ name: string; calls: number }> => {
      const [made, calls] = await counted(() => library.made());
      expect(made).toMatchObject({ state: first.state, counts: first.counts, findings: [], trouble: null });
      const kept = await library.kept(made.id);
      expect(kept.lists).toEqual(whole.lists);
      expect(kept.playlists.map(({ entries }) => entries)).toEqual(whole.playlists.map(({ entries }) => entries));
      return { name: made.name, calls };
    };
    // What is damaged there is read anew, and nothing else.
    removeFolder(fileOf(second, 'lists/albums.json'));
    const third = await madeWhole();
    expect(tracksOf(third)).toBe(tracksOf(first));
    writeAnew(fileOf(third, 'lists/albums.json'), (text) => `${text.slice(0, -30)}#${text.slice(-29)}`);
    const fourth = await madeWhole();
    expect(tracksOf(fourth)).toBe(tracksOf(first));
    expect(fourth.calls).toBeLessThanOrEqual(10 + Math.ceil(SIZES.playlists / 50) + Math.ceil(SIZES.albums / 50));

    // Nothing is built on one that does not say any more what it said: the one before is as good.
    writeAnew(fileOf(fourth, 'playlists.json'), (text) => text.replace('"count":', '"count":1'));
    const fifth = await madeWhole();
    writeAnew(fileOf(fifth, 'manifest.json'), (text) => text.replace('Saved albums', 'Saved elbums'));
    const sixth = await madeWhole();
    expect(tracksOf(sixth)).toBe(tracksOf(first));
  });

  it('reads two charts of last week again, first those of a month, and all after four weeks when one has moved', async () => {
    await library.linked({ tracks: 20, playlists: 0 });
    const age = (backup: Backup, days: number): void => {
      const then = new Date(Date.now() - days * 86_400_000).toISOString();
      rewrite(backup, 'manifest.json', (text) => text.replace(/("(?:readAt|startedAt)": ?)"[^"]+"/g, `$1"${then}"`));
    };
    const chartsRead = async (): Promise<{ backup: Backup; charts: string[]; calls: number }> => {
      const since = Date.now();
      const [backup, calls] = await counted(async () => {
        const { id } = await library.beginBackup();
        return eventually(async () => {
          await library.query(`UPDATE backups SET resume_at = now() WHERE state = 'paused'`);
          const made = await library.backup(id);
          expect(made.state).toMatch(/^complete/);
          return made;
        });
      });
      const { lists } = JSON.parse(readFileSync(join(library.backups, backup.name, 'manifest.json'), 'utf8')) as {
        lists: { name: string; order: string; readAt: string }[];
      };
      const charts = lists.filter(({ order, readAt }) => order === 'chart' && Date.parse(readAt) >= since);
      return { backup, charts: charts.map(({ name }) => name), calls };
    };
    const first = await library.made();
    age(first, 7);
    const later = [await chartsRead(), await chartsRead(), await chartsRead()];
    expect(later).toMatchObject([
      { charts: ['top_tracks_1month', 'top_artists_1month'], calls: 10 },
      { charts: ['top_tracks_6month', 'top_artists_6month'], calls: 10 },
      { charts: ['top_tracks_12month', 'top_artists_12month'], calls: 10 },
    ]);
    const { lists: whole } = await library.kept(first.id);
    age(first, 29);
    for (const { backup } of later) age(backup, 28.5);
    const quiet = await chartsRead();
    expect(quiet).toMatchObject({ charts: ['top_tracks_1month', 'top_artists_1month'], calls: 10 });
    // As if something else had been played then.
    age(quiet.backup, 28);
    const title = entriesOf({ lists: whole, playlists: [] }, 'top_tracks_1month').at(-1)?.name;
    const path = 'lists/top_tracks_1month.json';
    rewrite(quiet.backup, path, (text) => text.replaceAll(JSON.stringify(title), '"Something else"'));
    // Nothing is taken over before that is known, also when the first answer is none.
    await scenario('bad-request', { endpoint: 'me/top/tracks', times: 1 });
    const moved = await chartsRead();
    expect([moved.charts.length, moved.calls]).toEqual([6, 2 + 14]);
    expect((await library.kept(moved.backup.id)).lists).toEqual(whole);
  });

  it('looks at a part of long lists in no order, and reads them when it is another', async () => {
    await library.linked({ tracks: 20, playlists: 0, artists: 55, audiobooks: 170 });
    const first = await library.made();
    await library.stage.control('DELETE', '/control/ledger');
    const second = await library.made();
    expect(await library.stage.calls()).toMatchObject({ 'spotify me/following': 2, 'spotify me/audiobooks': 2 });
    expect(await library.spotifyCalls()).toBeLessThanOrEqual(10);

    // As if another one had been followed then, which stands in the second part.
    const { lists } = await library.kept(first.id);
    const { name = '' } = entriesOf({ lists, playlists: [] }, 'artists').at(-1) ?? {};
    rewrite(second, 'lists/artists.json', (text) => text.replaceAll(JSON.stringify(name), '"Somebody else"'));
    expect((await library.kept((await library.made()).id)).lists).toEqual(lists);
  });

  it('reads everything anew when it is told to, and shares the files that are the same all the same', async () => {
    await library.linked({ tracks: 60, playlists: 3, artists: 55, audiobooks: 170 });
    const [first, calls] = await counted(() => library.made());
    const [second, again] = await counted(async () => {
      const { id, full } = await library.beginBackup('spotify', true);
      expect([full, (await library.beginBackup()).id]).toEqual([true, id]);
      return library.endedBackup(id);
    });
    expect(again).toBe(calls);
    expect((await library.kept(second.id)).lists).toEqual((await library.kept(first.id)).lists);
    const [before, after] = [first, second].map(({ name }) =>
      statSync(join(library.backups, name, 'lists/artists.json')),
    );
    expect(after?.ino).toBe(before?.ino);

    const other = await library.beginBackup();
    expect(await asOwner(library.service, 'POST', '/admin/backups', { full: true })).toMatchObject({
      status: 409,
      body: { code: 'conflict', remedy: expect.stringContaining('DELETE') },
    });
    expect(await library.endedBackup(other.id)).toMatchObject({ full: false, findings: [] });
  });

  it('is told apart from another one, and its files are looked through and taken away', async () => {
    await library.linked({ tracks: 60, playlists: 3 });
    // No database takes this as text.
    await library.asListener('POST', 'me/playlists', { name: 'Cut off \ud83c and \0' });
    const first = await library.made();
    const whole = await library.kept(first.id);
    expect(whole.playlists.map(({ playlist }) => playlist?.name)).toContain('Cut off \uFFFD and \uFFFD');
    expect(await asOwner(library.service, 'GET', '/admin/backups/changes?since=2026-01-01')).toMatchObject({
      status: 404,
      body: { detail: 'There is no backup to compare with.' },
    });
    const [, , gone] = entriesOf(whole, 'tracks');
    await library.change({ remove: [gone?.uri ?? ''], addTracks: 2 });
    const second = await library.made();
    expect(second.counts['tracks']).toBe(61);
    const { body } = await asOwner(library.service, 'GET', `/admin/backups/${second.id}/diff/${first.id}`);
    expect(body).toMatchObject({
      from: first.name,
      to: second.name,
      accounts: { from: first.account, to: second.account },
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

    const changes = (since: string) => asOwner(library.service, 'GET', `/admin/backups/changes?since=${since}`);
    for (const since of ['2026-01-01', '2026-01-01T01:00Z', '2026-01-01T01:00:00.5-02:00']) {
      expect([since, await changes(since)]).toEqual([since, { status: 200, body }]);
    }
    for (const since of ['yesterday', '20261129', '2026-W01', '2026-11-29T01Z', '2026-333', '2026-11', '2026-02-30']) {
      const refusal = { code: 'invalid_request', detail: expect.stringContaining('such as 2026-10-01') as string };
      expect([since, await changes(since)]).toMatchObject([since, { status: 400, body: refusal }]);
    }
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect(await changes(tomorrow)).toMatchObject({
      status: 404,
      body: { code: 'not_found', detail: `No backup was made since ${tomorrow}.` },
    });

    // While its disk is away nothing is noted of a backup.
    const away = join(library.folder, 'away');
    renameSync(library.backups, away);
    const storageFailed = { status: 507, body: { code: 'storage_failed' } };
    for (const [method, path] of [
      ['POST', `/admin/backups/${first.id}/verify`],
      ['DELETE', `/admin/backups/${first.id}`],
      ['GET', `/admin/backups/${first.id}/diff/${second.id}`],
      ['GET', `/admin/backups/${first.id}/download`],
      ['POST', `/admin/backups/${first.id}/restore`],
    ] as const) {
      const answer = await asOwner(library.service, method, path, method === 'POST' ? {} : undefined);
      expect([path, answer]).toMatchObject([path, storageFailed]);
    }
    // One whose files cannot be removed stays known.
    writeFileSync(library.backups, '');
    expect(await asOwner(library.service, 'DELETE', `/admin/backups/${first.id}`)).toMatchObject(storageFailed);
    removeFolder(library.backups);
    renameSync(away, library.backups);
    const unchanged = ({ id, state }: Backup): object => ({ id, state, trigger: 'owner' });
    expect(await library.allBackups()).toMatchObject([unchanged(second), unchanged(first)]);
    // Where others are there it is one that is gone.
    renameSync(join(library.backups, first.name), away);
    expect(await library.verified(first.id)).toMatchObject({ state: 'failed', findings: [{ file: 'manifest.json' }] });
    renameSync(away, join(library.backups, first.name));
    expect(await library.verified(first.id)).toMatchObject({ state: first.state, findings: [] });

    // The folder may be older than the database.
    await library.query('DELETE FROM backups');
    const items = await library.allBackups();
    expect(items).toMatchObject([
      { id: second.id, trigger: 'found', state: second.state, counts: second.counts },
      { id: first.id, trigger: 'found', state: first.state, counts: first.counts },
    ]);

    const tracks = join(library.backups, second.name, 'lists/tracks.csv');
    writeFileSync(tracks, readFileSync(tracks, 'utf8').replace('track', 'trick'));
    expect(await library.verified(second.id)).toMatchObject({
      state: 'failed',
      findings: [{ file: 'lists/tracks.csv' }],
    });
    expect(await library.verified(first.id)).toMatchObject({ findings: [] });
    // What is damaged is not handed out, also if it is as long as before; what is whole is.
    const statusOf = async (query: string): Promise<string> => {
      const answer = await library.download(second.id, query);
      return `${query} ${answer.status} ${/lists.tracks.csv/.exec(await answer.text())?.[0] ?? ''}`;
    };
    expect(await statusOf('format=archive')).toBe('format=archive 409 lists/tracks.csv');
    expect(await statusOf('format=csv&list=tracks')).toBe('format=csv&list=tracks 409 lists/tracks.csv');
    for (const query of ['format=json', 'format=json&list=tracks', 'format=json&list=playlists', 'format=transfer'])
      expect(await statusOf(query)).toContain(' 200 ');
    // By this one it is known whose the files of a playlist are.
    const playlists = join(library.backups, second.name, 'playlists.json');
    writeAnew(playlists, (text) => text.replace(/"name":"./, '"name":"#'));
    const { playlist } = (await library.kept(first.id)).playlists[0] ?? {};
    const one = `list=playlist:${playlist?.id ?? ''}`;
    for (const query of ['format=json', 'format=json&list=playlists', `format=json&${one}`, `format=transfer&${one}`])
      expect(await statusOf(query)).toContain(' 409 ');
    const detail = `playlists.json of ${second.name} is missing, or not what it was.`;
    const comparison = await asOwner(library.service, 'GET', `/admin/backups/${first.id}/diff/${second.id}`);
    expect(comparison).toMatchObject({ status: 409, body: { code: 'conflict', detail } });
    expect((await asOwner(library.service, 'DELETE', `/admin/backups/${second.id}`)).status).toBe(204);
    expect(readdirSync(library.backups)).toEqual([first.name]);
    expect((await asOwner(library.service, 'GET', `/admin/backups/${second.id}`)).status).toBe(404);
  });

  it('is of Last.fm as well', async () => {
    await library.linked();
    const backup = await library.made('lastfm');
    expect(backup).toMatchObject({ state: 'complete', omissions: [], findings: [] });
    expect(backup.counts['loved_tracks']).toBeGreaterThan(50);
  });

  it('without consent for all of it has what it may, and says what lacks and where to agree', async () => {
    await library.linked({}, ['user-library-read', 'user-top-read']);
    const backup = await library.made();
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
    await library.linked(nothing);
    const backup = await library.made();
    expect(backup).toMatchObject({ state: 'complete', omissions: [], findings: [], counts: nothing });
  });
});

describe('a backup in bad days', () => {
  it('goes on where it was when the service is killed, and reads again only what was under way', async () => {
    let working = await library.linkedAlone({ tracks: 1_500, playlists: 0 });
    await scenario('slow', { ms: 60 });
    const before = await library.spotifyCalls();
    const { id } = await library.beginBackup();
    for (const done of [200, 700, 1_200]) {
      await eventually(async () => {
        const { progress } = await library.backup(id);
        expect(progress?.list === 'tracks' && progress.done >= done % 500).toBe(true);
      });
      await library.kill(working);
      // A process that says nothing for so long works no more.
      await library.query("UPDATE backups SET lease_until = now() - interval '1 second' WHERE state = 'running'");
      working = await library.startAlone();
    }
    const backup = await library.endedBackup(id);
    expect(backup).toMatchObject({ findings: [], counts: { tracks: 1_500 } });
    const lists = 30 + Math.ceil(SIZES.albums / 50) + 11;
    // One profile for each time that it went on, and at each kill the page that was not kept yet.
    expect((await library.spotifyCalls()) - before).toBeLessThanOrEqual(lists + 4 + 3);
  });

  it('goes on with a playlist that has moved where it was when the service is killed', async () => {
    const pages = 20;
    const working = await library.linkedAlone({ tracks: 0, albums: 0, playlists: 1, playlistItems: pages * 50 });
    await scenario('slow', { ms: 40 });
    const { id } = await library.beginBackup();
    const kept = async (other = ''): Promise<{ list: string; version: string; pages: number }> => {
      const [row] = await library.query(
        `SELECT list, version, count(*)::int AS pages FROM backup_pages
          WHERE list LIKE 'playlist:%' AND version <> $1 GROUP BY 1, 2 HAVING count(*) > 7`,
        [other],
      );
      if (!row) throw new Error('There are not enough pages yet.');
      return { list: String(row['list']), version: String(row['version']), pages: Number(row['pages']) };
    };
    const begun = await eventually(() => kept());
    await library.changePlaylist(begun.list.slice('playlist:'.length), { remove: [0] });
    const moved = await eventually(() => kept(begun.version));
    await library.kill(working);
    await library.query("UPDATE backups SET lease_until = now() - interval '1 second' WHERE state = 'running'");
    await library.stage.control('DELETE', '/control/ledger');
    await library.start();
    expect(await library.endedBackup(id)).toMatchObject({ findings: [], counts: { playlists: 1 } });
    expect((await library.stage.calls())['spotify playlists/{id}/items']).toBeLessThanOrEqual(pages - moved.pages);
  });

  it('is left to another process at once by one that stops, which goes on where that was', async () => {
    await library.linked({ tracks: 400, playlists: 0 });
    const { service } = library;
    await scenario('slow', { ms: 60 });
    const { id } = await library.beginBackup();
    await eventually(async () => {
      expect((await library.backup(id)).progress?.done).toBeGreaterThanOrEqual(100);
    });
    await library.start();
    await library.stop(service);
    const isFree = 'SELECT fence > 1 OR lease_until <= now() AS free FROM backups WHERE id = $1';
    expect(await library.query(isFree, [id])).toEqual([{ free: true }]);
    expect(await library.endedBackup(id)).toMatchObject({ counts: { tracks: 400 }, findings: [], trouble: null });
    expect((await library.stage.calls())['spotify me/tracks']).toBeLessThanOrEqual(8 + 1);
  });

  it('waits when the provider asks for hours, also after a restart, and goes on when they are over', async () => {
    await library.linked({ tracks: 300, playlists: 0 });
    await scenario('rate-limited', { retryAfter: 7_200 });
    const { id } = await library.beginBackup();
    const paused = await eventually(async () => {
      const backup = await library.backup(id);
      expect(backup).toMatchObject({ state: 'paused', trouble: { code: 'upstream_rate_limited' } });
      return backup;
    });
    expect(Date.parse(paused.resumeAt ?? '') - Date.now()).toBeGreaterThan(7_000_000);
    await library.stop();
    const calls = await library.spotifyCalls();
    await library.start(hourly());
    expect((await library.beginBackup()).id).toBe(id);
    expect((await library.backup(id)).state).toBe('paused');
    const alert = async (): Promise<unknown> =>
      ((await asOwner(library.service, 'GET', '/admin/backups')).body as { alert: unknown }).alert;
    // What was due before there was a schedule nobody has missed.
    await library.query("UPDATE backups SET created_at = now() - interval '5 hours'");
    expect(await alert()).toBeNull();
    await library.query("UPDATE schedule_slots SET slot = slot - interval '3 hours'");
    await eventually(async () => {
      expect(await alert()).toMatch(
        /^3 backups of Spotify were due since [-\d]{10}T[:.\d]+Z, and none is made\. The one under way is paused until [-\d]{10}T[:.\d]+Z: Spotify refuses more calls.* Wait:/,
      );
      expect((await (await fetch(`${library.service.url}/health`)).json()) as object).toMatchObject({
        backups: { alert: expect.stringContaining('Backups of Spotify were due and not made.') as string },
      });
    });
    expect(await library.spotifyCalls()).toBe(calls);
    await library.stage.control('DELETE', '/control/spotify');
    await library.query('DELETE FROM upstream_blocks');
    await library.query('UPDATE backups SET resume_at = now()');
    expect(await library.endedBackup(id)).toMatchObject({ counts: { tracks: 300 }, findings: [], trouble: null });
  });

  it('ends with the reason when the link is taken back in the middle, and earlier ones are untouched', async () => {
    await library.linked({ tracks: 800, playlists: 0 });
    const first = await library.made();
    await library.change({ addTracks: 3 });
    await scenario('slow', { ms: 60 });
    const { id } = await library.beginBackup();
    await eventually(async () => {
      expect((await library.backup(id)).progress).not.toBeNull();
    });
    const refused = async (): Promise<void> => {
      await library.stage.control('POST', '/control/spotify/revoke');
      await library.stage.control('POST', '/control/spotify/expire');
      // One refusal may be a fault of theirs: it is asked about again before it is for good.
      await eventually(async () => {
        expect(await library.backup(id)).toMatchObject({
          state: 'paused',
          trouble: { code: 'reauthorization_required' },
        });
      });
    };
    await refused();
    // Who links the account again has not to wait until then.
    await scenario('slow', { ms: 200 });
    await library.link(READ_SCOPES);
    await eventually(async () => {
      expect(await library.backup(id)).toMatchObject({ state: 'running', trouble: null });
    });
    await refused();
    await library.query('UPDATE account_grants SET cooldown_until = now()');
    await library.query('UPDATE backups SET resume_at = now()');
    expect(await library.endedBackup(id)).toMatchObject({
      state: 'failed',
      trouble: { code: 'reauthorization_required', remedy: expect.stringContaining('/auth') },
    });
    expect(readdirSync(library.backups)).toEqual([first.name]);
    expect((await asOwner(library.service, 'GET', '/admin/backups')).body).toMatchObject({
      alert: expect.stringContaining('Spotify has failed'),
    });
  });

  it('is refused at once where the folder cannot be written, with what to do', async () => {
    await library.linked();
    await library.stop();
    writeFileSync(join(library.folder, 'a-file'), '');
    await library.start({ BACKUP_DIR: join(library.folder, 'a-file', 'backups') });
    expect(await asOwner(library.service, 'POST', '/admin/backups', {})).toMatchObject({
      status: 507,
      body: { code: 'storage_failed', remedy: expect.stringContaining('BACKUP_DIR') },
    });
  });
});

describe('the schedule', () => {
  it('makes one that was missed, once over all processes, and keeps as many as it is told', async () => {
    await library.linked({ tracks: 20, playlists: 0, albums: 0 });
    const byHand = await library.made();
    await library.query("UPDATE backups SET created_at = now() - interval '9 days'");
    await library.stop();
    const schedule = { BACKUP_CRON: '15 3 * * *', TIMEZONE: 'Asia/Tokyo', BACKUP_KEEP: 'daily=1' };
    const service = await library.startAlone(schedule);
    // What was due before there was a schedule nobody has missed.
    expect((await asOwner(library.service, 'GET', '/admin/backups')).body).toMatchObject({
      items: [{ id: byHand.id }],
      nextAt: expect.stringMatching(/T18:15:00\.000Z$/),
      alert: null,
    });
    await library.query("UPDATE schedule_slots SET slot = now() - interval '50 hours'");
    const other = await library.startAlone(schedule);
    const scheduled = (): Promise<Backup[]> =>
      eventually(async () => {
        const items = (await library.allBackups()).filter(({ trigger }) => trigger === 'schedule');
        expect(items.map(({ state, provider }) => [state, provider]).sort()).toEqual([
          ['complete', 'lastfm'],
          ['complete', 'spotify'],
        ]);
        return items;
      }, 30_000);
    const names = (await scheduled()).map(({ name }) => name);
    expect([service, other].some((each) => /backups? (was|were) not made when due/.test(each.output()))).toBe(true);
    // Somebody else, who was linked then.
    await library.query("UPDATE backups SET account = $1 WHERE provider = 'lastfm'", [{ id: 'grace', name: 'Grace' }]);
    await library.query("UPDATE backups SET created_at = created_at - interval '26 hours' WHERE trigger = 'schedule'");
    await library.query("UPDATE schedule_slots SET slot = slot - interval '26 hours'");
    const [spotify = '', lastfm = ''] = names.sort().reverse();
    await eventually(async () => {
      const items = await library.allBackups();
      const newer = items.filter(({ name, trigger }) => trigger === 'schedule' && !names.includes(name));
      expect(newer.map(({ state }) => state)).toEqual(['complete', 'complete']);
      expect(readdirSync(library.backups).sort()).toEqual(
        [...newer.map(({ name }) => name), byHand.name, lastfm].sort(),
      );
      expect(items.map(({ name }) => name)).not.toContain(spotify);
    }, 30_000);
  });
});
