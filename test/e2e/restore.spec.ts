import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { AS_OWNER, asOwner } from '../support/link-by-program.js';
import type { LoneService } from '../support/service.js';
import {
  ENDED,
  type Entry,
  type Kept,
  type Parts,
  READ_SCOPES,
  type Restore,
  type Sizes,
  WRITE_SCOPES,
  entriesOf,
  useLibrary,
} from '../support/library.js';

/** Its first playlist is the longest, the third is somebody else's, and the next two have the same name. */
const [LONGEST, OTHERS, GONE, NAMESAKE] = [0, 2, 3, 4];
const WRITES = [
  'put me/library',
  'delete me/library',
  'post me/playlists',
  'post playlists/',
  'put playlists/',
  'delete playlists/',
];

interface Refusal {
  code: string;
  detail: string;
  remedy: string;
}

const library = useLibrary();

/** A service whose account has a library of this size, and a backup of it. @returns the backup's id, and all that is in it */
async function backedUp(
  sizes: Sizes = {},
  scopes = [...READ_SCOPES, ...WRITE_SCOPES],
): Promise<{ id: string; kept: Kept }> {
  await library.linked(sizes, scopes);
  return backup();
}

async function backup(): Promise<{ id: string; kept: Kept }> {
  const { id, state } = await library.made();
  expect(state).toMatch(/^complete/);
  return { id, kept: await library.kept(id) };
}

async function until(id: string, state: RegExp): Promise<Restore> {
  return eventually(async () => {
    const restore = await library.restore(id);
    expect(restore.state).toMatch(state);
    return restore;
  }, 60_000);
}

interface Following {
  /** The first that is told from here on and is so, or the last of all. */
  until: (isSo: (restore: Restore) => boolean) => Promise<{ value: Restore | null; isOver: boolean }>;
}

/** Listens to the events of a restore. */
function follow(id: string): Following {
  const answer = fetch(`${library.service.url}/admin/restores/${id}/events`, { headers: AS_OWNER });
  const reader = answer.then(({ body }) => body?.pipeThrough(new TextDecoderStream()).getReader());
  let text = '';
  let value: Restore | null = null;
  return {
    until: async (isSo) => {
      for (;;) {
        for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
          const [, data] = /^data: (.+)$/m.exec(text.slice(0, end)) ?? [];
          text = text.slice(end + 2);
          if (data === undefined) continue;
          value = JSON.parse(data) as Restore;
          if (isSo(value)) return { value, isOver: false };
        }
        const { done, value: more } = (await (await reader)?.read()) ?? { done: true, value: '' };
        if (done) return { value, isOver: true };
        text += more;
      }
    },
  };
}

async function restored(id: string, wish: object = {}): Promise<Restore> {
  return until((await library.beginRestore(id, wish)).id, ENDED);
}

/** It has not to be waited for: what is faked is time alone. */
async function passed(what: string): Promise<void> {
  await library.query(`UPDATE restores SET ${what} = now() - interval '1 second' WHERE ${what} IS NOT NULL`);
}

const urisOf = (entries: readonly Entry[] | null | undefined): (string | null)[] =>
  (entries ?? []).map(({ uri }) => uri);
const urisIn = (kept: Kept, name: string): string[] => urisOf(entriesOf(kept, name)).filter((uri) => uri !== null);

function playlistAt({ playlists }: Kept, place: number): { id: string; uri: string; name: string; entries: Entry[] } {
  const { playlist, entries } = playlists[place] ?? {};
  if (!playlist) throw new Error(`There is no playlist ${place}.`);
  return { ...playlist, entries: entries ?? [] };
}

/** The entries of the playlist of that name. */
function named({ playlists }: Kept, name: string): (string | null)[] {
  return urisOf(playlists.find(({ playlist }) => playlist?.name === name)?.entries);
}

/** What of a playlist can be put in again. */
const addable = (entries: readonly Entry[]): (string | null)[] =>
  urisOf(entries.filter(({ kind }) => kind !== 'local' && kind !== 'gone'));

/** Changes the order of a playlist, as the listener does it in the app: the first so many come to stand the other way round. */
async function turnRound(id: string, count: number): Promise<void> {
  for (let at = 1; at < count; at += 1) {
    await library.asListener('PUT', `playlists/${id}/items`, { range_start: at, insert_before: 0 });
  }
}

/** Waits until an endpoint was called so often. */
async function called(endpoint: string, times: number): Promise<void> {
  await eventually(async () => {
    expect((await library.stage.calls())[`spotify ${endpoint}`]).toBe(times);
  }, 60_000);
}

async function writeCalls(): Promise<number> {
  return Object.entries(await library.stage.calls())
    .filter(([name]) => WRITES.some((write) => name.startsWith(`spotify ${write}`)))
    .reduce((sum, [, count]) => sum + count, 0);
}

/** Ends the service without a word when this is called for the first time, or for such a time. */
async function killedAt(service: LoneService, endpoint: string, times = 1): Promise<void> {
  await called(endpoint, times);
  await library.kill(service);
  // A process that says nothing for so long works no more.
  await passed('lease_until');
  await library.stage.control('DELETE', '/control/spotify');
}

const LISTS = ['tracks', 'albums', 'shows', 'episodes', 'audiobooks', 'artists'];

