import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { type Backup, READ_SCOPES, WRITE_SCOPES, entriesOf, useLibrary } from '../support/library.js';
import { asOwner } from '../support/link-by-program.js';
import { removeFolder } from '../support/service.js';

const library = useLibrary();

const scenario = (name: string, more: object = {}): Promise<unknown> =>
  library.stage.control('PUT', '/control/spotify', { scenario: name, ...more });
const normal = (): Promise<unknown> => library.stage.control('DELETE', '/control/spotify');

/** Whatever waits goes on at once. */
const goOn = (table: 'backups' | 'restores'): Promise<unknown> =>
  library.query(`UPDATE ${table} SET resume_at = now() WHERE state = 'paused'`);

const reasonsOf = ({ omissions }: Backup): Record<string, string> =>
  Object.fromEntries(omissions.map(({ what, reason }) => [what, reason]));

describe('what the provider says is not what it shows', () => {
  it('is told of a list that counts one too many, which is kept and can be put back', async () => {
    await library.linked({ tracks: 120, playlists: 2, playlistItems: 60, artists: 55 }, [
      ...READ_SCOPES,
      ...WRITE_SCOPES,
    ]);
    await scenario('miscounted');
    const backup = await library.made();
    expect(backup).toMatchObject({
      state: 'complete_with_omissions',
      counts: { tracks: 120, artists: 55 },
      findings: [],
      trouble: null,
    });
    const reasons = reasonsOf(backup);
    expect(reasons['Saved tracks']).toBe('It may lack something: the provider counts 121 of it and shows 120.');
    expect(reasons['Followed artists']).toBe('It may lack something: the provider counts 56 of it and shows 55.');
    expect(Object.values(reasons).filter((reason) => reason.includes('counts 61 of it and shows 60'))).toHaveLength(2);
    // It may have been a fault of a moment. What is counted wrong once more is not asked for once more.
    const again = await library.made();
    expect(again).toMatchObject({ counts: backup.counts, findings: [] });
    expect(reasonsOf(again)['Saved tracks']).toBe(
      'It may lack something: the provider counts 121 of it and shows 120, as in the backup before.',
    );
    const calls = await library.spotifyCalls();
    const same = await library.made();
    expect((await library.spotifyCalls()) - calls).toBeLessThanOrEqual(10);
    expect(same).toMatchObject({ counts: backup.counts, omissions: again.omissions, findings: [] });
    // Nor is it twice when something new comes, and it is as wrong as before.
    await library.change({ addTracks: 1 });
    const tracksBefore = (await library.stage.calls())['spotify me/tracks'] ?? 0;
    expect(await library.made()).toMatchObject({ counts: { tracks: 121 } });
    expect(((await library.stage.calls())['spotify me/tracks'] ?? 0) - tracksBefore).toBe(3);
    await normal();
    expect(await library.verified(backup.id)).toMatchObject({ state: 'complete_with_omissions', findings: [] });
    expect((await library.dryRun(backup.id, { lists: ['tracks'] })).lists).toMatchObject([{ add: 0, cannot: [] }]);
    const next = reasonsOf(await library.made('spotify', true));
    expect(Object.values(next).filter((reason) => reason.includes('counts'))).toEqual([]);
  });

  it('is whole again in the next backup when pages were lost for a moment, though nothing else has changed', async () => {
    await library.linked({ tracks: 120, playlists: 1, playlistItems: 130 });
    const first = await library.kept((await library.made()).id);
    await scenario('lost-pages');
    const less = await library.made('spotify', true);
    expect(less).toMatchObject({ state: 'complete_with_omissions', counts: { tracks: 50 } });
    const [newest, before] = await library.allBackups();
    const diff = await asOwner(library.service, 'GET', `/admin/backups/${before?.id}/diff/${newest?.id}`);
    const reason = 'It may lack something: the provider counts 120 of it and shows 50.';
    expect(diff.body).toMatchObject({
      lists: { tracks: { removed: { count: 70 } } },
      mayLack: expect.arrayContaining([{ list: 'tracks', what: 'Saved tracks', backup: 'to', reason }]),
    });
    expect((diff.body as { mayLack: { list: string }[] }).mayLack.map(({ list }) => list)).toContain(
      `playlist:${first.playlists[0]?.playlist?.id}`,
    );
    await normal();
    const next = await library.made();
    expect(reasonsOf(next)['Saved tracks']).toBeUndefined();
    const { playlists, ...whole } = await library.kept(next.id);
    expect(entriesOf({ ...whole, playlists }, 'tracks')).toEqual(entriesOf(first, 'tracks'));
    expect(playlists[0]?.entries).toEqual(first.playlists[0]?.entries);
  });

  it('is read anew when something stands there twice, since others came and went meanwhile', async () => {
    await library.linked({ tracks: 400, playlists: 0 });
    const first = await library.kept((await library.made()).id);
    const late = entriesOf(first, 'tracks')[350];
    await scenario('slow', { ms: 60 });
    const { id } = await library.beginBackup('spotify', true);
    await eventually(async () => {
      const { progress } = await library.backup(id);
      expect(progress?.list === 'tracks' && progress.done >= 100).toBe(true);
    });
    await library.change({ remove: [late?.uri ?? ''], addTracks: 1 });
    await normal();
    expect(await library.endedBackup(id)).toMatchObject({ counts: { tracks: 400 }, findings: [], trouble: null });
    const after = await library.made('spotify', true);
    expect((await library.kept(id)).lists).toEqual((await library.kept(after.id)).lists);
  });

  it('is left out and told when it is refused again and again, and the rest is kept', async () => {
    await library.linked({ tracks: 60, playlists: 1 });
    // Once may be a fault of theirs, whatever has failed before.
    await scenario('not-found', { endpoint: 'me/audiobooks', times: 1 });
    const once = await library.beginBackup();
    await library.query('UPDATE backups SET setbacks = 9');
    await eventually(async () => {
      await goOn('backups');
      expect((await library.backup(once.id)).state).toBe('complete');
    });
    expect(reasonsOf(await library.backup(once.id))['Saved audiobooks']).toBeUndefined();

    await scenario('not-found', { endpoint: 'me/audiobooks' });
    const { id } = await library.beginBackup();
    await eventually(async () => {
      expect(await library.backup(id)).toMatchObject({ state: 'paused', trouble: { code: 'upstream_error' } });
    });
    // As if it had been asked for once more.
    await library.query(
      `UPDATE backups SET refusals = '{"audiobooks": 2}', resume_at = now() WHERE state = 'paused' AND refusals = '{"audiobooks": 1}'`,
    );
    const backup = await library.endedBackup(id);
    expect(backup).toMatchObject({
      state: 'complete_with_omissions',
      counts: { tracks: 60, playlists: 1 },
      findings: [],
    });
    expect(backup.omissions).toContainEqual({
      what: 'Saved audiobooks',
      reason: expect.stringContaining('HTTP 404'),
      remedy: expect.stringContaining('A later backup asks for it again.'),
    });
    await normal();
    expect(reasonsOf(await library.made())['Saved audiobooks']).toBeUndefined();
  });
});

