import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { migratedDatabase } from './database.js';
import { eventually } from './eventually.js';
import { AS_OWNER, OWNER, asOwner, linkByProgram } from './link-by-program.js';
import { type Stage, openStage } from './sandbox.js';
import {
  type Service,
  type LoneService,
  removeFolder,
  startAlone,
  startProcess,
  startService,
  temporaryFolder,
} from './service.js';

export const READ_SCOPES = [
  'user-library-read',
  'user-follow-read',
  'user-top-read',
  'playlist-read-private',
  'playlist-read-collaborative',
];
export const WRITE_SCOPES = [
  'user-library-modify',
  'user-follow-modify',
  'playlist-modify-public',
  'playlist-modify-private',
];

/** What the account keeps unless a test says otherwise: all kinds, and lists of several pages among them. */
export const SIZES = {
  tracks: 130,
  albums: 60,
  shows: 4,
  episodes: 6,
  audiobooks: 3,
  artists: 7,
  playlists: 6,
  playlistItems: 130,
};
export type Sizes = Partial<typeof SIZES>;

export const ENDED = /^(complete|complete_with_omissions|failed)$/;
const PATIENCE_MS = 60_000;

interface Job {
  id: string;
  state: string;
  startedAt: string | null;
  resumeAt: string | null;
  trouble: { code: string; detail: string; remedy: string } | null;
  progress: { list: string; done: number; total: number } | null;
}

/** As GET /admin/backups/:id tells it. */
export interface Backup extends Job {
  name: string;
  counts: Record<string, number>;
  omissions: { what: string; reason: string; remedy: string | null }[];
  findings: object[];
  trigger: string;
  full: boolean;
  provider: string;
  account: { id: string; name: string } | null;
}

interface Part {
  add: number;
  remove: number;
  move: number;
  misplaced: number;
  cannot: { what: string; reason: string }[];
  cannotCount: number;
}

/** What a restore would do, or has done. */
export interface Parts {
  lists: (Part & { list: string })[];
  playlists: (Part & { id: string; name: string; action: string })[];
}

/** As GET /admin/restores/:id tells it. */
export interface Restore extends Job, Parts {
  finishedAt: string | null;
  counts: { added: number; removed: number; cannot: number };
}

export interface Entry {
  kind: string;
  uri: string | null;
  name: string;
  artists: string[];
  album: string | null;
  isrc: string | null;
  upc: string | null;
  durationMs: number | null;
  releaseDate: string | null;
  url: string | null;
  addedAt: string | null;
  addedBy: string | null;
  playcount: number | null;
}

export interface KeptPlaylist {
  playlist: { id: string; uri: string; name: string; description: string; owner: { id: string } } | null;
  /** Null where they could not be read. */
  entries: Entry[] | null;
}

/** All that is in a backup. */
export interface Kept {
  lists: { list: string; entries: Entry[] }[];
  playlists: KeptPlaylist[];
}

/** What the services of a test have in common. */
interface Ground {
  folder: string;
  databaseUrl: string;
  database: pg.Client;
}

/** A sandbox, and services that keep backups of its account. */
export class Library {
  private open: { stage: Stage; sandboxUrl: string } | null = null;
  private ground: Ground | null = null;
  private readonly running = new Set<Service>();

  get stage(): Stage {
    return this.opened.stage;
  }

  /** Of those that run the one that was started last. */
  get service(): Service {
    return [...this.running].at(-1) ?? missing('service');
  }

  /** A folder of the test that runs. */
  get folder(): string {
    return this.prepared.folder;
  }

  /** The folder of all backups. */
  get backups(): string {
    return join(this.folder, 'backups');
  }

  async begin(): Promise<void> {
    const stage = await openStage();
    this.open = { stage, sandboxUrl: stage.spotifySettings['SPOTIFY_API_URL'] ?? '' };
  }

  /** Nothing is left of the test that has run. */
  async endTest(): Promise<void> {
    await Promise.all([...this.running].map((service) => this.stop(service)));
    const { ground } = this;
    this.ground = null;
    await ground?.database.end();
    if (ground) removeFolder(ground.folder);
    await this.stage.reset();
  }

  async close(): Promise<void> {
    await this.open?.stage.close();
  }

  /** An account that keeps so much, and nobody who has looked at it. */
  async prepare(sizes: Sizes = {}): Promise<void> {
    const databaseUrl = await migratedDatabase();
    const database = new pg.Client({ connectionString: databaseUrl });
    await database.connect();
    this.ground = { folder: temporaryFolder(), databaseUrl, database };
    await this.stage.control('PUT', '/control/spotify/library', { ...SIZES, ...sizes });
  }

  /** Starts another service on the same database and folder. */
  start(more: Readonly<Record<string, string>> = {}): Promise<Service> {
    return this.startBy(startService, more);
  }

  /** Another one alone in a process, to be killed or heard. */
  startAlone(more: Readonly<Record<string, string>> = {}): Promise<LoneService> {
    return this.startBy(startAlone, more);
  }

  /** Another one as its users start it. */
  startProcess(): Promise<Service> {
    return this.startBy(startProcess, {});
  }

  private async startBy<Started extends Service>(
    how: (folder: string, env: Readonly<Record<string, string>>) => Promise<Started>,
    more: Readonly<Record<string, string>>,
  ): Promise<Started> {
    const { folder, databaseUrl } = this.prepared;
    const service = await how(folder, {
      DATABASE_URL: databaseUrl,
      ADMIN_TOKEN: OWNER,
      LISTENING_PROVIDER: 'spotify',
      BACKUP_DIR: this.backups,
      ...this.stage.settings,
      ...this.stage.spotifySettings,
      ...more,
    });
    this.running.add(service);
    return service;
  }

