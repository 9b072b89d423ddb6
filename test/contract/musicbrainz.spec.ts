import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '#database';
import { UpstreamBlocksInMemory, UpstreamError } from '#upstream';
import { ScratchFolders, entry, playlist, write } from '../../apps/api/src/backup/archive/testing/library.js';
import { Archive } from '../../apps/api/src/backup/archive/archive.js';
import { MusicBrainzClient } from '../../apps/api/src/backup/musicbrainz/musicbrainz-client.js';
import { MusicBrainzWorker } from '../../apps/api/src/backup/musicbrainz/musicbrainz-worker.js';
import { RecordingIds } from '../../apps/api/src/backup/musicbrainz/recording-ids.js';
import { PlatformSettings } from '../../apps/api/src/settings/platform.settings.js';
import { type Sandbox, startSandbox } from '../../apps/sandbox/src/sandbox.js';
import { recordingIds } from '../../apps/sandbox/src/musicbrainz/isrc-lookup.js';
import { migratedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';

const SEED = 5;
const PACE_MS = 30;
const START_MS = Date.UTC(2026, 10, 21);
const isrc = (number: number): string => `ZZSBX${String(number).padStart(7, '0')}`;
const [KNOWN = '', UNKNOWN = ''] = [true, false].map((wished) =>
  isrc(Array.from({ length: 50 }, (_, at) => at).find((at) => recordingIds(SEED, isrc(at)).length > 0 === wished) ?? 0),
);

const folders = new ScratchFolders();
const clients: MusicBrainzClient[] = [];
const workers: MusicBrainzWorker[] = [];
let sandbox: Sandbox;
let database: Database;
/** The sandbox's and the clients' clock. */
let nowMs = START_MS;
/** How far the sandbox's clock goes on with each look at it. */
let stepMs = 2_000;

beforeAll(async () => {
  Logger.overrideLogger(false);
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
  database = await openDatabase({ databaseUrl: await migratedDatabase(), dataDir: '/nowhere', log: silent });
  sandbox = await startSandbox({ port: 0, seed: SEED, clock: () => (nowMs += stepMs) });
});
beforeEach(async () => {
  [nowMs, stepMs] = [START_MS, 2_000];
  await control('POST', '/reset');
  await database.prisma.$executeRaw`DELETE FROM musicbrainz_isrcs`;
  await database.prisma.$executeRaw`DELETE FROM backups`;
  await database.prisma.$executeRaw`
    UPDATE musicbrainz_turn SET next_at = now(), worker = NULL, lease_until = NULL, seen_backups = NULL`;
});
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.beforeApplicationShutdown();
  for (const client of clients.splice(0)) client.close();
});
afterAll(async () => {
  await sandbox.close();
  await database.close();
  await folders.clear();
});