describe('what is refused again and again', () => {
  const refuse = (): Promise<unknown> => scenario('bad-request', { endpoint: 'playlists/{id}/items' });
  const refusals = ({ omissions }: Backup): string[] =>
    omissions.flatMap(({ reason }) => (reason.startsWith('It was refused') ? [reason] : []));
  const unread = async ({ id }: Backup): Promise<number> =>
    (await library.kept(id)).playlists.filter(({ entries }) => entries === null).length;

  it('is left out, however much it is, after no more pauses, and the next backup asks for it again', async () => {
    await library.linked({ tracks: 60, playlists: 20, playlistItems: 5 });
    const closed = await unread(await library.made());
    await refuse();
    const { id } = await library.beginBackup('spotify', true);
    for (const setbacks of [1, 2]) {
      await eventually(async () => {
        expect(await library.query(`SELECT setbacks FROM backups WHERE state = 'paused'`)).toEqual([{ setbacks }]);
      });
      // All else is there by now.
      expect((await library.query(`SELECT list FROM backup_lists WHERE outcome = 'read'`)).length).toBeGreaterThan(10);
      await goOn('backups');
    }
    const refused = await library.endedBackup(id);
    expect(refused).toMatchObject({ state: 'complete_with_omissions', counts: { tracks: 60, playlists: 20 } });
    expect(new Set(refusals(refused))).toEqual(new Set([expect.stringMatching(/^It was refused\. .*400/)]));
    expect(refusals(refused).length + closed).toBeGreaterThanOrEqual(20);

    // Then once is enough, and nothing waits.
    const { id: again } = await library.beginBackup();
    const seen = new Set<string>();
    const same = await eventually(async () => {
      const backup = await library.backup(again);
      seen.add(backup.state);
      expect(backup.state).toBe('complete_with_omissions');
      return backup;
    });
    expect(seen).not.toContain('paused');
    expect(new Set(refusals(same))).toEqual(
      new Set([expect.stringMatching(/^It was refused, as in the backup before\. .*400/)]),
    );
    expect(refusals(same)).toHaveLength(refusals(refused).length);

    await normal();
    const next = await library.made();
    // Of one's own at once, those of others by turns; what has not come back yet still may.
    const left = refusals(next).length;
    expect(left).toBeLessThan(refusals(same).length);
    const passing = `SELECT count(*)::int AS left FROM backups, jsonb_array_elements(summary -> 'omissions') AS omission
      WHERE id = $1 AND (omission ->> 'isPassing')::boolean`;
    expect(await library.query(passing, [next.id])).toEqual([{ left }]);
    expect(await unread(await library.made('spotify', true))).toBe(closed);
  });

  it('stays in the last backup that has it, whatever else is wrong in that one', async () => {
    await library.prepare({ tracks: 20, playlists: 4, playlistItems: 5 });
    await library.start({ BACKUP_KEEP: 'daily=1,weekly=0,monthly=0' });
    await library.link(READ_SCOPES);
    await scenario('miscounted', { endpoint: 'me/tracks' });
    const scheduled = async (day: number, refused: string | null): Promise<Backup> => {
      if (refused !== null) await scenario('bad-request', { endpoint: refused });
      const name = `spotify_backup_2026-01-0${day}T000000Z`;
      await library.query(`INSERT INTO backups (provider, name, "trigger") VALUES ('spotify', $1, 'schedule')`, [name]);
      const ended = await eventually(async () => {
        await goOn('backups');
        const made = (await library.allBackups()).find((backup) => backup.name === name);
        expect(made?.state).toBe('complete_with_omissions');
        return made as Backup;
      });
      await library.query(`UPDATE backups SET created_at = $1 WHERE name = $2`, [`2026-01-0${day}`, name]);
      if (refused !== null) await scenario('normal', { endpoint: refused });
      return ended;
    };
    const first = await scheduled(1, null);
    await scheduled(2, 'me/playlists');
    const third = await scheduled(3, 'playlists/{id}/items');
    expect(refusals(third).length).toBeGreaterThan(0);
    const fourth = await scheduled(4, 'playlists/{id}/items');
    const kept = async (): Promise<string[]> => (await library.allBackups()).map(({ name }) => name);
    await eventually(async () => {
      expect(await kept()).not.toContain(third.name);
    });
    expect(await kept()).toContain(first.name);
    expect(refusals(fourth).length).toBeGreaterThan(0);
    // Nor does it go when the newest does not even name it.
    await scheduled(5, 'me/playlists');
    expect(await kept()).toContain(first.name);
    // Nor when nobody can say what is in it.
    const file = join(library.backups, first.name, 'playlists.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, `#${text.slice(1)}`);
    await scheduled(6, 'me/playlists');
    expect(await kept()).toContain(first.name);
    writeFileSync(file, text);
    // Not for ever: what has it all by itself takes its place.
    const last = await scheduled(7, null);
    await eventually(async () => {
      expect(await kept()).toEqual([last.name]);
    });
    expect(refusals(last)).toEqual([]);
  });

  it('is asked for once each time, not page by page', async () => {
    await library.linked({ tracks: 1_000, playlists: 0 });
    await scenario('bad-request', { endpoint: 'me/tracks' });
    const callsOf = async (): Promise<number> => (await library.stage.calls())['spotify me/tracks'] ?? 0;
    const { id } = await library.beginBackup();
    await eventually(async () => {
      await goOn('backups');
      expect((await library.backup(id)).state).toBe('complete_with_omissions');
    });
    expect(await callsOf()).toBe(3);
    await library.made();
    expect(await callsOf()).toBe(4);
    await normal();
    expect(await library.made()).toMatchObject({ state: 'complete', counts: { tracks: 1_000 } });
  });

  it('makes no backup of nothing when it is all there is', async () => {
    await library.linked({ tracks: 60, playlists: 0 });
    // Charts are not asked for again, and say nothing of what is saved.
    const first = await library.made();
    const lists = [
      'tracks',
      'albums',
      'shows',
      'episodes',
      'audiobooks',
      'following',
      'top/tracks',
      'top/artists',
      'playlists',
    ];
    for (const list of lists) await scenario('not-found', { endpoint: `me/${list}` });
    const { id } = await library.beginBackup();
    const trouble = { code: 'upstream_error', detail: expect.stringContaining('all that was asked for was refused') };
    await eventually(async () => {
      await goOn('backups');
      expect(await library.backup(id)).toMatchObject({ state: 'failed', trouble });
    });
    expect(readdirSync(library.backups)).toEqual([first.name]);
    await normal();
    expect(await library.made()).toMatchObject({ state: 'complete', counts: { tracks: 60 }, trouble: null });
  });
});

it('what a process that was killed has left of a backup that nobody knows goes with the next one', async () => {
  await library.linked({ tracks: 20, playlists: 0 });
  mkdirSync(library.backups);
  const partial = (second: number): string => `.spotify_backup_2026-01-01T00000${second}Z.${randomUUID()}.partial`;
  const [forgotten, known, recent] = [partial(1), partial(2), partial(3)];
  const twoDaysAgo = Date.now() / 1_000 - 2 * 86_400;
  for (const name of [forgotten, known, recent]) {
    mkdirSync(join(library.backups, name, 'lists'), { recursive: true });
    if (name !== recent) utimesSync(join(library.backups, name), twoDaysAgo, twoDaysAgo);
  }
  await library.query(
    `INSERT INTO backups (provider, name, "trigger", state, resume_at)
    VALUES ('lastfm', 'spotify_backup_2026-01-01T000002Z', 'owner', 'paused', now() + interval '1 day')`,
  );
  const { name } = await library.made();
  expect(new Set(readdirSync(library.backups))).toEqual(new Set([known, recent, name]));
});

describe('while the disk of backups is away', () => {
  const away = (): string => join(library.folder, 'away');
  const take = (): void => {
    renameSync(library.backups, away());
  };
  const bring = (): void => {
    removeFolder(library.backups);
    renameSync(away(), library.backups);
  };
  const folderAway = {
    code: 'storage_failed',
    detail: 'The folder of backups is missing, or has none of those that are known.',
    remedy: expect.stringContaining('"newFolder": true'),
  };

  it('none is begun, one under way and one that is due wait, and none is hidden by another', async () => {
    await library.linked({ tracks: 300, playlists: 0 });
    const first = await library.made();
    take();
    for (const isEmptyFolder of [false, true]) {
      if (isEmptyFolder) mkdirSync(library.backups);
      expect(await asOwner(library.service, 'POST', '/admin/backups', {})).toMatchObject({
        status: 507,
        body: folderAway,
      });
      expect(existsSync(library.backups)).toBe(isEmptyFolder);
    }
    await library.query(
      `INSERT INTO backups (provider, name, "trigger") VALUES ('spotify', 'spotify_backup_2026-01-01T000000Z', 'schedule')`,
    );
    const [due] = await library.allBackups().then((all) => all.filter(({ trigger }) => trigger === 'schedule'));
    const waits = async (id = ''): Promise<void> => {
      await eventually(async () => {
        expect(await library.backup(id)).toMatchObject({ state: 'paused', trouble: folderAway });
      });
    };
    await waits(due?.id);
    expect(await asOwner(library.service, 'POST', '/admin/backups', { newFolder: true })).toMatchObject({
      status: 409,
    });
    expect((await asOwner(library.service, 'GET', '/admin/backups')).body).toMatchObject({
      alert: expect.stringContaining('BACKUP_DIR'),
    });
    bring();
    await goOn('backups');
    expect(await library.endedBackup(due?.id ?? '')).toMatchObject({ findings: [], trouble: null });

    await scenario('slow', { ms: 60 });
    const { id } = await library.beginBackup('spotify', true);
    await eventually(async () => {
      expect((await library.backup(id)).progress?.done).toBeGreaterThanOrEqual(100);
    });
    take();
    mkdirSync(library.backups);
    await normal();
    await waits(id);
    bring();
    await goOn('backups');
    expect(await library.endedBackup(id)).toMatchObject({ counts: { tracks: 300 }, findings: [] });
    expect(await library.verified(first.id)).toMatchObject({ state: first.state, findings: [] });
  });

  it('of one process alone, the others go on', async () => {
    await library.linked({ tracks: 20, playlists: 0 });
    await library.made();
    const elsewhere = join(library.folder, 'elsewhere');
    mkdirSync(elsewhere);
    const other = await library.start({ BACKUP_DIR: elsewhere });
    for (const second of [1, 2, 3, 4]) {
      const name = `spotify_backup_2026-01-01T00000${second}Z`;
      await library.query(`INSERT INTO backups (provider, name, "trigger") VALUES ('spotify', $1, 'owner')`, [name]);
      await library.query('NOTIFY backups');
      const states = new Set<string>();
      await eventually(async () => {
        const made = (await library.allBackups()).find((backup) => backup.name === name);
        states.add(made?.state ?? '');
        expect(made?.state).toBe('complete');
      });
      expect(states).not.toContain('paused');
    }
    expect(readdirSync(elsewhere)).toEqual([]);
    await library.stop(other);
  });

  it('one that has looked at it before waits, and makes none in its place', async () => {
    await library.linked({ tracks: 20, playlists: 0 });
    const first = await library.made();
    await scenario('slow', { endpoint: 'me', ms: 500 });
    const asked = (await library.stage.calls())['spotify me'] ?? 0;
    const { id } = await library.beginBackup();
    await eventually(async () => {
      expect((await library.stage.calls())['spotify me'] ?? 0).toBeGreaterThan(asked);
    });
    take();
    await eventually(async () => {
      expect(await library.backup(id)).toMatchObject({ state: 'paused', trouble: folderAway });
    });
    expect(existsSync(library.backups)).toBe(false);
    renameSync(away(), library.backups);
    await normal();
    await goOn('backups');
    expect(await library.endedBackup(id)).toMatchObject({ state: first.state, findings: [] });
  });

  it('it is not, as long as one of the known ones is there, damaged or not', async () => {
    await library.linked({ tracks: 20, playlists: 0 });
    const [first, second] = [await library.made(), await library.made()];
    rmSync(join(library.backups, first.name, 'lists', 'tracks.json'));
    expect(await library.verified(first.id)).toMatchObject({ state: 'failed' });
    removeFolder(join(library.backups, second.name));
    expect(await library.made()).toMatchObject({ state: second.state, findings: [] });
  });

  it('a restore waits too, and puts the rest back', async () => {
    await library.linked({ tracks: 300, playlists: 0 }, [...READ_SCOPES, ...WRITE_SCOPES]);
    const { id } = await library.made();
    const tracks = entriesOf(await library.kept(id), 'tracks').flatMap(({ uri }) => uri ?? []);
    await library.change({ remove: tracks });
    await scenario('slow', { endpoint: 'put me/library', ms: 150 });
    const restore = await library.beginRestore(id, { lists: ['tracks', 'albums'] });
    await eventually(async () => {
      expect((await library.restore(restore.id)).progress?.done).toBeGreaterThanOrEqual(40);
    });
    take();
    await eventually(async () => {
      expect(await library.restore(restore.id)).toMatchObject({ state: 'paused', trouble: folderAway });
    });
    // A library is not read while it is written.
    const { body } = await asOwner(library.service, 'POST', '/admin/backups', { newFolder: true });
    const waiting = body as Backup;
    const behindRestore = {
      code: 'conflict',
      detail: 'A restore into the same account is under way, and a library is not read meanwhile.',
      remedy: expect.stringContaining('DELETE /admin/restores/:id'),
    };
    expect(waiting).toMatchObject({ state: 'queued', trouble: behindRestore });
    expect(await library.allBackups()).toMatchObject([{ id: waiting.id, trouble: behindRestore }, { trouble: null }]);
    expect(await asOwner(library.service, 'DELETE', `/admin/backups/${waiting.id}`)).toMatchObject({ status: 204 });
    bring();
    await normal();
    await goOn('restores');
    expect(await library.endedRestore(restore.id)).toMatchObject({ state: 'complete', trouble: null });
    const after = entriesOf(await library.kept((await library.made()).id), 'tracks').flatMap(({ uri }) => uri ?? []);
    expect(after).toEqual(tracks);
  });

  it('who has lost it begins in a new folder, where the others are gone', async () => {
    await library.linked({ tracks: 20, playlists: 0 });
    const first = await library.made();
    removeFolder(library.backups);
    const { status, body } = await asOwner(library.service, 'POST', '/admin/backups', { newFolder: true });
    expect(status).toBe(202);
    expect(await library.endedBackup((body as Backup).id)).toMatchObject({ findings: [], counts: { tracks: 20 } });
    expect(await library.made()).toMatchObject({ findings: [], trouble: null });
    expect(await library.verified(first.id)).toMatchObject({ state: 'failed' });
    expect(await asOwner(library.service, 'DELETE', `/admin/backups/${first.id}`)).toMatchObject({ status: 204 });
  });

  it('who has lost it and can make none any more takes what is gone off the list, and loses nothing that is there', async () => {
    await library.linked({ tracks: 20, playlists: 0 });
    const [first, second] = [await library.made(), await library.made()];
    const remove = (id: string, query = ''): Promise<unknown> =>
      asOwner(library.service, 'DELETE', `/admin/backups/${id}${query}`);
    expect(await remove(first.id, '?gone=perhaps')).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('gone') },
    });
    take();
    expect(await remove(first.id)).toMatchObject({
      status: 507,
      body: { remedy: expect.stringContaining('DELETE /admin/backups/:id?gone=true') },
    });
    expect(await remove(first.id, '?gone=true')).toMatchObject({ status: 204 });
    expect((await library.allBackups()).map(({ id }) => id)).toEqual([second.id]);
    // Whoever was wrong about it has them back.
    bring();
    expect((await library.allBackups()).map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(await library.verified(first.id)).toMatchObject({ state: first.state, findings: [] });
    // Of one whose files are there they go as always.
    expect(await remove(first.id, '?gone=true')).toMatchObject({ status: 204 });
    expect((await library.allBackups()).map(({ id }) => id)).toEqual([second.id]);
    expect(existsSync(join(library.backups, first.name))).toBe(false);

    removeFolder(library.backups);
    expect(await remove(second.id, '?gone=true')).toMatchObject({ status: 204 });
    expect(await library.made()).toMatchObject({ findings: [], trouble: null });
  });

  it('what has failed, and was never there, is taken away all the same, and has nothing to verify', async () => {
    await library.linked({ tracks: 20, playlists: 0 });
    const { id } = await library.made();
    await library.query(`UPDATE backups SET state = 'failed', summary = NULL`);
    removeFolder(library.backups);
    expect(await asOwner(library.service, 'POST', `/admin/backups/${id}/verify`)).toMatchObject({
      status: 409,
      body: { detail: 'This backup has failed, and there is nothing of it.' },
    });
    expect(await asOwner(library.service, 'DELETE', `/admin/backups/${id}`)).toMatchObject({ status: 204 });
  });
});