  async stop(service = this.service): Promise<void> {
    this.running.delete(service);
    await service.stop();
  }

  /** Ends a process without a word. */
  async kill(service: LoneService): Promise<void> {
    this.running.delete(service);
    await service.kill();
  }

  /** Lets the account agree to this. */
  async link(scopes: readonly string[]): Promise<void> {
    await linkByProgram(this.service, this.stage, `&scope=${encodeURIComponent(scopes.join(' '))}`);
  }

  /** A service whose account keeps so much, and has agreed to this. */
  async linked(sizes: Sizes = {}, scopes: readonly string[] = READ_SCOPES): Promise<void> {
    await this.prepare(sizes);
    await this.start();
    await this.link(scopes);
  }

  /** The same alone in a process. */
  async linkedAlone(sizes: Sizes = {}, scopes: readonly string[] = READ_SCOPES): Promise<LoneService> {
    await this.prepare(sizes);
    const service = await this.startAlone();
    await this.link(scopes);
    return service;
  }

  /** Begins a backup, or finds the one that is under way. */
  async beginBackup(provider = 'spotify', full = false): Promise<Backup> {
    const { status, body } = await asOwner(this.service, 'POST', '/admin/backups', { provider, full });
    expect(status).toBe(202);
    return body as Backup;
  }

  async backup(id: string): Promise<Backup> {
    return (await asOwner(this.service, 'GET', `/admin/backups/${id}`)).body as Backup;
  }

  /** The latest first. */
  async allBackups(): Promise<Backup[]> {
    return ((await asOwner(this.service, 'GET', '/admin/backups')).body as { items: Backup[] }).items;
  }

  async endedBackup(id: string): Promise<Backup> {
    return untilEnded(() => this.backup(id));
  }

  async made(provider = 'spotify', full = false): Promise<Backup> {
    return this.endedBackup((await this.beginBackup(provider, full)).id);
  }

  async verified(id: string): Promise<Backup> {
    return (await asOwner(this.service, 'POST', `/admin/backups/${id}/verify`)).body as Backup;
  }

  async download(id: string, query: string): Promise<Response> {
    return fetch(`${this.service.url}/admin/backups/${id}/download?${query}`, { headers: AS_OWNER });
  }

  async kept(id: string): Promise<Kept> {
    return (await (await this.download(id, 'format=json')).json()) as Kept;
  }

  /** What a restore would do. */
  async dryRun(backupId: string, wish: object = {}): Promise<Parts> {
    const { status, body } = await asOwner(this.service, 'POST', `/admin/backups/${backupId}/restore`, wish);
    expect([status, body]).toMatchObject([200, { dryRun: true }]);
    return body as Parts;
  }

  async beginRestore(backupId: string, wish: object = {}): Promise<Restore> {
    const asked = { dryRun: false, ...wish };
    const { status, body } = await asOwner(this.service, 'POST', `/admin/backups/${backupId}/restore`, asked);
    expect([status, body]).toMatchObject([202, { state: 'queued' }]);
    return body as Restore;
  }

  async restore(id: string): Promise<Restore> {
    return (await asOwner(this.service, 'GET', `/admin/restores/${id}`)).body as Restore;
  }

  async endedRestore(id: string): Promise<Restore> {
    return untilEnded(() => this.restore(id));
  }

  async query(sql: string, values: readonly unknown[] = []): Promise<Readonly<Record<string, unknown>>[]> {
    const { rows } = await this.prepared.database.query<Readonly<Record<string, unknown>>>(sql, [...values]);
    return rows;
  }

  /** Changes what is kept, as if the listener had done it in the app. */
  async change(more: { add?: readonly string[]; remove?: readonly string[]; addTracks?: number }): Promise<string[]> {
    return ((await this.stage.control('POST', '/control/spotify/library', more)) as { added: string[] }).added;
  }

  async changePlaylist(id: string, more: { add?: readonly string[]; remove?: readonly number[] }): Promise<void> {
    await this.stage.control('POST', `/control/spotify/playlists/${id}`, more);
  }

  /** Asks Spotify as the app does in which the listener is. */
  async asListener(method: 'POST' | 'PUT', path: string, body: object): Promise<unknown> {
    const { access_token: token } = (await this.stage.control('POST', '/control/spotify/tokens', {})) as {
      access_token: string;
    };
    const answer = await fetch(`${this.opened.sandboxUrl}/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.ok).toBe(true);
    return answer.json();
  }

  /** How often Spotify was asked for something that a backup or a restore has to do with. */
  async spotifyCalls(): Promise<number> {
    return Object.entries(await this.stage.calls())
      .filter(([name]) => name.startsWith('spotify') && !name.includes('player'))
      .reduce((sum, [, count]) => sum + count, 0);
  }

  private get opened(): { stage: Stage; sandboxUrl: string } {
    return this.open ?? missing('sandbox');
  }

  private get prepared(): Ground {
    return this.ground ?? missing('folder');
  }
}

/** Registers the hooks of the file it is called in. */
export function useLibrary(): Library {
  const library = new Library();
  beforeAll(() => library.begin());
  afterEach(() => library.endTest());
  afterAll(() => library.close());
  return library;
}

export const entriesOf = ({ lists }: Kept, name: string): Entry[] =>
  lists.find(({ list }) => list === name)?.entries ?? [];

async function untilEnded<Ended extends Job>(ask: () => Promise<Ended>): Promise<Ended> {
  return eventually(async () => {
    const job = await ask();
    expect(job.state).toMatch(ENDED);
    return job;
  }, PATIENCE_MS);
}

function missing(what: string): never {
  throw new Error(`There is no ${what} yet.`);
}