async function control(method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${sandbox.url}/control${path}`, {
    method,
    ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

const behave = (scenario: string, more: object = {}): Promise<unknown> =>
  control('PUT', '/musicbrainz', { scenario, ...more });

/** What was asked for, in that order. */
async function asked(): Promise<string[]> {
  const { calls } = (await control('GET', '/ledger')) as { calls: { path: string }[] };
  return calls.map(({ path }) => path.slice('/musicbrainz/isrc/'.length));
}

function clientOf(
  userAgent = 'Tonearm/0.0.0 (+https://music.example.org)',
  blocks = new UpstreamBlocksInMemory(),
): MusicBrainzClient {
  const client = new MusicBrainzClient({
    baseUrl: sandbox.musicbrainzUrl,
    userAgent,
    blocks,
    now: () => nowMs,
    random: () => 0.5,
  });
  clients.push(client);
  return client;
}

const ask = (client: MusicBrainzClient, of: string): Promise<string[]> =>
  client.recordingIds(of, new AbortController().signal);

async function failureOf(asking: Promise<unknown>): Promise<UpstreamError> {
  const error: unknown = await asking.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof UpstreamError) return error;
  throw new Error(`Another outcome: ${String(error)}`);
}

describe('MusicBrainz, asked', () => {
  it('tells the recordings of an ISRC, and of one that it does not know none', async () => {
    const client = clientOf();
    expect(await ask(client, KNOWN)).toEqual(recordingIds(SEED, KNOWN));
    expect(await ask(client, UNKNOWN)).toEqual([]);
    expect(await ask(client, 'NONSENSE')).toEqual([]);
  });

  it.each(['busy', 'away'])(
    'is left alone for ten seconds and more, and longer each time, when it is %s',
    async (scenario) => {
      const client = clientOf();
      stepMs = 0;
      await behave(scenario);
      const waits: number[] = [];
      for (let time = 0; time < 3; time += 1) {
        const { kind, retryAt } = await failureOf(ask(client, KNOWN));
        expect(kind).toBe('rate_limited');
        waits.push((retryAt ?? 0) - nowMs);
        nowMs += 9_999;
        expect((await failureOf(ask(client, KNOWN))).kind).toBe('blocked');
        nowMs = retryAt ?? 0;
      }
      const [first = 0, second = 0, third = 0] = waits;
      expect([first >= 10_000, second >= 2 * 10_000, third >= 4 * 10_000]).toEqual([true, true, true]);
      expect(await asked()).toHaveLength(3);
      await behave('normal');
      expect(await ask(client, KNOWN)).not.toEqual([]);
    },
  );

  it.each([
    ['server-error', 'faulty'],
    ['html', 'faulty'],
    ['html-200', 'faulty'],
    ['not-an-object', 'faulty'],
    ['reset', 'unreachable'],
    ['huge', 'too_large'],
  ])('is asked once and no more when it answers with %s', async (scenario, kind) => {
    await behave(scenario);
    expect((await failureOf(ask(clientOf(), KNOWN))).kind).toBe(kind);
    expect(await asked()).toHaveLength(1);
  });

  it('is named when it does not let us in', async () => {
    await expect(ask(clientOf('Tonearm'), KNOWN)).rejects.toThrow('MusicBrainz refuses (HTTP 403).');
  });
});

function workerOf(folder: string, paceMs = PACE_MS): MusicBrainzWorker {
  const settings = Object.assign(new PlatformSettings(), { MUSICBRAINZ: 'on' });
  const worker = new MusicBrainzWorker({
    ids: new RecordingIds(database, settings),
    client: clientOf(),
    open: (name) => Archive.open(folder, name),
    paceMs,
  });
  workers.push(worker);
  return worker;
}

/** A backup with songs of these numbers. */
async function backup(numbers: readonly number[], createdAt = new Date()): Promise<string> {
  const folder = await folders.make();
  const songs = numbers.map((number) => entry(number, { isrc: isrc(number) }));
  const name = `spotify_backup_${randomUUID()}`;
  const odd = [entry(1, { isrc: 'TRA' }), entry(2, { isrc: null }), entry(3, { kind: 'gone', name: '', isrc: null })];
  await write(folder, name, {
    lists: { tracks: [...songs.slice(2), ...odd] },
    playlists: [
      [playlist('p'), [...songs.slice(0, 3), ...songs.slice(0, 1)]],
      [playlist('q'), null],
    ],
  });
  await database.prisma.$executeRaw`
    INSERT INTO backups (name, provider, "trigger", state, created_at)
    VALUES (${name}, 'spotify', 'owner', 'complete', ${createdAt})`;
  return folder;
}

const figures = (): Promise<object> => new RecordingIds(database, new PlatformSettings()).figures();

/** Looks again and again, as the service does: one that is about to end its work does not hear the first look. */
async function allAsked(total: number): Promise<void> {
  await eventually(async () => {
    for (const worker of workers) worker.look();
    expect(await figures()).toMatchObject({ asked: total, total, state: 'idle' });
  });
}

const TEN = Array.from({ length: 10 }, (_, at) => at);

describe('the right to ask', () => {
  it('is one call at a time, for one process, until that one is gone', async () => {
    const ids = new RecordingIds(database, new PlatformSettings());
    const [one, other] = [randomUUID(), randomUUID()];
    expect([await ids.hold(one), await ids.hold(other), await ids.hold(one)]).toEqual([true, false, true]);
    expect(await ids.turn(other, 60_000)).toBeGreaterThan(0);
    expect(await ids.turn(one, 60_000)).toBe(0);
    expect(await ids.turn(one, 60_000)).toBeGreaterThan(50_000);
    await ids.release(other);
    expect(await ids.hold(other)).toBe(false);
    await database.prisma.$executeRaw`UPDATE musicbrainz_turn SET lease_until = now() - interval '1 ms'`;
    expect(await ids.hold(other)).toBe(true);
    // Whoever goes on keeps to the pace of the one before.
    expect(await ids.turn(other, 60_000)).toBeGreaterThan(50_000);
    await ids.release(other);
    expect(await ids.hold(one)).toBe(true);
  });
});

describe('the look-up of what backups have', () => {
  it('asks for each once, also with two processes and slow answers, and not again', async () => {
    const folder = await backup(TEN);
    await behave('slow', { ms: 3 * PACE_MS });
    const both = [workerOf(folder), workerOf(folder)];
    await allAsked(10);
    expect((await asked()).sort()).toEqual(TEN.map(isrc));
    const known = TEN.map(isrc).filter((one) => recordingIds(SEED, one).length > 0);
    expect(await figures()).toMatchObject({ known: known.length });
    expect(await new RecordingIds(database, new PlatformSettings()).of(TEN.map(isrc))).toEqual(
      new Map(known.map((one) => [one, recordingIds(SEED, one)])),
    );

    for (const worker of both) await worker.beforeApplicationShutdown();
    // The same songs in the next backup, and a new one.
    const next = await backup([...TEN, 10], new Date(Date.now() + 1_000));
    workerOf(next);
    await allAsked(11);
    expect(await asked()).toHaveLength(11);
  });

  it('asks again for what was asked for months ago, and keeps what was said until then', async () => {
    workerOf(await backup(TEN.slice(0, 3)));
    await allAsked(3);
    for (const worker of workers.splice(0)) await worker.beforeApplicationShutdown();
    await database.prisma.$executeRaw`
      UPDATE musicbrainz_isrcs SET asked_at = now() - interval '181 days', recording_ids = '{before}' WHERE isrc = ${isrc(0)}`;
    await behave('server-error');
    workerOf(await backup(TEN.slice(0, 3), new Date(Date.now() + 1_000))).look();
    await eventually(async () => {
      expect(await figures()).toEqual({ known: expect.any(Number), asked: 2, total: 3, state: 'waiting' });
    });
    const ids = new RecordingIds(database, new PlatformSettings());
    expect((await ids.of([isrc(0)])).get(isrc(0))).toEqual(['before']);
    await behave('normal');
    await database.prisma.$executeRaw`UPDATE musicbrainz_turn SET next_at = now()`;
    await allAsked(3);
    expect((await ids.of([isrc(0)])).get(isrc(0)) ?? []).toEqual(recordingIds(SEED, isrc(0)));
  });

  it('stays away as long as it must, and does not let one that fails hold up the others', async () => {
    const worker = workerOf(await backup(TEN.slice(0, 3)));
    await behave('server-error', { times: 1 });
    worker.look();
    await eventually(async () => {
      expect(await figures()).toMatchObject({ asked: 0, total: 3, state: 'waiting' });
    });
    const other = workerOf(await folders.make());
    for (const one of [worker, other]) one.look();
    await other.beforeApplicationShutdown();
    expect(await asked()).toEqual([isrc(0)]);
    await database.prisma.$executeRaw`UPDATE musicbrainz_turn SET next_at = now()`;
    await allAsked(3);
    expect(await asked()).toEqual([isrc(0), isrc(1), isrc(2), isrc(0)]);
  });

  it('looks at nothing when it is off', async () => {
    const opened: string[] = [];
    const worker = new MusicBrainzWorker({
      ids: new RecordingIds(database, new PlatformSettings()),
      client: clientOf(),
      open: (name) => {
        opened.push(name);
        return Promise.reject(new Error('Nobody asked for a backup.'));
      },
      paceMs: PACE_MS,
    });
    await backup(TEN);
    worker.look();
    await worker.beforeApplicationShutdown();
    expect(opened).toEqual([]);
    expect(await asked()).toEqual([]);
  });

  it('passes over a backup whose files are gone', async () => {
    await backup(TEN.slice(0, 2));
    workerOf(await folders.make()).look();
    await eventually(async () => {
      expect(await new RecordingIds(database, new PlatformSettings()).unseenBackup()).toBeNull();
    });
  });
});