describe('a restore', () => {
  it('tells first what it will do, puts back what lacks, in order, and does nothing the second time', async () => {
    const { id, kept } = await backedUp();
    const [longest, others, gone] = [LONGEST, OTHERS, GONE].map((place) => playlistAt(kept, place));
    if (!longest || !others || !gone) throw new Error('The sandbox has these.');
    await library.change({
      remove: [
        ...urisIn(kept, 'tracks').slice(0, 90),
        ...urisIn(kept, 'albums').slice(0, 3),
        ...urisIn(kept, 'artists').slice(0, 2),
        others.uri,
        gone.uri,
      ],
    });
    await library.changePlaylist(longest.id, { remove: [0, 1, 5, 60, 129] });

    const plan = await library.dryRun(id);
    expect(plan.lists.map(({ list, add, remove }) => [list, add, remove])).toEqual([
      ['tracks', 90, 0],
      ['albums', 3, 0],
      ['shows', 0, 0],
      ['episodes', 0, 0],
      ['audiobooks', 0, 0],
      ['artists', 2, 0],
    ]);
    const planned = (of: { id: string }) => plan.playlists.find((playlist) => playlist.id === of.id);
    expect(planned(longest)).toMatchObject({ action: 'fill', add: 5, remove: 0, cannotCount: 0 });
    expect(planned(others)).toMatchObject({ action: 'follow', add: 1 });
    const lost = gone.entries.length - addable(gone.entries).length;
    expect(planned(gone)).toMatchObject({ action: 'create', add: addable(gone.entries).length, cannotCount: lost });
    expect(
      planned(gone)
        ?.cannot.map(({ reason }) => reason)
        .join(' '),
    ).toMatch(/file of your own.*catalogue/);
    expect(await writeCalls()).toBe(0);

    const first = await restored(id);
    expect(first).toMatchObject({ state: 'complete_with_omissions', trouble: null, progress: null });
    expect(first.counts).toMatchObject({ added: 90 + 3 + 2 + 5 + 1 + addable(gone.entries).length, removed: 0 });
    const after = (await backup()).kept;
    for (const list of LISTS) expect([list, ...urisIn(after, list)]).toEqual([list, ...urisIn(kept, list)]);
    expect(after.playlists).toHaveLength(kept.playlists.length);
    expect(named(after, longest.name)).toEqual(urisOf(longest.entries));
    expect(after.playlists.filter(({ playlist }) => playlist?.id === others.id)).toHaveLength(1);
    expect(named(after, gone.name)).toEqual(addable(gone.entries));
    // Another one has the same name, and stays as it was.
    const namesakes = after.playlists.filter(({ playlist }) => playlist?.name === gone.name);
    expect(namesakes.slice(1)).toMatchObject([{ entries: playlistAt(kept, NAMESAKE).entries }]);

    // The one that was made is known from then on, whatever else gets its name.
    await library.asListener('POST', 'me/playlists', { name: gone.name });
    const calls = await writeCalls();
    expect(await restored(id)).toMatchObject({ counts: { added: 0, removed: 0 } });
    expect(await writeCalls()).toBe(calls);
    const { body } = await asOwner(library.service, 'GET', '/admin/audit?limit=10');
    const actions = (body as { items: { action: string }[] }).items.map(({ action }) => action);
    expect(actions.filter((action) => action.startsWith('restore.'))).toEqual([
      'restore.ended',
      'restore.begun',
      'restore.ended',
      'restore.begun',
    ]);
  });

  it('takes out what is not in the backup only when it is asked to, and only of what it is asked for', async () => {
    const { id, kept } = await backedUp({ tracks: 20, playlistItems: 60 });
    const longest = playlistAt(kept, LONGEST);
    const [moved] = urisOf(longest.entries);
    if (typeof moved !== 'string') throw new Error('The first entry of the longest is a song.');
    const [oldest = ''] = urisIn(kept, 'tracks').slice(-1);
    await library.stage.control('POST', '/control/spotify/library', { addTracks: 45, remove: [oldest] });
    const [, ...rest] = urisIn((await backup()).kept, 'tracks');
    await library.changePlaylist(longest.id, { remove: [0, 13], add: [moved, ...rest.slice(0, 3)] });

    const [tracks] = (await library.dryRun(id)).lists;
    expect(tracks).toMatchObject({ list: 'tracks', add: 1, remove: 0, misplaced: 1 });
    const wish = { removeOthers: true, lists: ['tracks', `playlist:${longest.id}`] };
    const plan = await library.dryRun(id, wish);
    expect(plan.lists).toMatchObject([{ list: 'tracks', add: 1, remove: 45 }]);
    expect(plan.playlists).toMatchObject([{ action: 'fill', add: 0, remove: 3, move: 1, cannotCount: 1 }]);
    const calls = await writeCalls();
    expect(await restored(id, wish)).toMatchObject({
      state: 'complete_with_omissions',
      counts: { added: 1, removed: 48, moved: 1, cannot: 1 },
    });
    expect(await writeCalls()).toBeGreaterThan(calls);
    const after = (await backup()).kept;
    expect(urisIn(after, 'tracks')).toEqual([oldest, ...urisIn(kept, 'tracks').slice(0, -1)]);
    expect(named(after, longest.name)).toEqual(urisOf(longest.entries).toSpliced(13, 1));

    // What is refused is found among the others, and told.
    await library.change({ remove: urisIn(after, 'tracks').slice(0, 2) });
    const refusing = { scenario: 'not-found', endpoint: 'put me/library', times: 2 };
    await library.stage.control('PUT', '/control/spotify', refusing);
    const refused = await restored(id, { lists: ['tracks'] });
    expect(refused).toMatchObject({ state: 'complete_with_omissions', counts: { added: 1, cannot: 1 } });
    expect(refused.lists[0]?.cannot[0]?.what).toContain(entriesOf(after, 'tracks')[0]?.name);
    expect(await restored(id, { lists: ['tracks'] })).toMatchObject({ state: 'complete', counts: { added: 1 } });

    // After a refusal there is something left to do, and nobody else has changed anything.
    const alone = { removeOthers: true, lists: [`playlist:${longest.id}`] };
    await turnRound(longest.id, 4);
    for (const [scenario, endpoint] of [
      ['forbidden', 'put playlists/{id}/items'],
      ['not-found', 'post playlists/{id}/items'],
    ]) {
      if (scenario === 'not-found') await library.changePlaylist(longest.id, { remove: [5] });
      await library.stage.control('PUT', '/control/spotify', { scenario, endpoint, times: 2 });
      const closed = await restored(id, alone);
      expect(closed).toMatchObject({ counts: { added: 0, removed: 0, moved: 0, cannot: 2 } });
      expect(closed.playlists).toMatchObject([{ action: 'nothing', add: 0, move: 0, misplaced: 3 }]);
      expect(closed.playlists[0]?.cannot.map(({ reason }) => reason).join()).not.toContain('changed while');
      await library.stage.control('DELETE', '/control/spotify');
    }
    expect(await restored(id, alone)).toMatchObject({ counts: { added: 1, moved: 3, cannot: 1 } });
    expect(named((await backup()).kept, longest.name)).toEqual(urisOf(longest.entries).toSpliced(13, 1));
  });

  it('says of a playlist that somebody changes meanwhile that it is not what it was', async () => {
    const { id, kept } = await backedUp({ tracks: 3, playlists: 1, playlistItems: 12 });
    const longest = playlistAt(kept, LONGEST);
    await library.changePlaylist(longest.id, { remove: [2, 3] });
    const endpoint = 'post playlists/{id}/items';
    await library.stage.control('PUT', '/control/spotify', { scenario: 'slow', endpoint, ms: 1_000 });
    const wish = { lists: [`playlist:${longest.id}`] };
    const { id: first } = await library.beginRestore(id, wish);
    await called(endpoint, 1);
    await library.changePlaylist(longest.id, { remove: [0] });
    const ended = await until(first, ENDED);
    expect(ended.state).toBe('complete_with_omissions');
    expect(ended.playlists[0]?.cannot.map(({ reason }) => reason).join()).toContain('changed while');
    expect(await restored(id, wish)).toMatchObject({ state: 'complete', counts: { added: 1 } });
  });

  it('is refused while the account has not agreed to it, of another account, and beside another one', async () => {
    const { id, kept } = await backedUp({ tracks: 3, playlists: 1, playlistItems: 3 }, READ_SCOPES);
    const ask = async (wish: object): Promise<[number, Refusal]> => {
      const { status, body } = await asOwner(library.service, 'POST', `/admin/backups/${id}/restore`, wish);
      return [status, body as Refusal];
    };
    for (const wish of [{}, { dryRun: false }]) {
      const [status, refusal] = await ask(wish);
      expect([status, refusal.code]).toEqual([403, 'insufficient_scope']);
      for (const scope of WRITE_SCOPES) expect(refusal.detail).toContain(scope);
      expect(refusal.remedy).toMatch(/\/auth\?.*scope=.*playlist-modify-private/);
    }
    await library.link(WRITE_SCOPES);
    expect(await ask({ lists: ['lists'] })).toMatchObject([400, { code: 'invalid_request' }]);
    expect(await ask({ dryRun: 'no' })).toMatchObject([400, { code: 'invalid_request' }]);
    const other = await library.dryRun(id, { lists: ['top_tracks_1month'] });
    expect(other.lists).toMatchObject([{ add: 0, cannot: [{ reason: expect.stringContaining('chart') as string }] }]);
    for (const dryRun of [true, false]) {
      expect(await ask({ dryRun, lists: ['tracks', 'playlist:0'] })).toMatchObject([
        404,
        { code: 'not_found', detail: 'The backup has no list "playlist:0".' },
      ]);
    }
    expect(await asOwner(library.service, 'POST', `/admin/backups/${crypto.randomUUID()}/restore`, {})).toMatchObject({
      status: 404,
    });

    await library.change({ remove: urisIn(kept, 'tracks') });
    await library.stage.control('PUT', '/control/spotify', { scenario: 'slow', endpoint: 'put me/library', ms: 1_500 });
    const { id: running } = await library.beginRestore(id);
    expect(await ask({ dryRun: false })).toMatchObject([409, { code: 'conflict' }]);
    const waiting = (await asOwner(library.service, 'POST', '/admin/backups', { provider: 'spotify' })).body as {
      id: string;
    };
    const ended = await until(running, ENDED);
    expect(ended).toMatchObject({ state: 'complete', counts: { added: 3 } });
    const read = await eventually(async () => {
      const { body } = await asOwner(library.service, 'GET', `/admin/backups/${waiting.id}`);
      expect(body).toMatchObject({ state: expect.stringMatching(ENDED) as string, counts: { tracks: 3 } });
      return body as { startedAt: string };
    });
    expect(Date.parse(read.startedAt)).toBeGreaterThanOrEqual(Date.parse(ended.finishedAt ?? ''));

    await library.stage.control('PUT', '/control/spotify/switches', { person: 'guest' });
    await library.link([...READ_SCOPES, ...WRITE_SCOPES]);
    const [status, refusal] = await ask({ dryRun: false });
    expect([status, refusal.code]).toEqual([409, 'conflict']);
    expect(refusal.detail).toMatch(/Ada.*and .* is linked/);
    expect((await ask({ intoOtherAccount: true }))[0]).toBe(200);

    // Its folder was made by a version that knows more than this one.
    await library.query('UPDATE backups SET provider = $2 WHERE id = $1', [id, 'nosuch']);
    const [, unknown] = await ask({});
    expect(unknown.code).toBe('not_supported');
    expect(unknown.detail).toContain('no provider "nosuch"');
    expect(unknown.remedy).not.toContain('Last.fm');
  });

  it('is refused, and ends, where the files it is of are not what they were; what is whole is put back', async () => {
    const { id, kept } = await backedUp({ tracks: 50, playlists: 1, playlistItems: 12 });
    const longest = playlistAt(kept, LONGEST);
    await library.change({ remove: urisIn(kept, 'tracks') });
    await library.changePlaylist(longest.id, { remove: [2] });
    const reset = { scenario: 'reset', endpoint: 'put me/library', times: 1 };
    await library.stage.control('PUT', '/control/spotify', reset);
    const { id: waiting } = await library.beginRestore(id);
    await until(waiting, /^paused$/);

    const { name } = await library.backup(id);
    const path = join(library.backups, name, 'lists/tracks.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"uri":"spotify:track:.{4}/, '"uri":"spotify:track:0000'));
    const cause = `lists/tracks.json of ${name} is missing, or not what it was.`;
    for (const wish of [{ removeOthers: true }, { dryRun: false }, { lists: ['tracks'], dryRun: false }]) {
      const answer = await asOwner(library.service, 'POST', `/admin/backups/${id}/restore`, wish);
      expect(answer).toMatchObject({ status: 409, body: { code: 'conflict', detail: cause } });
    }
    await passed('resume_at');
    expect(await until(waiting, ENDED)).toMatchObject({
      state: 'failed',
      trouble: {
        code: 'conflict',
        detail: `${cause} What the last call has done is not known: up to 40 more may have been put in.`,
        remedy: expect.stringContaining('use another one') as string,
      },
      counts: { added: 0, removed: 0 },
    });
    expect(await writeCalls()).toBe(1);
    expect(await restored(id, { lists: ['playlists'] })).toMatchObject({ counts: { added: 1 } });
  });

  it('passes over what is refused again and again, and what nobody knows, and puts the rest back', async () => {
    await library.linked({ tracks: 120, artists: 7, playlists: 1, playlistItems: 130 }, [
      ...READ_SCOPES,
      ...WRITE_SCOPES,
    ]);
    const { id } = await library.made();
    const before = await library.kept(id);
    const own = before.playlists[0]?.playlist?.id ?? '';
    const artists = entriesOf(before, 'artists').flatMap(({ uri }) => uri ?? []);
    await library.change({ remove: artists });
    await library.changePlaylist(own, { remove: [3] });
    await library.change({ remove: [entriesOf(before, 'tracks')[5]?.uri ?? ''] });
    const scenario = (name: string, endpoint: string): Promise<unknown> =>
      library.stage.control('PUT', '/control/spotify', { scenario: name, endpoint });
    await scenario('bad-request', 'me/audiobooks');
    await scenario('lost-pages', 'playlists/{id}/items');
    await scenario('lost-pages', 'me/tracks');
    const told = {
      lists: expect.arrayContaining([
        expect.objectContaining({
          list: 'tracks',
          add: 0,
          cannot: [{ what: 'Saved tracks', reason: expect.stringContaining('counts 119 of its entries and shows 50') }],
        }),
        expect.objectContaining({
          list: 'audiobooks',
          add: 0,
          cannot: [{ what: 'Saved audiobooks', reason: expect.stringContaining('400') }],
        }),
      ]),
      playlists: [
        { id: own, add: 0, cannot: [{ reason: expect.stringContaining('counts 129 of its entries and shows 50') }] },
      ],
    };
    expect(await library.dryRun(id)).toMatchObject(told);
    const { id: restore } = await library.beginRestore(id);
    for (const times of [1, 2]) {
      await eventually(async () => {
        expect(await library.query(`SELECT refusals FROM restores WHERE state = 'paused'`)).toEqual([
          { refusals: { audiobooks: times } },
        ]);
      });
      await library.query(`UPDATE restores SET resume_at = now() WHERE state = 'paused'`);
    }
    expect(await library.endedRestore(restore)).toMatchObject({
      ...told,
      state: 'complete_with_omissions',
      counts: { added: artists.length },
      trouble: null,
    });
    await library.stage.control('DELETE', '/control/spotify');
    const after = await library.kept((await library.made('spotify', true)).id);
    expect(entriesOf(after, 'artists')).toHaveLength(artists.length);
    expect(after.playlists[0]?.entries).toHaveLength(129);
    expect(await library.endedRestore((await library.beginRestore(id)).id)).toMatchObject({ counts: { added: 2 } });
  });

  it('puts things into what counts one more than it shows each time', async () => {
    await library.linked({ tracks: 120, playlists: 1, playlistItems: 60 }, [...READ_SCOPES, ...WRITE_SCOPES]);
    await library.stage.control('PUT', '/control/spotify', { scenario: 'miscounted' });
    const { id } = await library.made();
    const before = await library.kept(id);
    await library.change({ remove: [entriesOf(before, 'tracks')[5]?.uri ?? ''] });
    await library.changePlaylist(before.playlists[0]?.playlist?.id ?? '', { remove: [3] });
    const { id: restore } = await library.beginRestore(id);
    // It looks once more, after a quarter of a minute, for what may have been a fault of a moment.
    await until(restore, /^paused$/);
    await passed('resume_at');
    expect(await library.endedRestore(restore)).toMatchObject({ state: 'complete', counts: { added: 2 } });
    const after = await library.kept((await library.made('spotify', true)).id);
    expect(after.playlists[0]?.entries?.map(({ uri }) => uri)).toEqual(
      before.playlists[0]?.entries?.map(({ uri }) => uri),
    );
    expect(entriesOf(after, 'tracks')).toHaveLength(120);
  });

  it('makes and follows no playlist anew that may be there, and passes over playlists that are refused', async () => {
    await library.linked({ tracks: 30, playlists: 60, playlistItems: 5 }, [...READ_SCOPES, ...WRITE_SCOPES]);
    const { id } = await library.made();
    const artists = entriesOf(await library.kept(id), 'artists').flatMap(({ uri }) => uri ?? []);
    const scenario = (name: string): Promise<unknown> =>
      library.stage.control('PUT', '/control/spotify', { scenario: name, endpoint: 'me/playlists' });
    const restored = async (): Promise<Restore> => {
      const { id: restore } = await library.beginRestore(id);
      return eventually(async () => {
        await library.query(`UPDATE restores SET resume_at = now() WHERE state = 'paused'`);
        const ended = await library.restore(restore);
        expect(ended.state).toBe('complete_with_omissions');
        return ended;
      });
    };
    const actions = ({ playlists }: Parts): string[] => [...new Set(playlists.map(({ action }) => action))];
    const reasons = ({ playlists }: Parts): Set<string> =>
      new Set(playlists.flatMap(({ cannot }) => cannot.map(({ reason }) => reason)));

    await scenario('lost-pages');
    const mayBeThere = expect.stringContaining('counts more playlists than it shows');
    expect(actions(await library.dryRun(id))).toEqual(['nothing']);
    const first = await restored();
    expect(first.counts.added).toBe(0);
    expect([...reasons(first)]).toEqual(expect.arrayContaining([mayBeThere]));

    await library.stage.control('DELETE', '/control/spotify');
    await library.change({ remove: artists });
    await scenario('bad-request');
    const refused = expect.stringContaining('400');
    const plan = await library.dryRun(id);
    expect([plan.playlists.length, actions(plan), reasons(plan)]).toEqual([60, ['nothing'], new Set([refused])]);
    const second = await restored();
    expect([second.counts.added, second.playlists.length, reasons(second)]).toEqual([
      artists.length,
      60,
      new Set([refused]),
    ]);
    await library.stage.control('DELETE', '/control/spotify');
    expect((await library.kept((await library.made('spotify', true)).id)).playlists).toHaveLength(60);

    // However many are refused, each is asked for three times, and the rest is put back at once.
    const own = plan.playlists.map(({ id: playlist }) => playlist).slice(0, 30);
    for (const playlist of own) await library.changePlaylist(playlist, { remove: [0] }).catch(() => undefined);
    await library.change({ remove: artists });
    await library.stage.control('PUT', '/control/spotify', {
      scenario: 'bad-request',
      endpoint: 'playlists/{id}/items',
    });
    const { id: third } = await library.beginRestore(id);
    const pauses = new Set<unknown>();
    const ended = await eventually(async () => {
      // Every pause that is ended here is seen: by the statement that ends it.
      const woken = await library.query(
        `UPDATE restores SET resume_at = now() WHERE state = 'paused' RETURNING setbacks`,
      );
      for (const { setbacks } of woken) pauses.add(setbacks);
      const now = await library.restore(third);
      expect(now.state).toBe('complete_with_omissions');
      return now;
    });
    expect([...pauses]).toEqual([1, 2]);
    expect(ended.counts.added).toBe(artists.length);
    expect([...reasons(ended)].filter((reason) => reason.includes('400')).length).toBe(1);
  });

  it('is not content with one refusal, whatever else has failed', async () => {
    await library.linked({ tracks: 30, albums: 5, playlists: 0 }, [...READ_SCOPES, ...WRITE_SCOPES]);
    const { id } = await library.made();
    const albums = entriesOf(await library.kept(id), 'albums').flatMap(({ uri }) => uri ?? []);
    await library.change({ remove: albums });
    await library.stage.control('PUT', '/control/spotify', {
      scenario: 'bad-request',
      endpoint: 'me/albums',
      times: 1,
    });
    const { id: restore } = await library.beginRestore(id);
    await library.query('UPDATE restores SET setbacks = 5');
    await eventually(async () => {
      await library.query(`UPDATE restores SET resume_at = now() WHERE state = 'paused'`);
      expect(await library.restore(restore)).toMatchObject({ state: 'complete', counts: { added: albums.length } });
    });
  });

  it('tells each step to whoever listens, and is cancelled: what it has put in stays, and nothing comes after it', async () => {
    const { id, kept } = await backedUp({ tracks: 100, playlists: 1, playlistItems: 12 });
    const tracks = urisIn(kept, 'tracks');
    const longest = playlistAt(kept, LONGEST);
    await library.change({ remove: tracks });
    await library.stage.control('PUT', '/control/spotify', { scenario: 'slow', endpoint: 'put me/library', ms: 2_500 });
    const { id: first } = await library.beginRestore(id);
    const following = follow(first);
    const { value: under } = await following.until(({ progress }) => progress?.done === 40);
    expect(under).toMatchObject({ id: first, state: 'running', progress: { list: 'tracks', total: 100 } });

    // The second call is under way, and whoever asks or listens is told when it is known what comes of it.
    const told = (await asOwner(library.service, 'DELETE', `/admin/restores/${first}`)).body as Restore;
    expect(told).toMatchObject({
      state: 'cancelled',
      progress: null,
      trouble: null,
      counts: { added: 80, removed: 0 },
    });
    expect(told.lists).toMatchObject([{ list: 'tracks', add: 80, remove: 0 }]);
    expect(await following.until(() => false)).toMatchObject({ isOver: true, value: told });
    expect(await asOwner(library.service, 'DELETE', `/admin/restores/${first}`)).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
    expect((await library.stage.calls())['spotify put me/library']).toBe(2);
    expect(urisIn((await backup()).kept, 'tracks')).toEqual(tracks.slice(20));
    expect((await library.stage.calls())['spotify put me/library']).toBe(2);

    // Whoever worked on it is dead, and what it said last is all that is known.
    await library.change({ remove: tracks.slice(20) });
    await library.stop();
    const dead = await library.startAlone();
    const { id: second } = await library.beginRestore(id);
    await follow(second).until(({ progress }) => progress?.done === 40);
    await library.kill(dead);
    await library.start();
    const cancelling = asOwner(library.service, 'DELETE', `/admin/restores/${second}`);
    await until(second, /^cancelled$/);
    await passed('lease_until');
    expect(await cancelling).toMatchObject({
      status: 200,
      body: {
        state: 'cancelled',
        counts: { added: 40 },
        trouble: { detail: expect.stringContaining('40 more') as string },
      },
    });
    expect((await asOwner(library.service, 'GET', '/admin/restores')).body).toMatchObject({
      items: [
        { id: second, state: 'cancelled', counts: { added: 40 } },
        { id: first, state: 'cancelled', counts: { added: 80 } },
      ],
    });
    expect((await asOwner(library.service, 'GET', '/admin/audit?limit=1')).body).toMatchObject({
      items: [{ actor: 'owner', action: 'restore.cancelled', detail: { restore: second } }],
    });

    // A read that is under way is given up, so that the next one need not wait.
    await library.stage.control('PUT', '/control/spotify', { scenario: 'hang', endpoint: 'me/tracks' });
    const before = (await library.stage.calls())['spotify me/tracks'];
    const { id: third } = await library.beginRestore(id);
    await eventually(async () => {
      expect((await library.stage.calls())['spotify me/tracks']).not.toBe(before);
    });
    const given = (await asOwner(library.service, 'DELETE', `/admin/restores/${third}`)).body as Restore;
    await library.stage.control('DELETE', '/control/spotify');
    const last = await restored(id);
    expect(last.state).toMatch(/^complete/);
    expect(Date.parse(last.startedAt ?? '') - Date.parse(given.finishedAt ?? '')).toBeLessThan(3_000);
    expect(urisIn((await backup()).kept, 'tracks')).toEqual(tracks);
    expect(await asOwner(library.service, 'DELETE', `/admin/restores/${crypto.randomUUID()}`)).toMatchObject({
      status: 404,
    });

    // What is put elsewhere counts as what is put in.
    await turnRound(longest.id, 5);
    const slow = { scenario: 'slow', endpoint: 'put playlists/{id}/items', ms: 1_000 };
    await library.stage.control('PUT', '/control/spotify', slow);
    const wish = { removeOthers: true, lists: [`playlist:${longest.id}`] };
    const { id: fourth } = await library.beginRestore(id, wish);
    const { value: moving } = await follow(fourth).until(({ progress }) => progress?.done === 1);
    expect(moving).toMatchObject({ progress: { total: 4 }, counts: { moved: 0 } });
    expect((await asOwner(library.service, 'DELETE', `/admin/restores/${fourth}`)).body).toMatchObject({
      counts: { moved: 2 },
      playlists: [{ action: 'fill', move: 2, misplaced: 2 }],
    });
    expect((await library.dryRun(id, wish)).playlists).toMatchObject([{ move: 2 }]);
  });

  it('tells of each part what was put in, also of one that was begun before another that had been refused', async () => {
    const { id, kept } = await backedUp({ tracks: 60, albums: 60, playlists: 0 });
    await library.change({ remove: [...urisIn(kept, 'tracks'), ...urisIn(kept, 'albums')] });
    const refused = { scenario: 'bad-request', endpoint: 'me/tracks', times: 1 };
    await library.stage.control('PUT', '/control/spotify', refused);
    const endpoint = 'put me/library';
    const slow = { scenario: 'slow', endpoint, ms: 1_000 };
    await library.stage.control('PUT', '/control/spotify', slow);
    const { id: restore } = await library.beginRestore(id);
    await called(endpoint, 1);
    const limited = { scenario: 'rate-limited', endpoint, retryAfter: 1, times: 1 };
    await library.stage.control('PUT', '/control/spotify', limited);
    // The tracks wait, and of the albums some are put in.
    expect((await until(restore, /^paused$/)).progress).toEqual({ list: 'albums', done: 40, total: 60 });
    await library.stage.control('PUT', '/control/spotify', slow);
    await eventually(async () => {
      await library.query('DELETE FROM upstream_blocks');
      await passed('resume_at');
      expect((await library.restore(restore)).progress?.list).toBe('tracks');
    });
    expect((await asOwner(library.service, 'DELETE', `/admin/restores/${restore}`)).body).toMatchObject({
      counts: { added: 80 },
      lists: [
        { list: 'albums', add: 40 },
        { list: 'tracks', add: 40 },
      ],
    });
    const after = (await backup()).kept;
    expect([urisIn(after, 'albums').length, urisIn(after, 'tracks').length]).toEqual([40, 40]);
  });

  it('tells what nobody knows of a part that was begun, when it is refused from then on, and when the restore fails', async () => {
    const { id, kept } = await backedUp({ tracks: 60, albums: 3, playlists: 0 });
    await library.change({ remove: [...urisIn(kept, 'tracks'), ...urisIn(kept, 'albums')] });
    const reset = { scenario: 'reset', endpoint: 'put me/library', times: 1 };
    await library.stage.control('PUT', '/control/spotify', reset);
    const { id: restore } = await library.beginRestore(id);
    await until(restore, /^paused$/);
    await library.stage.control('PUT', '/control/spotify', { scenario: 'bad-request', endpoint: 'me/tracks' });
    const ended = await eventually(async () => {
      await passed('resume_at');
      const now = await library.restore(restore);
      expect(now.state).toBe('complete_with_omissions');
      return now;
    }, 60_000);
    const doubt = expect.stringContaining('up to 40 more may have been put in');
    expect(ended.lists).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ list: 'albums', add: 3 }),
        expect.objectContaining({
          list: 'tracks',
          add: 0,
          cannot: expect.arrayContaining([expect.objectContaining({ reason: doubt })]),
        }),
      ]),
    );

    await library.stage.control('DELETE', '/control/spotify');
    await library.change({ remove: urisIn(kept, 'tracks') });
    await library.stage.control('PUT', '/control/spotify', reset);
    const { id: failing } = await library.beginRestore(id, { lists: ['tracks'] });
    await until(failing, /^paused$/);
    await library.stage.control('PUT', '/control/spotify', { scenario: 'insufficient-scope', endpoint: 'me/tracks' });
    await passed('resume_at');
    expect(await until(failing, ENDED)).toMatchObject({
      state: 'failed',
      trouble: { code: 'insufficient_scope', detail: doubt },
    });
  });

  it('fills a playlist whose making was not answered, and none of its name that somebody else has made', async () => {
    const { id, kept } = await backedUp({ tracks: 9, playlists: 6, playlistItems: 12 });
    const [gone, other] = [playlistAt(kept, GONE), playlistAt(kept, LONGEST)];
    await library.change({ remove: [gone.uri, other.uri] });
    const songs = urisIn(kept, 'tracks').slice(0, 5);
    const makeOwn = async (name: string): Promise<string> => {
      const { id: own } = (await library.asListener('POST', 'me/playlists', { name })) as { id: string };
      await library.asListener('POST', `playlists/${own}/items`, { uris: songs });
      return own;
    };
    const lost = (scenario: string): Promise<unknown> =>
      library.stage.control('PUT', '/control/spotify', { scenario, endpoint: 'post me/playlists', times: 1 });

    await lost('reset');
    const wish = { lists: [`playlist:${gone.id}`] };
    const { id: first } = await library.beginRestore(id, wish);
    await until(first, /^paused$/);
    await passed('resume_at');
    expect(await until(first, ENDED)).toMatchObject({ playlists: [{ action: 'create' }] });
    const own = await makeOwn(gone.name);
    expect((await restored(id, { ...wish, removeOthers: true })).counts).toMatchObject({ added: 0, removed: 0 });

    // Nothing was made here.
    await lost('bad-gateway');
    const otherWish = { lists: [`playlist:${other.id}`] };
    const { id: second } = await library.beginRestore(id, otherWish);
    await until(second, /^paused$/);
    await asOwner(library.service, 'DELETE', `/admin/restores/${second}`);
    const another = await makeOwn(other.name);
    expect(await restored(id, { ...otherWish, removeOthers: true })).toMatchObject({
      counts: { removed: 0 },
      playlists: [{ action: 'create' }],
    });
    const after = (await backup()).kept;
    for (const theirs of [own, another]) {
      expect(urisOf(after.playlists.find(({ playlist }) => playlist?.id === theirs)?.entries)).toEqual(songs);
    }
    expect(after.playlists.filter(({ playlist }) => playlist?.name === other.name)).toHaveLength(2);
  });

  it('killed in the middle, again and again, goes on and makes nothing a second time', async () => {
    const { id, kept } = await backedUp({ tracks: 100, albums: 3 });
    const [longest, gone] = [playlistAt(kept, LONGEST), playlistAt(kept, GONE)];
    await library.change({ remove: [...urisIn(kept, 'tracks'), gone.uri] });
    await turnRound(longest.id, 5);
    // All are done there, and nobody hears of it.
    await library.stage.control('PUT', '/control/spotify', { scenario: 'hang', endpoint: 'put me/library' });
    await library.stop();
    let working = await library.startAlone();
    const { id: restore } = await library.beginRestore(id, { removeOthers: true });
    await killedAt(working, 'put me/library');
    await library.stage.control('PUT', '/control/spotify', { scenario: 'hang', endpoint: 'post me/playlists' });
    working = await library.startAlone();
    await killedAt(working, 'post me/playlists');
    const moves = 'put playlists/{id}/items';
    const before = (await library.stage.calls())[`spotify ${moves}`] ?? 0;
    await library.stage.control('PUT', '/control/spotify', { scenario: 'hang', endpoint: moves });
    working = await library.startAlone();
    await killedAt(working, moves, before + 1);
    await library.start();
    const ended = await until(restore, ENDED);
    expect(ended).toMatchObject({ trouble: null, counts: { added: 100 + addable(gone.entries).length, moved: 4 } });
    expect(ended.playlists.find(({ id: of }) => of === longest.id)).toMatchObject({ action: 'fill', move: 4 });
    expect((await library.stage.calls())['spotify post me/playlists']).toBe(1);
    const after = (await backup()).kept;
    expect(urisIn(after, 'tracks')).toEqual(urisIn(kept, 'tracks'));
    expect(after.playlists).toHaveLength(kept.playlists.length);
    expect(named(after, gone.name)).toEqual(addable(gone.entries));
    expect(named(after, longest.name)).toEqual(urisOf(longest.entries));
  });

  it('waits as long as it is told to, over a restart, and looks before it goes on where nobody knows what was done', async () => {
    const { id, kept } = await backedUp({ tracks: 50, playlists: 1, playlistItems: 12 });
    const longest = playlistAt(kept, LONGEST);
    await library.change({ remove: urisIn(kept, 'tracks') });
    await library.changePlaylist(longest.id, { remove: [2, 3, 4] });
    const limited = { scenario: 'rate-limited', endpoint: 'put me/library', retryAfter: 17, times: 1 };
    await library.stage.control('PUT', '/control/spotify', limited);
    await library.stage.control('PUT', '/control/spotify', {
      scenario: 'reset',
      endpoint: 'post playlists/{id}/items',
      times: 1,
    });
    const { id: restore } = await library.beginRestore(id);
    const paused = await until(restore, /^paused$/);
    expect(paused.trouble).toMatchObject({ code: 'upstream_rate_limited' });
    expect(Date.parse(paused.resumeAt ?? '') - Date.now()).toBeGreaterThan(14_000);
    await library.stop();
    await library.start();
    expect(await until(restore, /^paused$/)).toMatchObject({ resumeAt: paused.resumeAt });
    expect(await writeCalls()).toBe(1);

    await library.query('DELETE FROM upstream_blocks');
    await passed('resume_at');
    await eventually(async () => {
      expect(await library.restore(restore)).toMatchObject({ state: 'paused', trouble: { code: 'upstream_error' } });
    });
    await passed('resume_at');
    expect((await until(restore, /^complete/)).counts).toMatchObject({ added: 53 });
    const after = (await backup()).kept;
    expect(urisIn(after, 'tracks')).toEqual(urisIn(kept, 'tracks'));
    expect(named(after, longest.name)).toEqual(urisOf(longest.entries));
    expect((await library.stage.calls())['spotify post playlists/{id}/items']).toBe(1);

    // One that fails has done what it had done, and so has one that is cancelled while it waits.
    await library.change({ remove: urisIn(kept, 'tracks') });
    const endpoint = 'put me/library';
    const before = (await library.stage.calls())[`spotify ${endpoint}`] ?? 0;
    await library.stage.control('PUT', '/control/spotify', { scenario: 'slow', endpoint, ms: 1_000 });
    const { id: failing } = await library.beginRestore(id, { lists: ['tracks'] });
    await called(endpoint, before + 1);
    await library.stage.control('PUT', '/control/spotify', { scenario: 'insufficient-scope', endpoint });
    const failed = await until(failing, ENDED);
    expect(failed).toMatchObject({ state: 'failed', trouble: { code: 'insufficient_scope' }, counts: { added: 40 } });
    expect(urisIn((await backup()).kept, 'tracks')).toEqual(urisIn(kept, 'tracks').slice(-40));
    await turnRound(longest.id, 5);
    const quota = { scenario: 'rate-limited', endpoint: 'put playlists/{id}/items', retryAfter: 30, times: 1 };
    await library.stage.control('PUT', '/control/spotify', quota);
    const wish = { removeOthers: true, lists: [`playlist:${longest.id}`] };
    const { id: waiting } = await library.beginRestore(id, wish);
    await until(waiting, /^paused$/);
    expect((await asOwner(library.service, 'DELETE', `/admin/restores/${waiting}`)).body).toMatchObject({
      ...{ trouble: null, counts: { moved: 0 }, playlists: [{ action: 'nothing', move: 0, misplaced: 4 }] },
    });
  });
});
